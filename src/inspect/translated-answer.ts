import type { ApiName } from "../core/api.ts";
import { errorEvent } from "../core/error-envelope.ts";
import type { AnswerTranslation, TokenBudget, TranslatedBody } from "../core/translation.ts";
import { parseExactObject } from "../providers/json-object.ts";
import { nameModel, renameModel } from "../providers/rename-model.ts";
import { translationFor } from "../providers/translate/registry.ts";
import type { Translation, TranslationState } from "../providers/translate/translation.ts";
import { writeExact } from "../wire/exact-json.ts";
import { sseBlocks } from "../wire/sse-decoder.ts";
import type { FilterState, ResponseFilter } from "./answer-filter.ts";
import type { BodyFilter } from "./body-filter.ts";
import type { FilterStep } from "./filter-step.ts";

/** How an upstream wants a request. */
export interface UpstreamForm {
	/** Its API. */
	readonly to: ApiName;
	/** Its name for the model. */
	readonly model: string;
	readonly budget: TokenBudget;
}

/** A client's request, already inspected, as its upstream wants it. */
export function translateRequest(body: Uint8Array, client: ApiName, { to, model, budget }: UpstreamForm): TranslatedBody {
	const json = Buffer.from(body).toString("utf8");
	const renamed = client.startsWith("openai") ? nameModel(json, model) : renameModel(json, model);
	if (to === client) return { ok: true, body: Buffer.from(renamed), includeUsage: false };
	const result = translationFor(client).request(parseExactObject(renamed) ?? {}, budget);
	if (!result.ok) return result;
	return { ok: true, body: Buffer.from(writeExact(result.request)), includeUsage: result.includeUsage };
}

/**
 * A streamed answer for a client of another format: inspected in its upstream's format, then what is safe is said in the
 * client's. The translation is part of the resume state, so a move to another lane says nothing twice.
 */
export function translateStream(filter: ResponseFilter, options: AnswerTranslation, resumed: TranslationState | undefined): ResponseFilter {
	const translation = translationFor(options.to);
	const state = resumed ?? translation.newState();
	const translate = (step: FilterStep): FilterStep => ({ ...step, out: translateBlocks(step.out, translation, state, options) });
	return {
		found: () => filter.found(),
		usage: () => filter.usage(),
		push: (bytes) => translate(filter.push(bytes)),
		end: (fault) => translate(filter.end(fault)),
		failure: (code) => errorEvent(options.to, code),
		state: (): FilterState => Object.assign({}, filter.state(), { translation: state }),
		close: () => filter.close(),
	};
}

/** `sse` is the filter's own output: whole blocks, valid JSON. */
function translateBlocks(sse: string, translation: Translation, state: TranslationState, options: AnswerTranslation): string {
	if (sse === "") return "";
	let out = "";
	for (const { raw, event } of sseBlocks(sse)) {
		if (event === undefined) out += raw;
		else if (event.data === "[DONE]") out += translation.event(state, "done", options);
		else out += translation.event(state, parseExactObject(event.data) ?? {}, options);
	}
	return out;
}

/** The same for a non-streamed answer. */
export function translateBody(filter: BodyFilter, options: AnswerTranslation): BodyFilter {
	return {
		found: () => filter.found(),
		usage: () => filter.usage(),
		push: (bytes) => filter.push(bytes),
		end(fault) {
			const step = filter.end(fault);
			if (step.ended === "fault") return step;
			const answer = parseExactObject(step.out);
			const translated = answer && translationFor(options.to).body(answer, options);
			if (translated === undefined) return { out: "", consumed: step.consumed, ended: "fault", code: "upstream_invalid_event" };
			return { ...step, out: writeExact(translated) };
		},
	};
}
