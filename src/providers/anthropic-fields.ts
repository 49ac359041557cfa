import type { JsonPath, JsonSpan } from "../wire/json-strings.ts";
import { createFieldReader, type FieldTable, type Treatment } from "./field-table.ts";
import { isObject, type JsonObject, valueAt } from "./json-object.ts";
import { placesWithin } from "./places-within.ts";
import type { Amendment, Place } from "./provider.ts";
import { ANTHROPIC_SETTINGS } from "./request-settings.ts";
import { isServerToken } from "./server-tokens.ts";

/** Where text stands in Anthropic's messages (docs.anthropic.com/en/api/messages). A string that no table names is inspected whole. */

/** Blocks whose text is signed: with another text the signature is worth nothing, so the vendor refuses it. */
const SIGNED = new Set(["thinking", "compaction"]);
const SIGNATURES: readonly string[] = ["signature", "encrypted_content"];

/** A block of content, in a request or an answer. */
function blockFields(at: string): FieldTable {
	return [
		[`${at}.type`, "name"],
		[`${at}.id`, "name"],
		[`${at}.tool_use_id`, "name"],
		[`${at}.text`, "wholeAnswer"],
		[`${at}.thinking`, "whole"],
		[`${at}.signature`, "opaque"],
		[`${at}.encrypted_content`, "opaque"],
		[`${at}.data`, "opaque"],
		[`${at}.name`, "wholeTool"],
		[`${at}.input`, "wholeValue"],
		// Of a file that a tool has shown or changed: a key has many.
		[`${at}.content.lines`, "wholeValue"],
		[`${at}.caller.**`, "name"],
		[`${at}.cache_control.**`, "name"],
		[`${at}.citations.#.type`, "name"],
		[`${at}.**.encrypted_index`, "opaque"],
		[`${at}.**.encrypted_content`, "opaque"],
		[`${at}.**.encrypted_stdout`, "opaque"],
		[`${at}.**.file_id`, "name"],
		[`${at}.**.type`, "name"],
		[`${at}.**.media_type`, "name"],
		[`${at}.**.cache_control.**`, "name"],
	];
}

/** The members of a message object: of a whole answer, and of `message_start`. */
function messageFields(at: string): FieldTable {
	return [
		[`${at}id`, "name"],
		[`${at}type`, "name"],
		[`${at}role`, "name"],
		[`${at}model`, "name"],
		[`${at}stop_reason`, "name"],
		[`${at}stop_sequence`, "whole"],
		...containerFields(at),
		[`${at}usage.**`, "name"],
		...blockFields(`${at}content.#`),
	];
}

/** Where the vendor ran code. */
function containerFields(at: string): FieldTable {
	return ["id", "expires_at"].map((member) => [`${at}container.${member}`, "name"] as const);
}

/** The answer's text: one channel for all blocks of it, because clients join those that follow one another. */
export const TEXT_CHANNEL = 'text:text_delta:["text"]';

/**
 * What `delta` and `content_block` give to a text that grows. Channel: block index, type of its deltas, path in the delta.
 * The index is NaN for the answer's text.
 */
interface BlockChannel {
	readonly index: number;
	readonly deltaType: string;
	readonly steps: JsonPath;
}

function blockChannel({ index, deltaType, steps }: BlockChannel): string {
	const isText = deltaType === "text_delta" && steps.length === 1 && steps[0] === "text";
	return isText ? TEXT_CHANNEL : `${index}:${deltaType}:${JSON.stringify(steps)}`;
}

export function parseBlockChannel(channel: string): BlockChannel {
	const [index = "0", deltaType = "", ...steps] = channel.split(":");
	return { index: Number(index), deltaType, steps: JSON.parse(steps.join(":")) as JsonPath };
}

export const readDeltaEvent = createFieldReader(
	[
		["type", "name"],
		["index", "whole"],
		["delta.type", "name"],
		["delta.text", "deltaAnswer"],
		["delta.thinking", "delta"],
		["delta.partial_json", "deltaJson"],
		["delta.signature", "opaque"],
		["delta.encrypted_content", "opaque"],
		["delta.citation.type", "name"],
		["delta.citation.file_id", "name"],
		["delta.citation.encrypted_index", "opaque"],
		["delta.citation.**", "whole"],
		["delta.**", "delta"],
		["usage.**", "name"],
	],
	{
		channelOf: (root, path) => {
			const { index, delta } = root as { index: number; delta: { type: string } };
			return blockChannel({ index, deltaType: delta.type, steps: path.slice(1) });
		},
		spans: SIGNATURES.map((member) => `delta.${member}`),
	},
);

