import { expect, test } from "vitest";
import { downstreamResponseHeaders, upstreamRequestHeaders } from "../../../src/edge/headers.ts";

const CREDENTIALS = { authorization: "Bearer a", "x-api-key": "b", "api-key": "c", "x-goog-api-key": "d" };
const TRACE = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, tracestate: "v=1" };
const VENDORS = { "openai-beta": "x", "anthropic-version": "y", "x-stainless-os": "z", "user-agent": "sdk" };
const HOP_BY_HOP = { connection: "close", te: "trailers", upgrade: "h2c", host: "proxy", cookie: "s=1", "content-encoding": "gzip" };
const NOTHING: ReadonlySet<string> = new Set();

const up = (headers: Record<string, string>, options: Partial<Parameters<typeof upstreamRequestHeaders>[1]> = {}) =>
	upstreamRequestHeaders(headers, { passCredential: false, more: NOTHING, isForeign: false, ...options });

test("what goes upstream is named: no credential unless it is passed, nothing of the connection, no cookie", () => {
	const all = { accept: "*/*", ...VENDORS, ...TRACE, ...CREDENTIALS, ...HOP_BY_HOP };
	expect(up(all)).toEqual({ accept: "*/*", ...VENDORS, ...TRACE });
	expect(up(all, { passCredential: true })).toEqual({ accept: "*/*", ...VENDORS, ...TRACE, ...CREDENTIALS });
	expect(up(all, { more: new Set(["cookie"]) })).toEqual({ accept: "*/*", ...VENDORS, ...TRACE, cookie: "s=1" });
});

test("another vendor gets neither the credential nor what is said to the client's own", () => {
	expect(up({ accept: "*/*", ...VENDORS, ...TRACE, ...CREDENTIALS }, { isForeign: true, passCredential: true })).toEqual({
		accept: "*/*",
		...TRACE,
	});
});

test.each(["", "00-0", `00-${"0".repeat(32)}-${"b".repeat(16)}-01`, `ff-${"a".repeat(32)}-${"b".repeat(16)}-01`, `${TRACE.traceparent}-x`])(
	"a trace that nobody can read (%s) goes with its state",
	(traceparent) => {
		expect(up({ ...TRACE, traceparent })).toEqual({});
	},
);

test("a value that could be more than one line goes nowhere, and of an answer only what is named", () => {
	expect(up({ accept: "a\r\nx-api-key: b", "content-type": "ä", "openai-beta": "x".repeat(8193) })).toEqual({});
	const answer = {
		"request-id": "r",
		"retry-after": "1",
		"x-ratelimit-limit-requests": "9",
		"set-cookie": "s=1",
		server: "x",
		"openai-model": "m\n",
	};
	expect(downstreamResponseHeaders(answer, NOTHING)).toEqual({ "request-id": "r", "retry-after": "1", "x-ratelimit-limit-requests": "9" });
	expect(downstreamResponseHeaders(answer, new Set(["server"]))).toMatchObject({ server: "x" });
});
