import { createFieldReader, type FieldTable } from "./field-table.ts";
import { isObject, type JsonObject, parseObject } from "./json-object.ts";
import { companionsOf } from "./openai-logprobs.ts";
import type { Provider } from "./provider.ts";
import { SIGNATURES, signatureAmendments } from "./reasoning-signatures.ts";

/** What differs between the bodies of OpenAI's two completion APIs. */
export interface ChoicesBodyShape {
	readonly fields: FieldTable;
	/** Paths of what a cut choice loses. */
	readonly dropped: readonly string[];
	/** False when log probabilities speak of other text than the choice's. */
	areLogprobsOwn(choice: JsonObject): boolean;
}

/** Answers with `choices` that are not streamed. */
export function createChoicesBody(shape: ChoicesBodyShape): Pick<Provider, "readBody" | "cutBody"> {
	const signatures = SIGNATURES.map((path) => `choices.#.message.${path}`);
	const spans = ["choices.#", "choices.#.logprobs", "choices.#.token_ids", ...signatures];
	const readFields = createFieldReader(shape.fields, { channelOf: (_root, path) => JSON.stringify(path.slice(0, -2)), spans });
	const readEnds = createFieldReader([], { spans: ["choices.#", "choices.#.finish_reason", ...shape.dropped] });
	return {
		readBody(json) {
			const object = parseObject(json);
			if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
			const fields = readFields(json, object);
			if (fields === undefined || fields.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
			const choices = Array.isArray(object["choices"]) ? object["choices"] : [];
			const areOwn = (i: number): boolean => isObject(choices[i]) && shape.areLogprobsOwn(choices[i]);
			return {
				kind: "data",
				places: fields.places,
				amendments: [...companionsOf(json, fields, areOwn), ...signatureAmendments(json, fields)],
			};
		},
		cutBody(json, cut) {
			const { spans = [] } = readEnds(json, undefined) ?? {};
			const choices = spans.filter(({ path, from, to }) => path.length === 2 && cut.some((place) => from <= place.from && place.to <= to));
			return spans
				.filter(({ path }) => path.length > 2 && choices.some((choice) => choice.path[1] === path[1]))
				.map(({ path, from, to }) => ({ from, to, value: path[2] === "finish_reason" ? "content_filter" : null }));
		},
	};
}
