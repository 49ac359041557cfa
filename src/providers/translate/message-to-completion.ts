import { errorEvent } from "../../core/error-envelope.ts";
import { isErrorCode } from "../../core/errors.ts";
import type { AnswerTranslation } from "../../core/translation.ts";
import { vendorErrorOf } from "../../core/vendor-error.ts";
import { writeExact } from "../../wire/exact-json.ts";
import { sseEvent } from "../../wire/sse-encoder.ts";
import { isObject, type JsonObject, objectsOf } from "../json-object.ts";
import type { TranslationState } from "./translation.ts";

/** Anthropic's answers for OpenAI chat clients. */

const FINISH_REASONS: ReadonlyMap<string, string> = new Map([
	["max_tokens", "length"],
	["model_context_window_exceeded", "length"],
	["tool_use", "tool_calls"],
	["refusal", "content_filter"],
]);

function finishReason(stop: unknown): string | null {
	return typeof stop === "string" && stop !== "" ? (FINISH_REASONS.get(stop) ?? "stop") : null;
}

/** A whole message. */
export function messageToCompletion(message: JsonObject, { created }: AnswerTranslation): JsonObject | undefined {
	if (message["type"] !== "message" || !Array.isArray(message["content"])) return undefined;
	const blocks = objectsOf(message["content"]);
	const state = newCompletionState();
	const texts: Record<string, string> = {};
	for (const block of blocks) {
		beginBlock(state, block["type"]);
		const [member, text] = textIn(block);
		if (member !== undefined) texts[member] = (texts[member] ?? "") + apart(state, member, text);
	}
	const calls = blocks
		.filter(({ type }) => type === "tool_use")
		.map(({ id, name, input }) => ({ id, type: "function", function: { name, arguments: writeExact(input ?? {}) } }));
	const { content = null, reasoning_content: reasoning } = texts;
	const answer = {
		role: "assistant",
		content,
		refusal: null,
		...(reasoning !== undefined && { reasoning_content: reasoning }),
		...(calls.length > 0 && { tool_calls: calls }),
	};
	return {
		id: message["id"],
		object: "chat.completion",
		created,
		model: message["model"],
		choices: [{ index: 0, message: answer, logprobs: null, finish_reason: finishReason(message["stop_reason"]) }],
		usage: completionUsage(isObject(message["usage"]) ? message["usage"] : {}),
	};
}

function completionUsage(usage: JsonObject): JsonObject {
	const count = (name: string): number => (typeof usage[name] === "number" ? usage[name] : 0);
	const cached = count("cache_read_input_tokens");
	const prompt = count("input_tokens") + count("cache_creation_input_tokens") + cached;
	const completion = count("output_tokens");
	return {
		prompt_tokens: prompt,
		completion_tokens: completion,
		total_tokens: prompt + completion,
		prompt_tokens_details: { cached_tokens: cached },
	};
}

function countsIn(usage: unknown): JsonObject {
	return isObject(usage) ? Object.fromEntries(Object.entries(usage).filter(([, count]) => typeof count === "number")) : {};
}

interface CompletionState extends TranslationState {
	head: JsonObject;
	usage: JsonObject;
	/** Block index of every tool call so far; its place here is the call's index. */
	calls: number[];
	/** Calls that have arguments, and those of them that began with all of them. */
	argued: number[];
	whole: number[];
	/** Members that have text, and those of them whose next text is another one. */
	said: string[];
	apart: string[];
}

export function newCompletionState(): CompletionState {
	return { head: {}, usage: {}, calls: [], argued: [], whole: [], said: [], apart: [] };
}

/** Where a chat's message has the texts of a block, by its type. */
const MEMBERS: ReadonlyMap<unknown, string> = new Map([
	["text", "content"],
	["thinking", "reasoning_content"],
]);

/** The text that a block has, and the member of a chat's message for it. */
function textIn(block: JsonObject): readonly [member: string | undefined, text: string] {
	const member = MEMBERS.get(block["type"]);
	return [member, member === undefined ? "" : String(block[block["type"] as string] ?? "")];
}

/**
 * A new block, of whatever type. Chat clients read all text of a message in one piece, but only text blocks that follow
 * one another were inspected in one.
 */
function beginBlock(state: CompletionState, type: unknown): void {
	state.apart = state.said.filter((member) => member !== "content" || type !== "text" || state.apart.includes(member));
}

