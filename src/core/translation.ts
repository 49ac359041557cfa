import type { ApiName } from "./api.ts";
import type { ErrorCode } from "./errors.ts";
import type { TranscriptFormat } from "./transcript-format.ts";

/** How an answer is given to a client of another format than its upstream's. Plain data. */
export interface AnswerTranslation {
	/** The client's format. */
	readonly to: ApiName;
	/** The client asked for a usage chunk (OpenAI's `stream_options.include_usage`). */
	readonly includeUsage: boolean;
	/** Seconds since 1970, for formats that say when an answer was made. */
	readonly created: number;
}

/** The most tokens an answer may have, where the client does not say, and the name an OpenAI upstream has for it. */
export interface TokenBudget {
	/** Absent: none is configured. */
	readonly maxTokens?: number;
	readonly openaiField: "max_tokens" | "max_completion_tokens";
}

/** What has no counterpart in the upstream's format: `param` names the field, `message` says what to do. */
export interface UntranslatableField {
	readonly ok: false;
	readonly param: string;
	readonly message: string;
	/** Absent: `invalid_request`. */
	readonly code?: ErrorCode;
}

/** A request in its upstream's format; or why there is none. */
export type TranslatedBody =
	| {
			readonly ok: true;
			readonly body: Uint8Array;
			/** The client wants to know what was used. */
			readonly includeUsage: boolean;
			/** Absent: JSON. */
			readonly contentType?: string;
			/** The upstream is asked for JSON, and the client for a transcript as text. */
			readonly transcriptAs?: TranscriptFormat | undefined;
	  }
	| UntranslatableField;

/** The format a request can be put into when no provider of its model speaks the client's. */
export const TRANSLATED_APIS: Partial<Record<ApiName, ApiName>> = {
	"openai-chat": "anthropic-messages",
	"anthropic-messages": "openai-chat",
};
