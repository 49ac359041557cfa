import { createHash } from "node:crypto";

const UP =
	/^(?:accept|content-type|user-agent|traceparent|tracestate|idempotency-key|openai-[a-z-]+|anthropic-[a-z-]+|x-stainless-[a-z-]+)$/;
/** Nobody inspects what a client writes there, and a provider only compares it: it gets a hash. */
const COMPARED = "idempotency-key";
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

/** On whose account a request is, under whose rules for data: with the operator's key that is not the caller's to choose. */
const ACCOUNT = /^openai-(?:organization|project)$/;

/** What of a client's headers goes upstream: an allow list, so hop-by-hop headers never do. `isForeign`: to another vendor. */
export function upstreamRequestHeaders(
	headers: Readonly<Record<string, string>>,
	options: { readonly passCredential: boolean; readonly more: ReadonlySet<string>; readonly isForeign: boolean },
): Record<string, string> {
	const { passCredential, more, isForeign } = options;
	// A trace that nobody can read is dropped, its state with it (section 4.3).
	const isTraced = TRACE_PARENT.test(headers["traceparent"] ?? "");
	const isKnown = (name: string): boolean => UP.test(name) && (isTraced || !TRACE.test(name)) && (passCredential || !ACCOUNT.test(name));
	const passed = pick(headers, (name) => {
		if (more.has(name)) return true;
		return isForeign ? isKnown(name) && !VENDORS_OWN.test(name) : isKnown(name) || (passCredential && CREDENTIALS.has(name));
	});
	const key = passed[COMPARED];
	return key === undefined || more.has(COMPARED) ? passed : { ...passed, [COMPARED]: createHash("sha256").update(key).digest("hex") };
}

/** Ids, versions and names that a vendor gives. */
const WORD = /^[\w.:/-]{1,64}$/;
/** A count, a time or a duration (`60`, `1.5s`, `6m0s`), or the word for a state. */
const MEASURE =
	/^(?:\d{1,13}(?:\.\d{1,9})?|(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd])){1,6}|\d{4}-\d\d-\d\dT[\d:.]{5,18}(?:Z|[+-]\d\d:\d\d)|[a-z_]{1,24})$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
/** What the names of vendors' limits are made of. */
const LIMIT =
	/^(?:x|anthropic)-ratelimit(?:-(?:limit|remaining|reset|requests|req|tokens|input|output|prompt|generated|images|audio|project|organization|unified|fallback|status|over|minute|hour|day|month|query|cost)){1,5}$/;

/** An upstream may write anything where nobody inspects it, so each name has its form of value. */
const DOWN: readonly (readonly [name: RegExp, value: RegExp])[] = [
	[/^(?:request-id|anthropic-organization-id|openai-(?:organization|project|version|model))$/, WORD],
	[/^(?:openai-processing-ms|retry-after(?:-ms)?)$/, MEASURE],
	[/^retry-after$/, HTTP_DATE],
	[LIMIT, MEASURE],
	[/^content-language$/, /^[a-z]{2,3}(?:-[A-Za-z]{2,4}){0,2}$/],
];

/** What of an upstream's headers goes to the client. `more`: named by the operator, with any value. */
export function downstreamResponseHeaders(headers: Readonly<Record<string, string>>, more: ReadonlySet<string>): Record<string, string> {
	const isKnown = (name: string): boolean => DOWN.some((form) => form[0].test(name) && form[1].test(headers[name] ?? ""));
	return pick(headers, (name) => more.has(name) || isKnown(name));
}
