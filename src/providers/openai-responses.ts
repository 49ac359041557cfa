import type { JsonSpan, Replacement } from "../wire/json-strings.ts";
import { createFieldReader, type FieldTable } from "./field-table.ts";
import { isObject, parseObject, valueAt } from "./json-object.ts";
import { readModelRequest } from "./model-request.ts";
import { partLogprobAmendments } from "./openai-logprobs.ts";
import { itemFields, pictureAt, responseFields } from "./openai-response-fields.ts";
import { responseStream } from "./openai-response-stream.ts";
import type { BodyReading, Place, Provider, RequestReading } from "./provider.ts";
import { OPENAI_SETTINGS } from "./request-settings.ts";
import { isServerToken } from "./server-tokens.ts";

/** OpenAI Responses (platform.openai.com/docs/api-reference/responses). */
export const openaiResponses: Provider = {
	settings: { maxTokens: ["max_output_tokens"], needsMaxTokens: false, temperature: "temperature" },
	stream: responseStream,
	readBody,
	cutBody,
	readRequest,
};

/** Clients read the text parts of all messages in one piece, and those of all thoughts. */
const TEXT_PART = "output.#.content.#.text";
const GROWING: FieldTable = [
	[TEXT_PART, "deltaAnswer"],
	["output.#.summary.#.text", "delta"],
];
const PARTS: ReadonlySet<unknown> = new Set(["output_text", "reasoning_text", "summary_text"]);
const readAnswer = createFieldReader([...GROWING, ...responseFields("", "whole")], {
	channelOf: (root, path) => {
		const part = valueAt(root, path.slice(0, -1));
		return isObject(part) && PARTS.has(part["type"]) ? String(part["type"]) : JSON.stringify(path);
	},
	refine: pictureAt,
	spans: ["output.#.content.#.logprobs", TEXT_PART],
});
const readEnds = createFieldReader([], { spans: ["status", "incomplete_details", "output.#", "output.#.status"] });

function readBody(json: string): BodyReading {
	const object = parseObject(json);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	const fields = readAnswer(json, object);
	if (fields === undefined || fields.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
	return { kind: "data", places: fields.places, amendments: partLogprobAmendments(fields, object) };
}

const DETAILS = '{"reason":"content_filter"}';

/** The response is incomplete; of its items those after the cut are gone, and so is a tool call that has it. */
function cutBody(json: string, cut: readonly Place[]): Replacement[] {
	const at = Math.min(...cut.map(({ from }) => from));
	const items = parseObject(json)?.["output"];
	const { spans = [] } = readEnds(json, undefined) ?? {};
	const hasCut = ({ from, to }: JsonSpan): boolean => from <= at && at < to;
	const isGone = (span: JsonSpan): boolean =>
		span.from > at || (hasCut(span) && !isText(Array.isArray(items) ? items[span.path[1] as number] : undefined));
	const byPosition = new Map(spans.filter(({ path }) => path.length === 2).map((span) => [span.path[1], span]));
	const hasDetails = spans.some(({ path }) => path[0] === "incomplete_details");
	return spans.flatMap((span): Replacement[] => {
		const { path, from, to } = span;
		if (path[0] === "status") return [{ from, to, source: hasDetails ? '"incomplete"' : `"incomplete","incomplete_details":${DETAILS}` }];
		if (path[0] === "incomplete_details") return [{ from, to, source: DETAILS }];
		if (path.length === 2) return isGone(span) ? [{ from, to, isRemoved: true }] : [];
		const item = byPosition.get(path[1]);
		return item !== undefined && hasCut(item) ? [{ from, to, value: "incomplete" }] : [];
	});
}

function isText(item: unknown): boolean {
	return isObject(item) && (item["type"] === "message" || item["type"] === "reasoning");
}

const readFields = createFieldReader(
	[
		["model", "name"],
		["service_tier", "name"],
		["truncation", "name"],
		["previous_response_id", "name"],
		["tool_choice", "name"],
		["tools.#.type", "name"],
		["text.format.type", "name"],
		["include.#", "name"],
		["input.#.content.#.text", "part"],
		["input.#.output.#.text", "part"],
		["input.#.summary.#.text", "part"],
		["input.#.content.#.detail", "name"],
		["input.#.content.#.file_id", "name"],
		["input.#.content.#.file_data", "document"],
		["input.#.content.#.input_audio.data", "media"],
		["input.#.content.#.input_audio.format", "name"],
		...itemFields("input.#", "whole", "whole"),
	],
	{ names: OPENAI_SETTINGS, refine: (root, path) => (isServerToken(root, path) ? "opaque" : pictureAt(root, path)) },
);

function readRequest(json: string, path: string): RequestReading {
	return readModelRequest(json, path, readFields, ({ input, background }, invalid) => {
		if (background === true)
			return invalid("background", "'background' responses are fetched later, past inspection. Send background: false.");
		if (input != null && typeof input !== "string" && !Array.isArray(input))
			return invalid("input", "'input' must be a string or an array of items.");
		return undefined;
	});
}
