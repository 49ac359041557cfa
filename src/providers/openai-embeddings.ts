import { createFieldReader } from "./field-table.ts";
import { areTexts, readModelRequest } from "./model-request.ts";
import { plainAnswer } from "./plain-answer.ts";
import type { Provider, RequestReading } from "./provider.ts";
import { type TokenText, tokenTexts, withTokenTexts } from "./token-numbers.ts";

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
	readRequest(json, path): RequestReading {
		let tokens: readonly TokenText[] | undefined;
		const read = readModelRequest(json, path, readFields, (object, invalid) => {
			if (areTexts(object["input"])) return undefined;
			tokens = tokenTexts(json, object, "input");
			return tokens === undefined ? invalid("input", NO_INPUT) : undefined;
		});
		return read.kind === "data" && tokens !== undefined ? { ...read, ...withTokenTexts(read.places, tokens) } : read;
	},
};

const NO_INPUT = "'input' must be a string, an array of strings, or numbers of tokens in cl100k_base, the encoding of OpenAI's models.";

const readFields = createFieldReader(
	[
		["model", "name"],
		["encoding_format", "name"],
	],
	{ names: ["input", "user", "dimensions"] },
);
