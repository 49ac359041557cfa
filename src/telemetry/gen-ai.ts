/**
 * Names of the GenAI semantic conventions (github.com/open-telemetry/semantic-conventions-genai, August 2026, status
 * "development"), kept here because the packages of constants no longer carry them.
 */
export const GEN_AI = {
	operation: "gen_ai.operation.name",
	provider: "gen_ai.provider.name",
	requestModel: "gen_ai.request.model",
	isStreamed: "gen_ai.request.stream",
	inputTokens: "gen_ai.usage.input_tokens",
	outputTokens: "gen_ai.usage.output_tokens",
	tokenType: "gen_ai.token.type",
	timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
} as const;

export const OPERATION_DURATION = "gen_ai.client.operation.duration";
export const TIME_TO_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk";
export const TOKEN_USAGE = "gen_ai.client.token.usage";

/** Boundaries that the conventions ask for: seconds, and tokens. */
export const DURATION_BOUNDARIES = Array.from({ length: 14 }, (_, i) => 0.01 * 2 ** i);
export const TOKEN_BOUNDARIES = Array.from({ length: 14 }, (_, i) => 4 ** i);

const OPERATIONS: Readonly<Record<string, string>> = {
	"openai-chat": "chat",
	"openai-responses": "chat",
	"openai-completions": "text_completion",
	"openai-embeddings": "embeddings",
	"openai-images": "generate_content",
	"openai-speech": "generate_content",
	"openai-transcription": "generate_content",
	"anthropic-messages": "chat",
	"anthropic-count-tokens": "count_tokens",
	"gemini-generate": "generate_content",
	"gemini-embed": "embeddings",
};

/** `gen_ai.operation.name` of an API. */
export function operationOf(api: string): string {
	return OPERATIONS[api] ?? api;
}

const PROVIDERS: Readonly<Record<string, string>> = { azure: "azure.ai.openai", gemini: "gcp.gemini" };

/** `gen_ai.provider.name` of a provider's type. */
export function providerNameOf(type: string): string {
	return PROVIDERS[type] ?? type;
}
