import { isObject, type JsonObject } from "./json-object.ts";

/** Members with which a request of any vendor acts, or asks about something that is not in it. */
const LIVING: readonly string[] = [
	"tools",
	"functions",
	"web_search_options",
	"mcp_servers",
	"container",
	"previous_response_id",
	"conversation",
	"thread",
	"background",
	"store",
	"cachedContent",
	"cached_content",
	"file",
];

/**
 * Whether the answer that a request got before may be given to the very same request again: it uses no tool, changes nothing,
 * says all that the answer depends on, and does not ask for several answers to choose from.
 */
export function isRepeatable(request: JsonObject): boolean {
	if (LIVING.some((name) => isSaid(request[name]))) return false;
	// A template that is kept by the vendor; elsewhere a prompt is text.
	if (isObject(request["prompt"])) return false;
	const { generationConfig = request["generation_config"] } = request;
	const nested = isObject(generationConfig) ? generationConfig : {};
	const counts = [request["n"], request["best_of"], nested["candidateCount"], nested["candidate_count"]];
	return counts.every((count) => count == null || count === 1);
}

function isSaid(value: unknown): boolean {
	return value != null && value !== false && !(Array.isArray(value) && value.length === 0);
}
