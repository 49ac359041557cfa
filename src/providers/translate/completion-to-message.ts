import type { AnswerTranslation } from "../../core/translation.ts";
import { writeExact } from "../../wire/exact-json.ts";
import { sseEvent } from "../../wire/sse-encoder.ts";
import { indexOf } from "../field-table.ts";
import { isObject, type JsonObject, objectsOf, parseExactObject } from "../json-object.ts";
import { translatedError } from "./message-to-completion.ts";
import type { TranslationState } from "./translation.ts";

/** OpenAI chat answers for Anthropic clients. */

const STOP_REASONS: ReadonlyMap<string, string> = new Map([
	["length", "max_tokens"],
	["tool_calls", "tool_use"],
	["function_call", "tool_use"],
	["content_filter", "refusal"],
]);

/** Some servers say an empty reason until there is one; a call that was asked for ends with `stop`, as with others any call does. */
function stopReason(finish: unknown, isRefused: boolean, hasCalls: boolean): string | null {
	if (!isText(finish)) return null;
	return isRefused ? "refusal" : (STOP_REASONS.get(finish) ?? (hasCalls ? "tool_use" : "end_turn"));
}

function firstChoice({ choices }: JsonObject): JsonObject | undefined {
	return objectsOf(choices).find((choice, i) => indexOf(choice, i) === 0);
}

/** Between a text and a refusal: clients join blocks of text, and these two were inspected apart. */
const APART = "\n\n";

/** A whole completion. */
export function completionToMessage(completion: JsonObject): JsonObject | undefined {
	const choice = firstChoice(completion);
	const message = choice?.["message"];
	if (!isObject(message)) return undefined;
	const { content, refusal } = message;
	const thinking = thoughtsIn(message, reasoningMember(message))
		.map(({ text }) => text)
		.join(APART);
	const blocks: object[] = [];
	if (thinking !== "") blocks.push({ type: "thinking", thinking, signature: "" });
	for (const text of textsOf(content)) if (isText(text)) blocks.push({ type: "text", text });
	const hasText = textsOf(content).some(isText);
	if (isText(refusal)) blocks.push({ type: "text", text: hasText ? APART + refusal : refusal });
	const toolUses = callsOf(message).flatMap(toolUse);
	return {
		id: completion["id"],
		type: "message",
		role: "assistant",
		model: completion["model"],
		content: [...blocks, ...toolUses],
		stop_reason: stopReason(choice?.["finish_reason"], isText(refusal), toolUses.length > 0),
		stop_sequence: null,
		usage: messageUsage(completion["usage"]),
	};
}

/** Arguments that were cut are no call. */
function toolUse(call: JsonObject, i: number): object[] {
	const { name, arguments: source } = isObject(call["function"]) ? call["function"] : {};
	const input = isObject(source) ? source : isBlank(source) ? {} : parseExactObject(String(source));
	return input === undefined ? [] : [{ type: "tool_use", id: call["id"] ?? `call_${i}`, name, input }];
}

function isText(value: unknown): value is string {
	return typeof value === "string" && value !== "";
}

function isBlank(source: unknown): boolean {
	return source == null || (typeof source === "string" && source.trim() === "");
}

/** Also the one call of the old API, which has no number and no id. */
function callsOf({ tool_calls: calls, function_call: old }: JsonObject): JsonObject[] {
	return [...objectsOf(calls), ...(isObject(old) ? [{ index: OLD_CALL, function: old }] : [])];
}
const OLD_CALL = -1;

/** A piece of reasoning, and what it is a piece of: pieces of two were inspected apart. */
interface Thought {
	readonly of: string;
	readonly text: string;
}

/** Where vendors have their reasoning: in a member of its own, in a list, in parts of the content (Mistral). */
const REASONING = ["reasoning_content", "reasoning", "reasoning_details", "content"];

/** Some say the same under two names: the first one counts. */
function reasoningMember(message: JsonObject): string | undefined {
	return REASONING.find((name) => thoughtsIn(message, name).length > 0);
}

function thoughtsIn(message: JsonObject, member = ""): readonly Thought[] {
	const value = message[member];
	if (member === "content") return objectsOf(value).flatMap((part, i) => thoughtsAt(part["thinking"], `${indexOf(part, i)}`));
	return thoughtsAt(value, "");
}

function thoughtsAt(value: unknown, at: string): readonly Thought[] {
	if (isText(value)) return [{ of: at, text: value }];
	return objectsOf(value).flatMap((part, i) => (isText(part["text"]) ? [{ of: `${at} ${indexOf(part, i)}`, text: part["text"] }] : []));
}

function textsOf(content: unknown): unknown[] {
	return Array.isArray(content) ? objectsOf(content).map(({ text }) => text) : [content];
}

function messageUsage(usage: unknown): JsonObject {
	const { prompt_tokens: prompt, completion_tokens: completion, prompt_tokens_details: details } = isObject(usage) ? usage : {};
	const cached = isObject(details) && typeof details["cached_tokens"] === "number" ? details["cached_tokens"] : 0;
	return {
		input_tokens: typeof prompt === "number" ? Math.max(0, prompt - cached) : 0,
		cache_read_input_tokens: cached,
		output_tokens: typeof completion === "number" ? completion : 0,
	};
}

interface MessageState extends TranslationState {
	isBegun: boolean;
	/**
	 * The blocks so far, by what they hold. They stay open to the end: pieces of several calls may come in turns, and text
	 * that was held for inspection comes after the next block has begun.
	 */
	blocks: string[];
	/** By number: the block and the id of the call that was named last. */
	calls: Record<number, readonly [block: string, id: string]>;
	stop: string | null;
	usage: JsonObject;
	/** The member that has the reasoning. */
	reasoning: string | undefined;
	/** What the last piece of it belongs to. */
	thought: string | undefined;
}

