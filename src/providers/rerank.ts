import { createFieldReader } from "./field-table.ts";
import { isObject } from "./json-object.ts";
import { readModelRequest } from "./model-request.ts";
import { plainAnswer } from "./plain-answer.ts";
import type { Provider } from "./provider.ts";

const readAnswer = createFieldReader([
	["id", "name"],
	["object", "name"],
	["model", "name"],
	["results.#.document", "echo"],
	["results.#.document.**", "echo"],
	["meta", "whole"],
	["usage", "whole"],
]);

/** Documents in the order in which they answer a question, as Cohere (docs.cohere.com/reference/rerank), Jina, vLLM and LiteLLM serve it. */
export const rerank: Provider = {
	...plainAnswer(readAnswer),
	readRequest: (json, path) =>
		readModelRequest(json, path, readFields, ({ query, documents, stream }, invalid) => {
			if (typeof query !== "string") return invalid("query", "'query' must be a string.");
			if (!Array.isArray(documents) || documents.length === 0 || !documents.every(isDocument))
				return invalid("documents", "'documents' must be a non-empty array of strings, or of objects with a 'text'.");
			return stream === true ? invalid("stream", "'stream' must be false or absent: an order is given whole.") : undefined;
		}),
};

function isDocument(value: unknown): boolean {
	return typeof value === "string" || isObject(value);
}

const readFields = createFieldReader([["model", "name"]], {
	names: [
		"query",
		"documents.#.text",
		"top_n",
		"top_k",
		"return_documents",
		"rank_fields.#",
		"max_chunks_per_doc",
		"max_tokens_per_doc",
		"truncate_prompt_tokens",
	],
});
