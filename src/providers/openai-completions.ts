import { stepsByIndex } from "./channel-path.ts";
import { createFieldReader } from "./field-table.ts";
import { isObject, type JsonObject } from "./json-object.ts";
import { areTexts, readModelRequest } from "./model-request.ts";
import { COMPLETION_HEAD, createChoicesStream } from "./openai-choices.ts";
import { createChoicesBody } from "./openai-choices-body.ts";
import type { Provider } from "./provider.ts";
import { OPENAI_SETTINGS } from "./request-settings.ts";

/** OpenAI completions (platform.openai.com/docs/api-reference/completions), as vLLM and others still serve them. */
export const openaiCompletions: Provider = {
	settings: { maxTokens: ["max_tokens"], needsMaxTokens: false, temperature: "temperature" },
	stream: createChoicesStream({
		object: "text_completion",
		idPrefix: "cmpl",
		fields: [["choices.#.text", "deltaAnswer"]],
		silent: { text: "", logprobs: null },
		steps: stepsByIndex,
		isOnlyText: (choice) => typeof choice["text"] === "string" && Object.keys(choice).every(isPlain) && choice["logprobs"] == null,
		areLogprobsOwn,
	}),
	...createChoicesBody({ fields: [...COMPLETION_HEAD, ["choices.#.text", "wholeAnswer"]], dropped: [], areLogprobsOwn }),
	readRequest: (json, path) =>
		readModelRequest(json, path, readFields, ({ prompt }, invalid) =>
			prompt == null || areTexts(prompt)
				? undefined
				: invalid("prompt", "'prompt' must be a string or an array of strings: arrays of tokens cannot be inspected. Send the text."),
		),
};

const readFields = createFieldReader(
	[
		["model", "name"],
		["seed", "number"],
	],
	{ names: OPENAI_SETTINGS },
);

function isPlain(member: string): boolean {
	return member === "index" || member === "text" || member === "finish_reason" || member === "logprobs" || member === "stop_reason";
}

function areLogprobsOwn({ logprobs, text }: JsonObject): boolean {
	if (!isObject(logprobs)) return logprobs == null;
	const { tokens, top_logprobs: others, ...numbers } = logprobs;
	if (!Array.isArray(tokens) || tokens.join("") !== text) return false;
	return Object.values(numbers).every(areNumbers) && (others == null || (Array.isArray(others) && others.every(areNumbers)));
}

/** Of a list, or by the tokens that they are of. */
function areNumbers(values: unknown): boolean {
	return typeof values === "object" && Object.values(values ?? {}).every((value) => value === null || typeof value === "number");
}