/** The next piece of a member's text, a paragraph of its own where it is another text. */
function apart(state: CompletionState, member: string, text: string): string {
	if (text === "") return "";
	const isApart = state.apart.includes(member);
	state.apart = state.apart.filter((other) => other !== member);
	if (!state.said.includes(member)) state.said = [...state.said, member];
	return isApart ? `\n\n${text}` : text;
}

/** One event of a streamed message. */
export function messageEventToChunks(memory: TranslationState, event: JsonObject | "done", options: AnswerTranslation): string {
	const state = memory as CompletionState;
	if (event === "done") return "";
	switch (event["type"]) {
		case "message_start":
			return begin(state, event["message"], options);
		case "content_block_start":
			return blockStart(state, event);
		case "content_block_delta":
			return blockDelta(state, event);
		case "message_delta":
			return finish(state, event);
		case "message_stop":
			return `${options.includeUsage ? chunk(state, [], { usage: completionUsage(state.usage) }) : ""}data: [DONE]\n\n`;
		case "error":
			return translatedError(event["error"], options);
		default:
			return "";
	}
}

function chunk({ head }: CompletionState, choices: readonly object[], more: object = {}): string {
	return sseEvent(JSON.stringify({ ...head, choices, ...more }));
}

function say(state: CompletionState, delta: object, finish: string | null = null): string {
	return chunk(state, [{ index: 0, delta, logprobs: null, finish_reason: finish }]);
}

function sayText(state: CompletionState, member: string, text: unknown): string {
	return say(state, { [member]: apart(state, member, String(text ?? "")) });
}

function begin(state: CompletionState, message: unknown, { created }: AnswerTranslation): string {
	const { id, model, usage } = isObject(message) ? message : {};
	state.head = { id, object: "chat.completion.chunk", created, model };
	state.usage = countsIn(usage);
	return say(state, { role: "assistant", content: "" });
}

function blockStart(state: CompletionState, { index, content_block: block }: JsonObject): string {
	if (!isObject(block) || typeof index !== "number") return "";
	beginBlock(state, block["type"]);
	const [member, text] = textIn(block);
	if (member !== undefined && text !== "") return sayText(state, member, text);
	if (block["type"] !== "tool_use") return "";
	const call = state.calls.length;
	state.calls = [...state.calls, index];
	const { id, name, input } = block;
	// Some servers give the whole input at once.
	const isWhole = isObject(input) && Object.keys(input).length > 0;
	if (isWhole) state.whole = [...state.whole, call];
	if (isWhole) state.argued = [...state.argued, call];
	return say(state, {
		tool_calls: [{ index: call, id, type: "function", function: { name, arguments: isWhole ? writeExact(input) : "" } }],
	});
}

function blockDelta(state: CompletionState, { index, delta }: JsonObject): string {
	if (!isObject(delta)) return "";
	switch (delta["type"]) {
		case "text_delta":
			return sayText(state, "content", delta["text"]);
		case "thinking_delta":
			return sayText(state, "reasoning_content", delta["thinking"]);
		case "input_json_delta": {
			const call = state.calls.indexOf(index as number);
			if (call < 0 || delta["partial_json"] === "" || state.whole.includes(call)) return "";
			if (!state.argued.includes(call)) state.argued = [...state.argued, call];
			return say(state, { tool_calls: [{ index: call, function: { arguments: delta["partial_json"] } }] });
		}
		default:
			return "";
	}
}

function finish(state: CompletionState, { delta, usage }: JsonObject): string {
	const reason = finishReason(isObject(delta) ? delta["stop_reason"] : undefined);
	state.usage = { ...state.usage, ...countsIn(usage) };
	// A call without arguments is an empty object to Anthropic and nothing to JSON.parse; a cut call must stay broken.
	const bare = reason === "tool_calls" ? state.calls.map((_, call) => call).filter((call) => !state.argued.includes(call)) : [];
	state.argued = [...state.argued, ...bare];
	const empty = bare.map((call) => say(state, { tool_calls: [{ index: call, function: { arguments: "{}" } }] }));
	return empty.join("") + say(state, {}, reason);
}

/** An error event of the proxy, in the client's format. */
export function translatedError(error: unknown, { to }: AnswerTranslation): string {
	const { code = "", type, ...from } = vendorErrorOf(error);
	if (isErrorCode(code) && code !== "upstream_error") return errorEvent(to, code);
	// `api_error` is what Anthropic calls any error.
	return errorEvent(to, "upstream_error", { ...from, code, ...(type !== undefined && type !== "api_error" && { type }) });
}