export function newMessageState(): MessageState {
	const usage = messageUsage(undefined);
	return { isBegun: false, blocks: [], calls: {}, stop: null, usage, reasoning: undefined, thought: undefined };
}

/** One event of a streamed completion. */
export function chunkToMessageEvents(memory: TranslationState, data: JsonObject | "done", options: AnswerTranslation): string {
	const state = memory as MessageState;
	if (data === "done") return end(state);
	if (data["error"] != null) return translatedError(data["error"], options);
	if (data["usage"] != null) state.usage = messageUsage(data["usage"]);
	const start = state.isBegun ? "" : begin(state, data);
	const choice = firstChoice(data);
	if (choice === undefined) return start;
	const delta = isObject(choice["delta"]) ? choice["delta"] : {};
	const said = [
		...thoughtsOf(state, delta).map((thought) => growThinking(state, thought)),
		...textsOf(delta["content"]).map((text) => grow(state, "text", "text", text)),
		grow(state, "refusal", "text", delta["refusal"]),
		...callsOf(delta).map((call, i) => growCall(state, call, call["index"] === OLD_CALL ? OLD_CALL : indexOf(call, i))),
	];
	const hasCalls = state.blocks.some((block) => block.startsWith(CALL));
	state.stop = stopReason(choice["finish_reason"], state.blocks.includes("refusal"), hasCalls) ?? state.stop;
	return start + said.join("");
}

function event(object: JsonObject & { readonly type: string }): string {
	return sseEvent(JSON.stringify(object), object.type);
}

function begin(state: MessageState, { id, model }: JsonObject): string {
	state.isBegun = true;
	const usage = { input_tokens: 0, output_tokens: 0 };
	const message = { id, type: "message", role: "assistant", model, content: [], stop_reason: null, stop_sequence: null, usage };
	return event({ type: "message_start", message });
}

const TEXTS = {
	text: { start: { type: "text", text: "" }, delta: "text_delta", member: "text" },
	thinking: { start: { type: "thinking", thinking: "", signature: "" }, delta: "thinking_delta", member: "thinking" },
} as const;

const TEXT_BLOCKS: readonly string[] = ["text", "refusal"];

/** What was inspected as a text of its own gets a block of its own. */
function grow(state: MessageState, block: string, kind: "text" | "thinking", text: unknown): string {
	if (typeof text !== "string" || text === "") return "";
	const { start, delta, member } = TEXTS[kind];
	const isSecondText = kind === "text" && !state.blocks.includes(block) && TEXT_BLOCKS.some((other) => state.blocks.includes(other));
	return blockPiece(state, block, start, { type: delta, [member]: isSecondText ? APART + text : text });
}

function thoughtsOf(state: MessageState, delta: JsonObject): readonly Thought[] {
	state.reasoning ??= reasoningMember(delta);
	return thoughtsIn(delta, state.reasoning);
}

function growThinking(state: MessageState, { of, text }: Thought): string {
	const isAnother = state.thought !== undefined && state.thought !== of;
	state.thought = of;
	return grow(state, "thinking", "thinking", isAnother ? APART + text : text);
}

/** What the names of blocks begin with that are calls. */
const CALL = "call ";

function growCall(state: MessageState, call: JsonObject, number: number): string {
	const { name, arguments: source } = isObject(call["function"]) ? call["function"] : {};
	const block = callBlock(state, call, number, isText(name));
	const start = { type: "tool_use", id: isText(call["id"]) ? call["id"] : idOf(block, number), name: name ?? "", input: {} };
	const json = isObject(source) ? writeExact(source) : source;
	const piece = isText(json) ? { type: "input_json_delta", partial_json: json } : undefined;
	return blockPiece(state, block, start, piece);
}

function idOf(block: string, number: number): string {
	return `call_${Math.max(0, number)}${block.slice(CALL.length + String(number).length)}`;
}

/** Some servers number all calls alike (Ollama) or none (Gemini, for OpenAI's clients): there another id, or a name where there is no number, is another call. */
function callBlock(state: MessageState, { id, index }: JsonObject, number: number, isNamed: boolean): string {
	const [block, before] = state.calls[number] ?? [];
	const [said, isNumbered] = [isText(id) ? id : "", index !== undefined && index !== null];
	const isAnother = said !== "" && before !== "" ? said !== before : !isNumbered;
	if (block !== undefined && !(isNamed && isAnother)) return block;
	const begun = block === undefined ? CALL + number : `${CALL}${number}_${state.blocks.length}`;
	if (isNamed) state.calls[number] = [begun, said];
	return begun;
}

/** A piece of a block, and its beginning before the first. */
function blockPiece(state: MessageState, block: string, start: object, delta: object | undefined): string {
	let index = state.blocks.indexOf(block);
	let out = "";
	if (index < 0) {
		index = state.blocks.length;
		state.blocks = [...state.blocks, block];
		out = event({ type: "content_block_start", index, content_block: start });
	}
	return delta === undefined ? out : out + event({ type: "content_block_delta", index, delta });
}

function end(state: MessageState): string {
	return [
		state.isBegun ? "" : begin(state, {}),
		...state.blocks.map((_, index) => event({ type: "content_block_stop", index })),
		event({
			type: "message_delta",
			delta: { stop_reason: state.stop, stop_sequence: null },
			usage: state.usage,
		}),
		event({ type: "message_stop" }),
	].join("");
}
