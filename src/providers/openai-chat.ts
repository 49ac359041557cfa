import { findStrings, type JsonString } from "../wire/json-strings.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import type { BodyReading, EventReading, Place, Provider, RequestReading, StreamFormat, StreamMemory } from "./provider.ts";

/**
 * OpenAI chat completions (knowledge: platform.openai.com/docs/api-reference/chat). Text stands in the string members
 * of `choices[].delta` and `choices[].message`; everything else that may pass is listed in STRUCTURAL with the shape
 * it must have, so that nothing unlisted can carry text past the inspection.
 */
export const openaiChat: Provider = {
	stream: createStreamFormat(),
	readBody,
	cutBody,
	readRequest,
};

const TEXT_MEMBERS = new Set(["content", "refusal", "reasoning", "reasoning_content"]);

/** A token such as an id, a model name or an enum value: no blanks, no `@`. */
const TOKEN = /^[\w.:/+-]{0,128}$/;
const STRUCTURAL = new Set(["id", "object", "model", "system_fingerprint", "service_tier", "provider", "choices.#.finish_reason", "choices.#.native_finish_reason", "choices.#.delta.role", "choices.#.message.role", "choices.#.stop_reason", "obfuscation"]);

/** The channel of a string, or false when it is structure, or undefined when it must not pass. */
function channelOf(string: JsonString, container: "delta" | "message", choiceIndex: (position: number) => number | undefined): string | false | undefined {
	const [root, position, member, name] = string.path;
	if (root === "choices" && typeof position === "number" && member === container && string.path.length === 4 && TEXT_MEMBERS.has(String(name))) {
		const index = choiceIndex(position);
		return index === undefined ? undefined : `${index}:${name}`;
	}
	const shape = string.path.map((step) => (typeof step === "number" ? "#" : step)).join(".");
	return STRUCTURAL.has(shape) && TOKEN.test(string.value) ? false : undefined;
}

