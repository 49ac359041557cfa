/** Whose fault an error is; decides who is told and what is retried. */
export type ErrorSource = "downstream" | "upstream" | "internal" | "policy";

export interface CatalogueEntry {
	readonly status: number;
	/** OpenAI `error.type`. */
	readonly type: string;
	readonly source: ErrorSource;
	/** Whether the same request may succeed later. False sends `x-should-retry: false`. */
	readonly retryable: boolean;
	/** Says what to do; never what was matched. */
	readonly message: string;
}

const entry = (status: number, type: string, source: ErrorSource, retryable: boolean, message: string): CatalogueEntry => ({
	status,
	type,
	source,
	retryable,
	message,
});

/** Every error a client can see, by its stable `code`. */
export const ERRORS = {
	prompt_blocked: entry(
		400,
		"security_policy_violation",
		"policy",
		false,
		"The request was blocked by the security policy. Remove sensitive or disallowed text and send it again.",
	),
	prompt_too_long: entry(
		400,
		"invalid_request_error",
		"policy",
		false,
		"The prompt is longer than security.input.max_prompt_length allows. Shorten it.",
	),
	invalid_json: entry(
		400,
		"invalid_request_error",
		"downstream",
		false,
		"The request body is not valid JSON. Send a JSON object in UTF-8, without a byte order mark.",
	),
	invalid_encoding: entry(400, "invalid_request_error", "downstream", false, "The request body is not valid UTF-8. Encode it as UTF-8."),
	document_not_inspected: entry(
		400,
		"invalid_request_error",
		"policy",
		false,
		"The request carries a file that cannot be inspected. Send its text, or set security.input.documents to pass.",
	),
	media_not_inspected: entry(
		400,
		"invalid_request_error",
		"policy",
		false,
		"The request carries a picture, sound or film, which cannot be inspected. Send text, or set security.input.media to pass.",
	),
	invalid_request: entry(400, "invalid_request_error", "downstream", false, "The request is not valid."),
	thread_not_supported: entry(
		400,
		"invalid_request_error",
		"downstream",
		false,
		"What is checked or given back here needs the whole conversation, and a thread keeps it at the vendor. Send all messages without 'thread', as unsupportedRequestBehavior: 'continue_unthreaded' does.",
	),
	bad_framing: entry(
		400,
		"invalid_request_error",
		"downstream",
		false,
		"The HTTP framing of the request is not acceptable. Send exactly one Host, one plain Content-Length and no Transfer-Encoding.",
	),
	request_timeout: entry(408, "invalid_request_error", "downstream", true, "The request did not arrive in time. Send it again."),
	length_required: entry(
		411,
		"invalid_request_error",
		"downstream",
		false,
		"Send the body with a Content-Length; Transfer-Encoding is not accepted.",
	),
	encoded_body: entry(
		415,
		"invalid_request_error",
		"downstream",
		false,
		"The request body is compressed, and cannot be inspected so. Send it without Content-Encoding.",
	),
	request_too_large: entry(
		413,
		"invalid_request_error",
		"downstream",
		false,
		"The request body is larger than server.max_request_size. Send a smaller one.",
	),
	target_too_long: entry(
		414,
		"invalid_request_error",
		"downstream",
		false,
		"The path and query of the request are longer than 8 KiB. Shorten them; what is long belongs into the body.",
	),
	expectation_failed: entry(417, "invalid_request_error", "downstream", false, "Only Expect: 100-continue is understood."),
	headers_too_large: entry(
		431,
		"invalid_request_error",
		"downstream",
		false,
		"The request headers are too large. Send fewer or shorter ones.",
	),
	route_not_found: entry(
		404,
		"invalid_request_error",
		"downstream",
		false,
		"There is no such route. docs/api_documentation.md lists those that are served.",
	),
	method_not_allowed: entry(405, "invalid_request_error", "downstream", false, "The route does not accept this method."),
	model_not_found: entry(
		404,
		"invalid_request_error",
		"downstream",
		false,
		"No configured provider serves this model. Check llm_providers.*.models.",
	),
	answer_cut: entry(
		400,
		"security_policy_violation",
		"policy",
		false,
		"The answer was ended by the security policy: what came next must not be given out. Ask in another way.",
	),
	overloaded: entry(503, "server_error", "internal", true, "The proxy is at its capacity. Try again shortly."),
	providers_unavailable: entry(
		503,
		"server_error",
		"upstream",
		true,
		"Every provider of this model is at its limit or left alone because it failed. Try again shortly.",
	),
	draining: entry(503, "server_error", "internal", true, "The proxy is shutting down. Try again; another replica will answer."),
	missing_credential: entry(
		401,
		"authentication_error",
		"downstream",
		false,
		"Send your key or token for this proxy, as 'Authorization: Bearer …' or in the header your SDK uses for API keys.",
	),
	invalid_credential: entry(
		401,
		"authentication_error",
		"downstream",
		false,
		"The key or token is not valid here. Check it, or ask for a new one.",
	),
	expired_credential: entry(401, "authentication_error", "downstream", false, "The key or token has expired. Get a new one."),
	revoked_credential: entry(401, "authentication_error", "downstream", false, "The key was revoked. Ask for a new one."),
	too_many_failures: entry(429, "authentication_error", "downstream", false, "Too many wrong keys came from this address. Wait a minute."),
	identity_unavailable: entry(
		503,
		"server_error",
		"internal",
		true,
		"The identity provider's keys could not be fetched. Try again shortly.",
	),
	hook_refused: entry(403, "permission_error", "policy", false, "The request was refused."),
	hook_failed: entry(503, "server_error", "internal", true, "A check that this installation adds to requests failed. Try again shortly."),
	policy_not_found: entry(
		403,
		"permission_error",
		"policy",
		false,
		"Your key or token names a security policy that is not configured here. Ask for one that is.",
	),
	model_not_allowed: entry(403, "permission_error", "policy", false, "Your key may not use this model."),
	tool_not_allowed: entry(403, "permission_error", "policy", false, "The request names a tool that security.input.tools does not allow."),
	rate_limited: entry(429, "rate_limit_error", "policy", true, "You have reached your request limit. Wait as long as Retry-After says."),
	too_many_open: entry(
		429,
		"rate_limit_error",
		"policy",
		true,
		"You have too many requests open at once. Wait until one of them has ended.",
	),
	budget_exhausted: entry(
		429,
		"insufficient_quota",
		"policy",
		false,
		"Your budget is used up. Wait for the next day or month, or ask for more.",
	),
	caller_suspended: entry(
		403,
		"permission_error",
		"policy",
		false,
		"Too many of your requests were blocked by the security policy. Come back when Retry-After says.",
	),
	limits_unavailable: entry(
		503,
		"server_error",
		"internal",
		true,
		"The limits of requests cannot be read at the moment. Try again shortly.",
	),
	audit_unavailable: entry(
		503,
		"server_error",
		"internal",
		true,
		"The request could not be recorded for audit, so it was not taken. Try again.",
	),
	consents_unavailable: entry(
		503,
		"server_error",
		"internal",
		true,
		"Consents could not be read, changed or recorded; a change that is not confirmed does not hold. The proxy's log says why. Try again.",
	),
	lane_failed: entry(503, "server_error", "internal", true, "Inspection was interrupted and could not be resumed. Try again."),
	internal_error: entry(500, "server_error", "internal", true, "The proxy met an internal error. Try again."),
	upstream_unreachable: entry(
		502,
		"upstream_error",
		"upstream",
		true,
		"The upstream could not be reached. Check llm_providers.*.base_url and the network.",
	),
	upstream_timeout: entry(504, "upstream_error", "upstream", true, "The upstream did not answer in time. Try again."),
	upstream_stalled: entry(504, "upstream_error", "upstream", true, "The upstream stopped sending in the middle of its answer. Try again."),
	upstream_truncated: entry(502, "upstream_error", "upstream", true, "The upstream ended before its answer was complete. Try again."),
	upstream_encoding: entry(
		502,
		"upstream_error",
		"upstream",
		false,
		"The upstream answered in a content encoding that cannot be inspected.",
	),
	upstream_content_type: entry(
		502,
		"upstream_error",
		"upstream",
		false,
		"The upstream answered with a content type that cannot be inspected.",
	),
	upstream_invalid_utf8: entry(
		502,
		"upstream_error",
		"upstream",
		false,
		"The upstream sent bytes that are not valid UTF-8, which cannot be inspected.",
	),
	upstream_invalid_event: entry(502, "upstream_error", "upstream", false, "The upstream sent an event that cannot be inspected."),
	upstream_event_too_large: entry(502, "upstream_error", "upstream", false, "The upstream sent more in one piece than can be inspected."),
	upstream_overloaded: entry(503, "upstream_error", "upstream", true, "The upstream is overloaded. Try again shortly."),
	upstream_error: entry(502, "upstream_error", "upstream", true, "The upstream answered with an error."),
	too_many_channels: entry(
		502,
		"upstream_error",
		"upstream",
		false,
		"The upstream opened more texts in one answer than can be inspected at once.",
	),
	channel_not_inspected: entry(
		502,
		"upstream_error",
		"policy",
		false,
		"The upstream sent something that cannot be inspected (encoded media, or JSON nested too deeply), so the answer was ended.",
	),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(code: string): code is ErrorCode {
	return Object.hasOwn(ERRORS, code);
}
