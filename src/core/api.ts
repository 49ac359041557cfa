/** The APIs whose requests and answers the proxy reads. */
export type ApiName =
	| "openai-chat"
	| "openai-completions"
	| "openai-responses"
	| "openai-embeddings"
	| "openai-images"
	| "openai-speech"
	| "openai-transcription"
	| "openai-moderations"
	| "anthropic-messages"
	| "anthropic-count-tokens"
	| "gemini-generate"
	| "gemini-embed"
	| "rerank"
	| "models"
	/** The proxy's own. */
	| "inspect";

/** Whose error envelope, credential header and paths an API uses. */
export type Vendor = "openai" | "anthropic" | "gemini";

/** The vendor whose clients use a path; OpenAI's where it says nothing. */
export function vendorOfPath(path: string): Vendor {
	if (path.startsWith("/v1/messages")) return "anthropic";
	return /^\/v1(?:alpha|beta)\/|^\/v1\/models\/.+:(?:\w+Contents?|countTokens)$/.test(path) ? "gemini" : "openai";
}

/** The vendor whose clients send such headers; undefined where they say nothing. */
export function vendorOfHeaders(headers: Readonly<Record<string, string>>): Vendor | undefined {
	if (headers["anthropic-version"] !== undefined) return "anthropic";
	return headers["x-goog-api-client"] !== undefined || headers["x-goog-api-key"] !== undefined ? "gemini" : undefined;
}

/**
 * Whether the clients of an API skip the comments of a stream, as the standard says. Google's do not: its Python SDK reads
 * a comment as JSON and fails, its older JavaScript SDK gives nothing of what comes behind one.
 */
export function skipsComments(api: ApiName): boolean {
	return !api.startsWith("gemini");
}

/** APIs whose requests are forms, with a file; those of all others are JSON. */
export function takesForm(api: ApiName): boolean {
	return api === "openai-transcription";
}

/** How an answer comes: as SSE, as a JSON array whose elements are the events, whole, or as sound. */
export type AnswerMode = "stream" | "array" | "body" | "sound";

/** `query` without `?`. Gemini streams an array unless it is asked for SSE. */
export function answerMode(api: ApiName, isStreamed: boolean, query: string): AnswerMode {
	if (api === "openai-speech") return "sound";
	if (!isStreamed) return "body";
	return api === "gemini-generate" && new URLSearchParams(query).get("alt") !== "sse" ? "array" : "stream";
}
