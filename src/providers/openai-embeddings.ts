import { createFieldReader } from "./field-table.ts";
import { areTexts, readModelRequest } from "./model-request.ts";
import { plainAnswer } from "./plain-answer.ts";
import type { Provider } from "./provider.ts";

const readAnswer = createFieldReader([
	["id", "name"],
	["object", "name"],
	["model", "name"],
	["data.#.object", "name"],
	["data.#.index", "whole"],
	["data.#.embedding", "opaque"],
	["usage", "whole"],
]);

/** OpenAI embeddings (platform.openai.com/docs/api-reference/embeddings): the text is in the request. */
export const openaiEmbeddings: Provider = {
	...plainAnswer(readAnswer),
	readRequest: (json, path) =>
		readModelRequest(json, path, readFields, ({ input }, invalid) =>
			areTexts(input)
				? undefined
				: invalid("input", "'input' must be a string or an array of strings: arrays of tokens cannot be inspected. Send the text."),
		),
};

const readFields = createFieldReader(
	[
		["model", "name"],
		["encoding_format", "name"],
	],
	{ names: ["input", "user", "dimensions"] },
);
