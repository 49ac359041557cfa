import type { Replacement } from "../wire/json-strings.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import { createFieldReader, type FieldTable, indexOf } from "./field-table.ts";
import { isObject, type JsonObject, objectsOf, parseObject } from "./json-object.ts";
import { readOpenaiRequest } from "./openai-common.ts";
import type { BodyReading, EventReading, Provider, RequestReading, StreamFormat, StreamMemory } from "./provider.ts";

/** OpenAI chat completions (platform.openai.com/docs/api-reference/chat) and the dialects of compatible servers. */
export const openaiChat: Provider = {
	stream: createStreamFormat(),
	readBody,
	cutBody,
	readRequest,
};

const HEAD: FieldTable = [
	["id", "name"],
	["object", "name"],
	["model", "name"],
	["system_fingerprint", "name"],
	["service_tier", "name"],
	["provider", "name"],
	["obfuscation", "name"],
	["created", "whole"],
	["usage", "whole"],
	["choices.#.index", "whole"],
	["choices.#.finish_reason", "name"],
	["choices.#.native_finish_reason", "name"],
	["choices.#.stop_reason", "name"],
	["choices.#.logprobs.content.#.token", "whole"],
	["choices.#.logprobs.content.#.bytes", "whole"],
	["choices.#.logprobs.content.#.logprob", "whole"],
	["choices.#.logprobs.content.#.top_logprobs.#.token", "whole"],
	["choices.#.logprobs.content.#.top_logprobs.#.bytes", "whole"],
	["choices.#.logprobs.content.#.top_logprobs.#.logprob", "whole"],
];

/** The members of a message, in an answer (`delta`: growing) and in a request. */
function messageFields(at: string, text: "delta" | "whole", json: "deltaJson" | "wholeJson"): FieldTable {
	return [
		[`${at}.role`, "name"],
		[`${at}.content`, text],
		[`${at}.content.#.type`, "name"],
		[`${at}.content.#.text`, text],
		[`${at}.refusal`, text],
		[`${at}.reasoning`, text],
		[`${at}.reasoning_content`, text],
		[`${at}.reasoning_details.#.type`, "name"],
		[`${at}.reasoning_details.#.id`, "name"],
		[`${at}.reasoning_details.#.format`, "name"],
		[`${at}.reasoning_details.#.index`, "whole"],
		[`${at}.reasoning_details.#.data`, "opaque"],
		[`${at}.reasoning_details.#.signature`, "opaque"],
		[`${at}.function_call.name`, "whole"],
		[`${at}.function_call.arguments`, json],
		[`${at}.tool_calls.#.index`, "whole"],
		[`${at}.tool_calls.#.id`, "name"],
		[`${at}.tool_calls.#.type`, "name"],
		[`${at}.tool_calls.#.function.name`, "whole"],
		[`${at}.tool_calls.#.function.arguments`, json],
		[`${at}.tool_calls.#.custom.name`, "whole"],
		[`${at}.tool_calls.#.custom.input`, text],
		[`${at}.audio.id`, "name"],
		[`${at}.audio.expires_at`, "whole"],
		[`${at}.audio.data`, "media"],
		[`${at}.audio.transcript`, text],
		[`${at}.annotations.#.type`, "name"],
		[`${at}.annotations.**`, "whole"],
	];
}

/** Anything else in a delta may be a text that grows, whatever its vendor calls it. */
const readChunk = createFieldReader([...HEAD, ...messageFields("choices.#.delta", "delta", "deltaJson"), ["choices.#.delta.**", "delta"]], {
	channelOf: (root, path) => {
		const choices = (root as { choices: unknown[] }).choices;
		const choice = choices[path[1] as number];
		let node: unknown = isObject(choice) ? choice["delta"] : undefined;
		const steps = path.slice(3).map((step) => {
			node = typeof node === "object" && node !== null ? (node as Record<string | number, unknown>)[step] : undefined;
			return typeof step === "number" ? indexOf(node, step) : step;
		});
		return `${indexOf(choice, path[1] as number)}:${JSON.stringify(steps)}`;
	},
	spans: ["choices.#.logprobs"],
});

const readAnswer = createFieldReader([...HEAD, ...messageFields("choices.#.message", "whole", "wholeJson")], {
	spans: ["choices.#.finish_reason"],
});

const readRequestFields = createFieldReader([
	["model", "name"],
	["service_tier", "name"],
	["reasoning_effort", "name"],
	["tool_choice", "name"],
	["tools.#.type", "name"],
	["response_format.type", "name"],
	["messages.#.tool_call_id", "name"],
	["messages.#.content.#.image_url.detail", "name"],
	["messages.#.content.#.input_audio.format", "name"],
	["messages.#.content.#.input_audio.data", "media"],
	["messages.#.content.#.file.file_data", "media"],
	["messages.#.content.#.file.file_id", "name"],
	...messageFields("messages.#", "whole", "wholeJson"),
]);

interface ChatNote {
	readonly head: JsonObject;
	readonly choices: readonly number[];
	readonly finished: readonly number[];
}

interface ChatMemory extends StreamMemory {
	/** id, model, created, … of the stream, to make events of the same shape. */
	head: Record<string, unknown>;
	/** Choices seen and not yet finished. */
	open: number[];
	closed: number[];
}

