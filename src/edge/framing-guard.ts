import type { ErrorCode } from "../core/errors.ts";

export type Framing =
	| { readonly ok: true; readonly contentLength: number }
	| { readonly ok: false; readonly status: number; readonly code: ErrorCode };

const HOST = /^(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
const refuse = (status: number, code: ErrorCode): Framing => ({ ok: false, status, code });

/**
 * Whether the framing is beyond doubt (RFC 9112 §6, stricter). `headers` are all header lines, names in lower case.
 * A refused connection must be closed: what follows on it may be the rest of a smuggled request.
 */
export function checkFraming(method: string, headers: Iterable<readonly [string, string]>): Framing {
	const lines = [...headers];
	const valuesOf = (wanted: string): string[] => lines.flatMap(([name, value]) => (name === wanted ? [value] : []));
	if (lines.some(([name]) => name === "" || name === "transfer-encoding")) return refuse(400, "bad_framing");
	const [host, ...moreHosts] = valuesOf("host");
	if (host === undefined || moreHosts.length > 0 || !HOST.test(host)) return refuse(400, "bad_framing");
	const [length, ...moreLengths] = valuesOf("content-length");
	if (moreLengths.length > 0 || (length !== undefined && !/^\d{1,9}$/.test(length))) return refuse(400, "bad_framing");
	if (valuesOf("expect").some((value) => value.toLowerCase() !== "100-continue")) return refuse(417, "expectation_failed");
	if (method === "POST" && length === undefined) return refuse(411, "length_required");
	return { ok: true, contentLength: Number(length ?? 0) };
}