/** Every event but `content_block_delta`. */
export const readOtherEvent = createFieldReader(
	[
		["index", "whole"],
		["content_block.text", "deltaAnswer"],
		["content_block.thinking", "delta"],
		["message.content.#.text", "deltaAnswer"],
		["message.content.#.thinking", "delta"],
		["delta.stop_reason", "name"],
		["delta.stop_sequence", "whole"],
		...containerFields("delta."),
		...messageFields(""),
		...messageFields("message."),
		...blockFields("content_block"),
	],
	{
		channelOf: (root, path) => {
			const index = path[0] === "message" ? (path[2] as number) : (root as { index: number }).index;
			const member = String(path.at(-1));
			return blockChannel({ index, deltaType: `${member}_delta`, steps: [member] });
		},
		spans: SIGNATURES.map((member) => `content_block.${member}`),
	},
);

const MESSAGE: FieldTable = [["content.#.text", "deltaAnswer"], ["content.#.thinking", "delta"], ...messageFields("")];
export const readMessageFields = createFieldReader(MESSAGE, {
	channelOf: (_root, path) => (path.at(-1) === "text" ? TEXT_CHANNEL : "thinking"),
	spans: ["stop_reason", "content.#", ...SIGNATURES.map((member) => `content.#.${member}`)],
});

export const readRequestFields = createFieldReader(
	[
		["model", "name"],
		["service_tier", "name"],
		["thinking.**", "name"],
		["tool_choice.type", "name"],
		["messages.#.role", "name"],
		["messages.#.content", "whole"],
		["messages.#.content.#.text", "part"],
		["messages.#.content.#.content.#.text", "part"],
		["messages.#.content.#.content.#.content.#.text", "part"],
		["messages.#.content.#.source.content.#.text", "part"],
		["messages.#.content.#.content.#.source.content.#.text", "part"],
		["system.#.text", "part"],
		["system", "whole"],
		["tools.#.type", "name"],
		["tools.#.input_schema", "wholeValue"],
		["tools.#.cache_control.**", "name"],
		...blockFields("messages.#.content.#"),
		...blockFields("system.#"),
	],
	{ names: ANTHROPIC_SETTINGS, refine: refineRequest, spans: ["messages.#.content.#"] },
);

/** Encoded media is told from text by its source's type. */
function refineRequest(root: unknown, path: JsonPath): Treatment | undefined {
	if (isServerToken(root, path)) return "opaque";
	if (path.at(-1) !== "data" || path.at(-2) !== "source") return undefined;
	const source = valueAt(root, path.slice(0, -1));
	if (!isObject(source) || source["type"] !== "base64") return "whole";
	return /^image\//.test(String(source["media_type"])) ? "media" : "document";
}

/** The signatures of a whole answer that do not survive a change of their block's text. */
export function signatureAmendments(root: JsonObject, places: readonly Place[], spans: readonly JsonSpan[]): Amendment[] {
	const blocks = new Map(spans.filter(({ path }) => path.length === 2).map((span) => [span.path[1], span]));
	return spans.flatMap(({ path, from, to }) => {
		const block = path.length === 3 && isSigned(valueAt(root, path.slice(0, 2))) ? blocks.get(path[1] as number) : undefined;
		if (block === undefined) return [];
		const value = path[2] === "signature" ? "" : null;
		return placesWithin(places, block).map((place) => ({ places: [place], edit: { from, to, value } }));
	});
}

/** The signed blocks of a request that must go when their text is changed, or at once when their signature is gone. */
export function blockAmendments(root: JsonObject, places: readonly Place[], blocks: readonly JsonSpan[]): Amendment[] {
	return blocks.flatMap(({ path, from, to }) => {
		const block = valueAt(root, path);
		if (!isSigned(block)) return [];
		const isMoot = block["type"] === "thinking" && block["signature"] === "";
		return [{ places: isMoot ? "always" : placesWithin(places, { from, to }), edit: { from, to, isRemoved: true } }];
	});
}

function isSigned(block: unknown): block is JsonObject {
	return isObject(block) && SIGNED.has(String(block["type"]));
}

/** Whether a message has content. */
export function hasContent(message: unknown): boolean {
	const content = isObject(message) ? message["content"] : undefined;
	return content != null && !(Array.isArray(content) && content.length === 0);
}
