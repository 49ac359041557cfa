import { isObject, type JsonObject, valueAt } from "./json-object.ts";

/** Where a request says that its answer is to be JSON: `type` of these begins with `json` … */
const FORMATS = [["response_format"], ["text", "format"], ["output_config", "format"], ["output_format"]];
/** … one of these is there (vLLM, Gemini) … */
const SCHEMAS = [
	["guided_json"],
	["structured_outputs", "json"],
	...["generationConfig", "generation_config"].flatMap((config) =>
		["responseSchema", "response_schema", "responseJsonSchema", "response_json_schema"].map((name) => [config, name]),
	),
];
/** … or one of these is `application/json`. */
const MIME_TYPES = [
	["generationConfig", "responseMimeType"],
	["generation_config", "response_mime_type"],
];

/** Whether a request of any vendor asks for structured output in the answer's text. Tools are another matter. */
export function asksForJson(request: JsonObject): boolean {
	const isJson = (format: unknown): boolean => isObject(format) && String(format["type"]).startsWith("json");
	return (
		FORMATS.some((path) => isJson(valueAt(request, path))) ||
		SCHEMAS.some((path) => valueAt(request, path) != null) ||
		MIME_TYPES.some((path) => valueAt(request, path) === "application/json")
	);
}
