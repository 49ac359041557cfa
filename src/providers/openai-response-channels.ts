import type { JsonPath } from "../wire/json-strings.ts";
import { createFieldReader, type Fields, type FieldTable, isCount, NAME } from "./field-table.ts";
import { isObject, type JsonObject, objectsOf, valueAt } from "./json-object.ts";
import { itemFields, partFields, pictureAt, responseFields } from "./openai-response-fields.ts";

/**
 * A text of a streamed response: output index, or where a server does not number its items the item's id; the list and position below it, the name of its events without `.delta`,
 * and the path in the delta where that is no string. Beside an index ids do not count: some servers change them from event to event.
 */
export type Channel = readonly [
	output: number | string | null,
	list: string | null,
	position: number | null,
	base: string,
	...path: JsonPath,
];

/** The events of a text that an item may have from its beginning, by the item's type and the member. */
const ITEM_BASES: Readonly<Record<string, string>> = {
	"function_call.arguments": "response.function_call_arguments",
	"mcp_call.arguments": "response.mcp_call_arguments",
	"custom_tool_call.input": "response.custom_tool_call_input",
	"code_interpreter_call.code": "response.code_interpreter_call_code",
};

/** The events of a part's text, by the type of the part. */
export function baseOfPart(type: unknown): string {
	switch (type) {
		case "refusal":
			return "response.refusal";
		case "reasoning_text":
			return "response.reasoning_text";
		case "summary_text":
			return "response.reasoning_summary_text";
		default:
			return "response.output_text";
	}
}

const HEAD: FieldTable = ["type", "event_id", "item_id", "call_id", "obfuscation"].map((name) => [name, "name"] as const);
const LOGPROBS = ["", "part.", "item.content.#.", "response.output.#.content.#."];
const SPANS = ["sequence_number", "delta", ...LOGPROBS.flatMap((at) => [`${at}logprobs`, `${at}text`])];

type Reader = (json: string, root: unknown) => Fields | undefined;

function createReader(table: FieldTable): Reader {
	return createFieldReader([...HEAD, ...table], {
		channelOf: (root, path) => {
			const channel = channelOf(root as JsonObject, path);
			return typeof channel === "string" ? channel : JSON.stringify(channel);
		},
		refine: (root, path) => (path[0] === "item" && isWhole(root as JsonObject, path) ? "whole" : pictureAt(root, path)),
		spans: SPANS,
	});
}

const DELTA = createReader([
	["delta", "delta"],
	["delta.**", "delta"],
	["logprobs.**", "whole"],
]);
const ANSWER_DELTA = createReader([
	["delta", "deltaAnswer"],
	["logprobs.**", "whole"],
]);
const JSON_DELTA = createReader([["delta", "deltaJson"]]);
const MEDIA_DELTA = createReader([["delta", "media"]]);
const PICTURE = createReader([["partial_image_b64", "media"]]);
const DONE = createReader([
	...["text", "refusal", "input", "code", "transcript"].map((name) => [name, "copy"] as const),
	["arguments", "copyJson"],
	["logprobs.**", "whole"],
]);
const ANSWER_DONE = createReader([
	["text", "copyAnswer"],
	["logprobs.**", "whole"],
]);
const OTHER = createReader([]);
const PART_ADDED = createReader(partFields("part", "delta"));
const PART_DONE = createReader(partFields("part", "copy"));
const RESPONSE_BEGUN = createReader(responseFields("response.", "whole"));
const RESPONSE_ENDED = createReader(responseFields("response.", "copy"));

const READERS: Readonly<Record<string, Reader>> = {
	"response.created": RESPONSE_BEGUN,
	"response.queued": RESPONSE_BEGUN,
	"response.in_progress": RESPONSE_BEGUN,
	"response.completed": RESPONSE_ENDED,
	"response.incomplete": RESPONSE_ENDED,
	"response.failed": RESPONSE_ENDED,
	"response.output_item.added": createReader(itemFields("item", "delta", "whole")),
	"response.output_item.done": createReader(itemFields("item", "copy", "whole")),
	"response.content_part.added": PART_ADDED,
	"response.content_part.done": PART_DONE,
	"response.reasoning_summary_part.added": PART_ADDED,
	"response.reasoning_summary_part.done": PART_DONE,
	"response.output_text.delta": ANSWER_DELTA,
	"response.output_text.done": ANSWER_DONE,
	"response.reasoning_text.delta": ANSWER_DELTA,
	"response.reasoning_text.done": ANSWER_DONE,
	"response.function_call_arguments.delta": JSON_DELTA,
	"response.mcp_call_arguments.delta": JSON_DELTA,
	"response.audio.delta": MEDIA_DELTA,
	"response.image_generation_call.partial_image": PICTURE,
};