function parseObject(json: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(json);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined when a string stands where it is not inspected; else every place with text. */
function placesOf(json: string, object: Record<string, unknown>, container: "delta" | "message"): Place[] | undefined {
	const choices = Array.isArray(object["choices"]) ? (object["choices"] as unknown[]) : [];
	const strings = findStrings(json);
	if (strings === undefined) return undefined;
	const places: Place[] = [];
	for (const string of strings) {
		const channel = channelOf(string, container, (position) => choiceNumber(choices[position], position));
		if (channel === undefined) return undefined;
		if (channel !== false) places.push({ channel, from: string.from, to: string.to, text: string.value });
	}
	return places;
}

function choiceNumber(choice: unknown, position: number): number | undefined {
	if (!isObject(choice)) return undefined;
	const index = choice["index"] ?? position;
	return typeof index === "number" && Number.isSafeInteger(index) && index >= 0 && index < 128 ? index : undefined;
}

function createStreamFormat(): StreamFormat {
	return {
		newMemory: () => ({ head: {}, open: [], closed: [] }),
		read: readEvent,
		textEvent(channel, text, memory) {
			const [index, member] = channel.split(":") as [string, string];
			return chunk(memory, [{ index: Number(index), delta: { [member]: text }, finish_reason: null }]);
		},
		cut(memory) {
			const choices = memory.open.length > 0 ? memory.open : memory.closed.length > 0 ? [] : [0];
			const finish = choices.map((index) => chunk(memory, [{ index, delta: {}, finish_reason: "content_filter" }]));
			return `${finish.join("")}data: [DONE]\n\n`;
		},
		isComplete: (memory) => memory.open.length === 0 && memory.closed.length > 0,
		done: () => "data: [DONE]\n\n",
		fault: (code, message) => sseEvent(JSON.stringify({ error: { message, type: "upstream_error", param: null, code } })),
	};
}

function chunk(memory: StreamMemory, choices: readonly unknown[]): string {
	return sseEvent(JSON.stringify({ id: "chatcmpl-secure-llm-proxy", object: "chat.completion.chunk", created: 0, model: "", ...memory.head, choices }));
}

function readEvent(data: string, _name: string | undefined, memory: StreamMemory): EventReading {
	if (data === "[DONE]") return { kind: "done" };
	const object = parseObject(data);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	if (object["error"] !== undefined) return { kind: "fault", code: "upstream_error" };
	const places = placesOf(data, object, "delta");
	if (places === undefined) return { kind: "fault", code: "channel_not_inspected" };
	for (const member of ["id", "created", "model", "system_fingerprint"]) {
		if (object[member] !== undefined) memory.head[member] = object[member];
	}
	const choices = Array.isArray(object["choices"]) ? object["choices"].filter(isObject) : [];
	const numbers = choices.map(choiceNumber);
	if (numbers.includes(undefined)) return { kind: "fault", code: "upstream_invalid_event" };
	const indices = numbers as number[];
	const finishedChoices = indices.filter((_, i) => choices[i]?.["finish_reason"] != null);
	const finished = finishedChoices.flatMap((index) => [...TEXT_MEMBERS].map((member) => `${index}:${member}`));
	const droppable = finished.length === 0 && choices.length > 0 && object["usage"] == null && choices.every(isOnlyText);
	return { kind: "data", places, finished, choices: indices, finishedChoices, droppable };
}

/** True when the delta has text and nothing else worth an event of its own. */
function isOnlyText(choice: Record<string, unknown>): boolean {
	const delta = choice["delta"];
	if (!isObject(delta) || choice["logprobs"] != null) return false;
	const members = Object.entries(delta).filter(([, value]) => value !== null);
	return members.length > 0 && members.every(([name]) => TEXT_MEMBERS.has(name));
}

function readBody(json: string): BodyReading {
	const object = parseObject(json);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	const places = placesOf(json, object, "message");
	return places === undefined ? { kind: "fault", code: "channel_not_inspected" } : { kind: "data", places };
}

function cutBody(json: string): string {
	const strings = findStrings(json) ?? [];
	let out = "";
	let at = 0;
	for (const { path, from, to } of strings) {
		if (path.length !== 3 || path[0] !== "choices" || path[2] !== "finish_reason") continue;
		out += `${json.slice(at, from)}"content_filter"`;
		at = to;
	}
	return out + json.slice(at);
}

/** Strings of a request that are names for the vendor, not text for the model. */
const REQUEST_NAMES = new Set(["model", "messages.#.role", "messages.#.tool_call_id", "messages.#.content.#.type", "messages.#.tool_calls.#.id", "messages.#.tool_calls.#.type", "tools.#.type", "service_tier", "reasoning_effort", "response_format.type"]);

function readRequest(json: string): RequestReading {
	const invalid = (param: string, message: string): RequestReading => ({ kind: "invalid", param, message });
	const object = parseObject(json);
	if (object === undefined) return { kind: "invalid", param: null, message: "The request body is not a JSON object. Send {\"model\": …, \"messages\": […]}." };
	if (typeof object["model"] !== "string" || object["model"] === "") return invalid("model", "'model' must be a non-empty string: the name of a model.");
	if (!Array.isArray(object["messages"]) || object["messages"].length === 0) return invalid("messages", "'messages' must be a non-empty array of message objects.");
	const wrong = object["messages"].findIndex((message) => !isObject(message) || typeof message["role"] !== "string");
	if (wrong >= 0) return invalid(`messages[${wrong}]`, `'messages[${wrong}]' must be an object with a string 'role'.`);
	if (object["stream"] != null && typeof object["stream"] !== "boolean") return invalid("stream", "'stream' must be true or false.");
	const strings = findStrings(json);
	if (strings === undefined) return { kind: "invalid", param: null, message: "The request body is nested too deeply. Flatten it." };
	const places = strings.filter(isPromptText).map((string, index) => ({ channel: String(index), from: string.from, to: string.to, text: string.value }));
	return { kind: "data", places, model: object["model"], stream: object["stream"] === true };
}

function isPromptText({ path, value }: JsonString): boolean {
	if (/^data:(?:image|audio)\/[\w.+-]{1,64};base64,/.test(value)) return false;
	return !REQUEST_NAMES.has(path.map((step) => (typeof step === "number" ? "#" : step)).join("."));
}
