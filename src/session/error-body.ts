import { ERRORS, type ErrorCode } from "../core/errors.ts";

/** The vendor's own error envelope for the route. */
export function errorBody(path: string, code: string, type: string, message: string, param: string | null = null): string {
	if (path.startsWith("/v1/messages")) return JSON.stringify({ type: "error", error: { type: type === "server_error" ? "api_error" : "invalid_request_error", message } });
	return JSON.stringify({ error: { message, type, param, code } });
}

export interface ErrorAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** A catalogue error as an answer. `message` and `param` replace the catalogue's where the caller knows more. */
export function errorAnswer(path: string, code: ErrorCode, detail: { readonly message?: string; readonly param?: string | null; readonly status?: number } = {}): ErrorAnswer {
	const entry = ERRORS[code];
	return {
		status: detail.status ?? entry.status,
		headers: {
			"content-type": "application/json",
			...(!entry.retryable && { "x-should-retry": "false" }),
			...(entry.status === 503 && { "retry-after": "1" }),
		},
		body: errorBody(path, code, entry.type, detail.message ?? entry.message, detail.param ?? null),
	};
}