/** What reads an event of the type. An unknown one is read by what its name says it is. */
export function readerOf(type: string): Reader {
	const known = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
	return known ?? (type.endsWith(".delta") ? DELTA : type.endsWith(".done") ? DONE : OTHER);
}

/** Texts of a new item that no delta event can continue. */
function isWhole({ item, type }: JsonObject, path: JsonPath): boolean {
	const member = path[1];
	if (type !== "response.output_item.added" || (member !== "arguments" && member !== "input" && member !== "code")) return false;
	return !Object.hasOwn(ITEM_BASES, `${isObject(item) ? item["type"] : ""}.${member}`);
}

/**
 * A string for copies that no delta has: the transcript's name for the end of the item that they came with, or nothing for
 * what is said about a text, which has an event of its own.
 */
function channelOf(event: JsonObject, path: JsonPath): Channel | string {
	const output = outputOf(event);
	const [root, list, position] = path;
	const { item, part, response } = event;
	if (root === "response" && isObject(response) && list === "output" && typeof position === "number") {
		const inItem: JsonObject = { output_index: position, item: objectsOf(response["output"])[position] };
		return channelOf(inItem, ["item", ...path.slice(3)]);
	}
	if (root === "part" && isObject(part)) return path.length > 2 ? "" : [output, ...positionOf(event), baseOfPart(part["type"])];
	if (root === "item" && isObject(item)) return itemChannel(output, item, path);
	return [output, ...positionOf(event), baseOf(event["type"]), ...path.slice(1)];
}

function itemChannel(output: Channel[0], item: JsonObject, [, list, position, ...more]: JsonPath): Channel | string {
	if (list !== "content" && list !== "summary") {
		const base = ITEM_BASES[`${item["type"]}.${list}`];
		return base === undefined ? `end ${output}` : [output, null, null, base];
	}
	if (more.length > 1) return "";
	return [output, list, position as number, baseOfPart(valueAt(item, [list, position as number, "type"]))];
}

const TEXTS: ReadonlySet<string> = new Set(
	["output_text", "refusal", "reasoning_text", "reasoning_summary_text"].map((name) => `response.${name}`),
);

/** What clients read in one piece: the text parts of all messages, and so on. */
export function textOf(channel: string): string | undefined {
	const base = (JSON.parse(channel) as Channel)[3];
	return TEXTS.has(base) ? base : undefined;
}

/** What a response numbers its texts by, below an item. Another index may count the pieces of one text. */
const LISTS = ["content", "summary", "command"] as const;
export const POSITIONS: readonly string[] = ["output", ...LISTS].map((list) => `${list}_index`);

function positionOf(event: JsonObject): readonly [list: (typeof LISTS)[number] | null, position: number | null] {
	const list = LISTS.find((name) => numberOf(event[`${name}_index`]) !== null);
	return list === undefined ? [null, null] : [list, numberOf(event[`${list}_index`])];
}

function outputOf({ output_index: output, item_id: itemId, item }: JsonObject): Channel[0] {
	const id = isObject(item) ? item["id"] : itemId;
	return numberOf(output) ?? (typeof id === "string" && id !== "" && NAME.test(id) ? id : null);
}

function numberOf(value: unknown): number | null {
	return isCount(value) ? value : null;
}

/** The name of an event without its last word. */
function baseOf(type: unknown): string {
	return String(type).replace(/\.(?:delta|done)$/, "");
}

/** Prefixes of the channels that end with the event. */
export function closingChannels(type: string, event: JsonObject): string[] {
	const output = outputOf(event);
	const prefix = (...steps: readonly unknown[]): string => JSON.stringify(steps).slice(0, -1);
	switch (type) {
		case "response.completed":
		case "response.incomplete":
		case "response.failed":
		case "error":
			return [""];
		case "response.output_item.done":
			return [`${prefix(output)},`];
		case "response.content_part.done":
		case "response.reasoning_summary_part.done":
			return [`${prefix(output, ...positionOf(event))},`];
		default:
			return type.endsWith(".done") ? [prefix(output, ...positionOf(event), baseOf(type))] : [];
	}
}
