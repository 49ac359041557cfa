import { readRequestFields } from "./gemini-fields.ts";
import { isObject, type JsonObject, parseObject } from "./json-object.ts";
import type { RequestReading } from "./provider.ts";
import { requestData } from "./request-data.ts";
import { unreadable } from "./unreadable.ts";

/** The model and the method stand in the path: `/v1beta/models/{model}:{method}`. */
const PATH = /\/models\/(.+):(\w+)$/;

interface ContentsOf {
	/** Name of the member that is missing or wrong, for the message. */
	readonly param: string;
	readonly contents: readonly unknown[];
}

/** generateContent, streamGenerateContent, countTokens. */
export function readGenerateRequest(json: string, path: string): RequestReading {
	return readRequest(json, path, (object) => {
		const inner = isObject(object["generateContentRequest"]) ? object["generateContentRequest"] : object;
		const { contents, systemInstruction = inner["system_instruction"] } = inner;
		const list = Array.isArray(contents) ? contents : [contents];
		return { param: "contents", contents: systemInstruction === undefined ? list : [...list, systemInstruction] };
	});
}

/** embedContent, batchEmbedContents. */
export function readEmbedRequest(json: string, path: string): RequestReading {
	return readRequest(json, path, ({ requests, content }) =>
		Array.isArray(requests)
			? { param: "requests", contents: requests.map((request) => (isObject(request) ? request["content"] : undefined)) }
			: { param: "content", contents: [content] },
	);
}

function readRequest(json: string, path: string, contentsOf: (object: JsonObject) => ContentsOf): RequestReading {
	const invalid = (param: string | null, message: string): RequestReading => ({ kind: "invalid", param, message });
	const [, model = "", method = ""] = PATH.exec(path) ?? [];
	const object = parseObject(json);
	if (object === undefined) return invalid(null, "The request body is not a JSON object.");
	const { param, contents } = contentsOf(object);
	const wrong = contents.findIndex((content) => !isObject(content) || !Array.isArray(content["parts"]));
	if (contents.length === 0 || wrong >= 0)
		return invalid(param, `'${param}' must be contents, each an object with an array 'parts'${wrong > 0 ? ` (see number ${wrong})` : ""}.`);
	const fields = readRequestFields(json, object);
	if (fields === undefined) return { kind: "invalid", ...unreadable(json) };
	return requestData(object, fields, { model, stream: method === "streamGenerateContent" });
}
