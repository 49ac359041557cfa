import { type ApiName, skipsComments, type Vendor } from "./api.ts";
import { type CatalogueEntry, ERRORS, type ErrorCode } from "./errors.ts";
import type { VendorError } from "./vendor-error.ts";

export interface ErrorDetail {
	readonly status: number;
	/** Stable code of the catalogue. */
	readonly code: string;
	readonly type: CatalogueEntry["type"];
	readonly message: string;
	readonly param?: string | null;
}

/** google.rpc.Code names by HTTP status (cloud.google.com/apis/design/errors). */
const GEMINI_STATUS: Readonly<Record<number, string>> = {
	400: "INVALID_ARGUMENT",
	401: "UNAUTHENTICATED",
	403: "PERMISSION_DENIED",
	404: "NOT_FOUND",
	429: "RESOURCE_EXHAUSTED",
	500: "INTERNAL",
	503: "UNAVAILABLE",
	504: "DEADLINE_EXCEEDED",
};

/** `error.type` by HTTP status (docs.anthropic.com/en/api/errors). */
const ANTHROPIC_TYPE: Readonly<Record<number, string>> = {
	401: "authentication_error",
	403: "permission_error",
	404: "not_found_error",
	413: "request_too_large",
	429: "rate_limit_error",
	503: "overloaded_error",
	529: "overloaded_error",
};

/** `error.type` of Anthropic that no status stands for, or more than one. */
const ANTHROPIC_TYPES: ReadonlySet<string> = new Set([
	...Object.values(ANTHROPIC_TYPE),
	"invalid_request_error",
	"billing_error",
	"api_error",
	"timeout_error",
]);

function anthropicType(status: number, type: string): string {
	if (ANTHROPIC_TYPE[status] !== undefined) return ANTHROPIC_TYPE[status];
	if (ANTHROPIC_TYPES.has(type)) return type;
	return status >= 500 ? "api_error" : "invalid_request_error";
}

/** At this its SDK sends the whole conversation instead. */
const THREAD_DETAILS = { details: { error_code: "thread_unsupported_request", unsupported: ["thread"] } };

/** The vendor's own error object, as its SDKs read it. Our `code` is in all of them. */
export function errorEnvelope(vendor: Vendor, { status, code, type, message, param = null }: ErrorDetail): object {
	switch (vendor) {
		case "openai":
			return { error: { message, type, param, code } };
		case "anthropic":
			return {
				type: "error",
				error: { type: anthropicType(status, type), message, code, ...(code === "thread_not_supported" && THREAD_DETAILS) },
			};
		case "gemini":
			return {
				error: {
					code: status,
					message,
					status: GEMINI_STATUS[status] ?? (status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT"),
					details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: code.toUpperCase(), domain: "secure-llm-proxy" }],
				},
			};
		default:
			return vendor satisfies never;
	}
}

/** Google's older JavaScript SDK takes an error event for a part of the answer without text, and fails at a comment only. */
const STUMBLING_BLOCK = ": error\n\n";

/**
 * A catalogue error after the head of a streamed answer was sent: an SSE block on which the vendor's SDKs throw. Events
 * of the Responses API carry a `type`, and `error` beside it, because OpenAI's SDK throws on that member alone. `from`:
 * what the upstream's own error said.
 */
export function errorEvent(api: ApiName, error: ErrorCode, from: VendorError = {}): string {
	const { message, ...entry } = ERRORS[error];
	const { status = entry.status, type = entry.type, code = error } = from;
	const detail = { status, type, message, code };
	if (api.startsWith("anthropic")) return `event: error\ndata: ${JSON.stringify(errorEnvelope("anthropic", detail))}\n\n`;
	if (api === "openai-responses") {
		const event = { type: "error", sequence_number: 0, code, message, param: null, ...errorEnvelope("openai", detail) };
		return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
	}
	if (skipsComments(api)) return `data: ${JSON.stringify(errorEnvelope("openai", detail))}\n\n`;
	return `data: ${JSON.stringify(errorEnvelope("gemini", detail))}\n\n${STUMBLING_BLOCK}`;
}
