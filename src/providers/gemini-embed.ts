import { createFieldReader } from "./field-table.ts";
import { readEmbedRequest } from "./gemini-request.ts";
import { parseObject } from "./json-object.ts";
import type { Provider } from "./provider.ts";

const readAnswer = createFieldReader([]);

/** Gemini embedContent and batchEmbedContents (ai.google.dev/api/embeddings): numbers for an answer. */
export const geminiEmbed: Provider = {
	readBody(json) {
		const object = parseObject(json);
		const fields = object && readAnswer(json, object);
		return fields === undefined ? { kind: "fault", code: "upstream_invalid_event" } : { kind: "data", places: fields.places };
	},
	cutBody: () => [],
	readRequest: readEmbedRequest,
};
