import type { ErrorCode } from "../core/errors.ts";

export type Framing = { readonly ok: true; readonly contentLength: number } | { readonly ok: false; readonly status: number; readonly code: ErrorCode };

const HOST = /^(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
const refuse = (status: number, code: ErrorCode): Framing => ({ ok: false, status, code });

/**
 * Whether the framing is beyond doubt (RFC 9112 §6, stricter). `headers` are all header lines, names in lower case.
 * A refused connection must be closed: what follows on it may be the rest of a smuggled request.
 */
export function checkFraming(method: string, headers: Iterable<readonly [string, string]>): Framing {
	let hosts = 0;
	let lengths = 0;
	let contentLength = 0;
	for (const [name, value] of headers) {
		if (name === "" || name === "transfer-encoding") return refuse(400, "bad_framing");
		if (name === "expect" && value.toLowerCase() !== "100-continue") return refuse(417, "expectation_failed");
		if (name === "host") {
			hosts++;
			if (!HOST.test(value)) return refuse(400, "bad_framing");
		}
		if (name !== "content-length") continue;
		lengths++;
		if (!/^\d{1,9}$/.test(value)) return refuse(400, "bad_framing");
		contentLength = Number(value);
	}
	if (hosts !== 1 || lengths > 1) return refuse(400, "bad_framing");
	if (method === "POST" && lengths === 0) return refuse(411, "length_required");
	return { ok: true, contentLength };
}
