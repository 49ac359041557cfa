import type { JsonPath } from "../wire/json-strings.ts";
import { stepsByIndex } from "./channel-path.ts";
import { createFieldReader } from "./field-table.ts";
import { isObject, type JsonObject, objectsOf } from "./json-object.ts";
import { readModelRequest } from "./model-request.ts";
import { below, messageFields } from "./openai-chat-fields.ts";
import { COMPLETION_HEAD, createChoicesStream, hasFinished } from "./openai-choices.ts";
import { createChoicesBody } from "./openai-choices-body.ts";
import { doLogprobsSpell } from "./openai-logprobs.ts";
import type { Provider, RequestReading } from "./provider.ts";
import { OPENAI_SETTINGS } from "./request-settings.ts";

/** OpenAI chat completions (platform.openai.com/docs/api-reference/chat) and the dialects of compatible servers. */
export const openaiChat: Provider = {
	settings: { maxTokens: ["max_tokens", "max_completion_tokens"], needsMaxTokens: false, temperature: "temperature" },
	stream: createChoicesStream({
		object: "chat.completion.chunk",
		idPrefix: "chatcmpl",
		fields: below("choices.#.delta", messageFields("delta")),
		silent: { delta: {} },
		opening: (members) => ({ ...members, delta: { role: "assistant", ...(members["delta"] as JsonObject) } }),
		steps: channelSteps,
		isOnlyText,
		follows,
		areLogprobsOwn: ({ logprobs, delta }) => doLogprobsSpell(logprobs, delta),
	}),
	...createChoicesBody({
		fields: [
			...COMPLETION_HEAD,
			["choices.#.message.content.#.text", "deltaAnswer"],
			...below("choices.#.message", messageFields("whole")),
		],
		// A tool call that follows a cut must not be made.
		dropped: ["choices.#.message.tool_calls", "choices.#.message.function_call"],
		areLogprobsOwn: ({ logprobs, message }) => doLogprobsSpell(logprobs, message),
	}),
	readRequest,
};

/** A text part of `content` continues the content, whichever form it has. */
function channelSteps(path: JsonPath, choice: JsonObject): JsonPath {
	const isPart = path[1] === "content" && path[3] === "text" && path.length === 4;
	return isPart ? ["delta", "content"] : stepsByIndex(path, choice);
}

const CALLS = ["tool_calls", "function_call"].map((name) => `["delta","${name}"`);
const BEFORE_CALLS = [...["content", "refusal", "reasoning"].map((name) => `["delta","${name}`), ...CALLS];

/**
 * A call comes after the text that announces it, and whatever comes after a call behind its arguments: some clients take
 * the beginning of the next one for its end. The end of a choice is no text, so it ends them itself.
 */
function follows(choice: JsonObject): readonly string[] | undefined {
	const { delta } = choice;
	if (isObject(delta) && (delta["tool_calls"] != null || delta["function_call"] != null)) return BEFORE_CALLS;
	return hasFinished(choice) ? undefined : CALLS;
}

const PLAIN_MEMBERS: ReadonlySet<string> = new Set(["index", "delta", "finish_reason", "logprobs"]);

/** True when the choice has growing text and nothing else worth an event of its own. */
function isOnlyText(choice: JsonObject): boolean {
	const { delta, logprobs } = choice;
	if (!isObject(delta) || logprobs != null || Object.keys(choice).some((name) => !PLAIN_MEMBERS.has(name))) return false;
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

const readFields = createFieldReader(
	[
		["model", "name"],
		["service_tier", "name"],
		["reasoning_effort", "name"],
		["verbosity", "name"],
		["seed", "number"],
		["tool_choice", "name"],
		["tools.#.type", "name"],
		["response_format.type", "name"],
		...below("messages.#", [
			["content.#.text", "part"],
			["tool_call_id", "callId"],
			["content.#.image_url.detail", "name"],
			["content.#.input_audio.format", "name"],
			["content.#.input_audio.data", "media"],
			["content.#.file.file_data", "document"],
			["content.#.file.file_id", "name"],
			...messageFields("whole"),
		]),
	],
	{ names: OPENAI_SETTINGS },
);

function readRequest(json: string, path: string): RequestReading {
	return readModelRequest(json, path, readFields, (object, invalid) => {
		const { messages } = object;
		if (!Array.isArray(messages) || messages.length === 0)
			return invalid("messages", "'messages' must be a non-empty array of message objects.");
		const wrong = messages.findIndex((message) => !isObject(message) || typeof message["role"] !== "string");
		return wrong >= 0 ? invalid(`messages[${wrong}]`, `'messages[${wrong}]' must be an object with a string 'role'.`) : undefined;
	});
}
