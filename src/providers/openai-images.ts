import { createFieldReader } from "./field-table.ts";
import { valueAt } from "./json-object.ts";
import { readModelRequest } from "./model-request.ts";
import { plainAnswer } from "./plain-answer.ts";
import type { Provider } from "./provider.ts";

const readAnswer = createFieldReader(
	[
		["created", "number"],
		["model", "name"],
		["size", "name"],
		["quality", "name"],
		["background", "name"],
		["output_format", "name"],
		["data.#.b64_json", "media"],
		["data.#.url", "media"],
		["data.#.revised_prompt", "whole"],
		["usage", "whole"],
	],
	{ refine: (root, path) => (path.at(-1) === "url" && isAddress(valueAt(root, path)) ? "opaque" : undefined) },
);

/**
 * Pictures that are drawn from a text (platform.openai.com/docs/api-reference/images/create): the text is in the request,
 * and in the answer as the model has rewritten it. What a picture shows is not read.
 */
export const openaiImages: Provider = {
	...plainAnswer(readAnswer, ({ files }) => files.document.length > 0),
	readRequest: (json, path) =>
		readModelRequest(json, path, readFields, ({ prompt, stream }, invalid) => {
			if (typeof prompt !== "string") return invalid("prompt", "'prompt' must be a string: what the picture is to show.");
			return stream === true ? invalid("stream", "'stream' must be false or absent: pictures are given whole.") : undefined;
		}),
};

const readFields = createFieldReader(
	[
		["model", "name"],
		["size", "name"],
		["quality", "name"],
		["style", "name"],
		["background", "name"],
		["moderation", "name"],
		["output_format", "name"],
		["response_format", "name"],
	],
	{ names: ["prompt", "negative_prompt", "n", "user", "stream", "partial_images", "output_compression"] },
);

/** Where the vendor keeps the picture. Its signature would pass for a credential, and no model has written it. */
function isAddress(value: unknown): boolean {
	const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
	return url?.protocol === "https:" && url.username === "" && url.password === "";
}
