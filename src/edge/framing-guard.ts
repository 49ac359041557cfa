import type { ErrorCode } from "../core/errors.ts";

/** A request's head as an adapter read it, before its framing is believed. */
export interface RequestHead {
	/** Upper case. */
	readonly method: string;
	/** Request target as sent (RFC 9112 §3.2). */
	readonly target: string;
	/** All header lines in their order, names in lower case. */
	readonly lines: readonly (readonly [name: string, value: string])[];
}

export type Framing =
	| {
			readonly ok: true;
			readonly contentLength: number;
			/** Repeated headers joined by `, `. Null-prototype. */
			readonly headers: Readonly<Record<string, string>>;
	  }
	| { readonly ok: false; readonly code: ErrorCode };

/** Bytes of all header lines. */
export const MAX_HEADER_BYTES = 16 << 10;
/** Bytes of path and query. */
const MAX_TARGET_BYTES = 8 << 10;

const HOST = /^(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

const refuse = (code: ErrorCode): Framing => ({ ok: false, code });

/**
 * Whether the framing is beyond doubt (RFC 9112 §6, stricter) and the body small enough. A refused connection must be
 * closed: what follows on it may be the rest of a smuggled request.
 */
export function checkFraming({ method, target, lines }: RequestHead, maxRequestSize: number): Framing {
	const valuesOf = (wanted: string): string[] => lines.flatMap(([name, value]) => (name === wanted ? [value] : []));
	if (!METHODS.has(method)) return refuse("method_not_allowed");
	if (!target.startsWith("/")) return refuse("bad_framing");
	if (target.length > MAX_TARGET_BYTES) return refuse("target_too_long");
	if (lines.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0) > MAX_HEADER_BYTES) return refuse("headers_too_large");
	if (lines.some(([name]) => !NAME.test(name) || name === "transfer-encoding")) return refuse("bad_framing");
	const [host, ...moreHosts] = valuesOf("host");
	if (host === undefined || moreHosts.length > 0 || !HOST.test(host)) return refuse("bad_framing");
	const [length, ...moreLengths] = valuesOf("content-length");
	if (moreLengths.length > 0 || (length !== undefined && !/^\d{1,9}$/.test(length))) return refuse("bad_framing");
	if (valuesOf("expect").some((value) => value.toLowerCase() !== "100-continue")) return refuse("expectation_failed");
	if (method === "POST" && length === undefined) return refuse("length_required");
	const contentLength = Number(length ?? 0);
	if (BODILESS.has(method) && contentLength > 0) return refuse("bad_framing");
	if (contentLength > maxRequestSize) return refuse("request_too_large");
	return { ok: true, contentLength, headers: joined(lines) };
}

function joined(lines: RequestHead["lines"]): Record<string, string> {
	const headers: Record<string, string> = Object.create(null);
	for (const [name, value] of lines) headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
	return headers;
}
