import { createFieldReader } from "./field-table.ts";
import { parseObject } from "./json-object.ts";
import { areTexts, readModelRequest } from "./model-request.ts";
import type { Provider } from "./provider.ts";

/** OpenAI embeddings (platform.openai.com/docs/api-reference/embeddings): the text is in the request. */
export const openaiEmbeddings: Provider = {
	readBody(json) {
		const object = parseObject(json);
		if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
		const fields = readAnswer(json, object);
		return fields === undefined || fields.isOpaque
			? { kind: "fault", code: "channel_not_inspected" }
			: { kind: "data", places: fields.places };
	},
	cutBody: () => [],
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

const readAnswer = createFieldReader([
	["id", "name"],
	["object", "name"],
	["model", "name"],
	["data.#.object", "name"],
	["data.#.index", "whole"],
	["data.#.embedding", "opaque"],
	["usage", "whole"],
]);