function createStreamFormat(): StreamFormat {
	const memoryOf = (memory: StreamMemory): ChatMemory => memory as ChatMemory;
	return {
		newMemory: (): ChatMemory => ({ head: {}, open: [], closed: [] }),
		read: readEvent,
		note(memory, note) {
			const { head, choices, finished } = note as ChatNote;
			const state = memoryOf(memory);
			Object.assign(state.head, head);
			const known = new Set([...state.open, ...state.closed]);
			state.open = [...state.open, ...choices.filter((index) => !known.has(index))].filter((index) => !finished.includes(index));
			state.closed = [...new Set([...state.closed, ...finished])];
		},
		textEvent(channel, text, memory) {
			const colon = channel.indexOf(":");
			const steps = JSON.parse(channel.slice(colon + 1)) as (string | number)[];
			return chunk(memoryOf(memory), { index: Number(channel.slice(0, colon)), delta: nest(steps, text), finish_reason: null });
		},
		cut(memory, unsent) {
			const { open, closed } = memoryOf(memory);
			const unfinished = [...open, ...((unsent as ChatNote | undefined)?.finished ?? [])];
			const choices = unfinished.length > 0 ? unfinished : closed.length > 0 ? [] : [0];
			return `${choices.map((index) => chunk(memoryOf(memory), { index, delta: {}, finish_reason: "content_filter" })).join("")}data: [DONE]\n\n`;
		},
		isComplete: (memory) => memoryOf(memory).open.length === 0 && memoryOf(memory).closed.length > 0,
		done: () => "data: [DONE]\n\n",
	};
}

function chunk({ head }: ChatMemory, choice: object): string {
	return sseEvent(
		JSON.stringify({ id: "chatcmpl-secure-llm-proxy", object: "chat.completion.chunk", created: 0, model: "", ...head, choices: [choice] }),
	);
}

/** The object that has `text` at the path; an array position becomes the element's `index`. */
function nest(steps: readonly (string | number)[], text: string): unknown {
	const [step, ...rest] = steps;
	if (step === undefined) return text;
	const inner = nest(rest, text);
	if (typeof step === "string") return { [step]: inner };
	return [isObject(inner) ? { index: step, ...inner } : inner];
}

function readEvent(data: string): EventReading {
	if (data === "[DONE]") return { kind: "done" };
	const object = parseObject(data);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	if (object["error"] !== undefined) return { kind: "fault", code: "upstream_error" };
	const fields = readChunk(data, object);
	if (fields === undefined || fields.hasMedia) return { kind: "fault", code: "channel_not_inspected" };
	const choices = objectsOf(object["choices"]);
	const numbers = choices.map(indexOf);
	const finished = numbers.filter((_, i) => choices[i]?.["finish_reason"] != null);
	const head: Record<string, unknown> = {};
	for (const member of ["id", "created", "model", "system_fingerprint"]) if (object[member] !== undefined) head[member] = object[member];
	const note: ChatNote = { head, choices: numbers, finished };
	return {
		kind: "data",
		places: fields.places,
		companions: fields.spans.map(({ path, from, to }) => ({ channels: `${numbers[path[1] as number]}:`, from, to })),
		finished: finished.map((index) => `${index}:`),
		isOnlyText: finished.length === 0 && choices.length > 0 && object["usage"] == null && choices.every(isOnlyText),
		note,
	};
}

/** True when the delta has growing text and nothing else worth an event of its own. */
function isOnlyText(choice: JsonObject): boolean {
	const delta = choice["delta"];
	if (!isObject(delta) || choice["logprobs"] != null) return false;
	const members = Object.entries(delta).filter(([, value]) => value !== null);
	return (
		members.length > 0 && members.every(([name, value]) => name !== "role" && (typeof value === "string" || isContinuedCall(name, value)))
	);
}

/** A tool-call fragment that is not the first of its call carries nothing but its index and text. */
function isContinuedCall(name: string, value: unknown): boolean {
	return (
		name === "tool_calls" &&
		objectsOf(value).every((call) => call["id"] == null && !(isObject(call["function"]) && call["function"]["name"] != null))
	);
}

function readBody(json: string): BodyReading {
	const object = parseObject(json);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	const fields = readAnswer(json, object);
	return fields === undefined || fields.hasMedia
		? { kind: "fault", code: "channel_not_inspected" }
		: { kind: "data", places: fields.places };
}

function cutBody(json: string): Replacement[] {
	return (readAnswer(json, undefined)?.spans ?? []).map(({ from, to }) => ({ from, to, value: "content_filter" }));
}

function readRequest(json: string): RequestReading {
	return readOpenaiRequest(json, readRequestFields, (object, invalid) => {
		if (!Array.isArray(object["messages"]) || object["messages"].length === 0)
			return invalid("messages", "'messages' must be a non-empty array of message objects.");
		const wrong = object["messages"].findIndex((message) => !isObject(message) || typeof message["role"] !== "string");
		return wrong >= 0 ? invalid(`messages[${wrong}]`, `'messages[${wrong}]' must be an object with a string 'role'.`) : undefined;
	});
}
