const UP =
	/^(?:accept|content-type|user-agent|traceparent|tracestate|idempotency-key|openai-[a-z-]+|anthropic-[a-z-]+|x-stainless-[a-z-]+)$/;
const DOWN = /^(?:openai-[a-z-]+|anthropic-[a-z-]+|request-id|retry-after|retry-after-ms|x-ratelimit-[a-z-]+|content-language)$/;
const CREDENTIALS = new Set(["authorization", "x-api-key", "api-key", "x-goog-api-key"]);
const SAFE_VALUE = /^[\t\x20-\x7e]{0,8192}$/;

function pick(headers: Readonly<Record<string, string>>, passes: (name: string) => boolean): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).filter(([name, value]) => passes(name) && SAFE_VALUE.test(value)));
}

/** W3C Trace Context, section 3.2; only versions after 00 may have more members. */
const TRACE_PARENT = /^(?!ff|00.{54})[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-|$)/;
const TRACE = /^trace(?:parent|state)$/;

/** What one vendor's clients say to that vendor alone. */
const VENDORS_OWN = /^(?:openai-|anthropic-|x-stainless-|user-agent$)/;

/** What of a client's headers goes upstream: an allow list, so hop-by-hop headers never do. `isForeign`: to another vendor. */
export function upstreamRequestHeaders(
	headers: Readonly<Record<string, string>>,
	options: { readonly passCredential: boolean; readonly more: ReadonlySet<string>; readonly isForeign: boolean },
): Record<string, string> {
	const { passCredential, more, isForeign } = options;
	// A trace that nobody can read is dropped, its state with it (section 4.3).
	const isTraced = TRACE_PARENT.test(headers["traceparent"] ?? "");
	const isKnown = (name: string): boolean => UP.test(name) && (isTraced || !TRACE.test(name));
	if (isForeign) return pick(headers, (name) => (isKnown(name) && !VENDORS_OWN.test(name)) || more.has(name));
	return pick(headers, (name) => isKnown(name) || more.has(name) || (passCredential && CREDENTIALS.has(name)));
}

/** What of an upstream's headers goes to the client. */
export function downstreamResponseHeaders(headers: Readonly<Record<string, string>>, more: ReadonlySet<string>): Record<string, string> {
	return pick(headers, (name) => DOWN.test(name) || more.has(name));
}
