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

test("whose account at the vendor is used is for whom the credential belongs to", () => {
	const account = { "openai-organization": "org-1", "openai-project": "proj_1" };
	expect(up({ ...account, "openai-beta": "x" })).toEqual({ "openai-beta": "x" });
	expect(up(account, { passCredential: true })).toEqual(account);
	expect(up(account, { more: new Set(["openai-project"]) })).toEqual({ "openai-project": "proj_1" });
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
	const answer = { "request-id": "r", "set-cookie": "s=1", server: "x", "openai-model": "m\n" };
	expect(downstreamResponseHeaders(answer, NOTHING)).toEqual({ "request-id": "r" });
	expect(downstreamResponseHeaders(answer, new Set(["server"]))).toMatchObject({ server: "x" });
});

const OF_VENDORS = {
	"request-id": "req_011CSHoEeqs5C35K2UUqR7Fy",
	"openai-organization": "user-l0kxr2",
	"openai-processing-ms": "512",
	"openai-version": "2020-10-01",
	"anthropic-organization-id": "a1b2c3d4-0000-4000-8000-000000000000",
	"anthropic-ratelimit-input-tokens-reset": "2026-11-27T06:27:00Z",
	"anthropic-ratelimit-unified-status": "allowed_warning",
	"x-ratelimit-limit-requests": "10000",
	"x-ratelimit-remaining-project-tokens": "149999984",
	"x-ratelimit-reset-tokens": "6m0s",
	"x-ratelimit-reset-requests": "8.64s",
	"x-ratelimit-reset": "1735689600000",
	"retry-after": "Fri, 27 Nov 2026 06:27:00 GMT",
	"retry-after-ms": "250",
	"content-language": "de-CH",
};

test("what vendors say of an answer passes", () => {
	expect(downstreamResponseHeaders(OF_VENDORS, NOTHING)).toEqual(OF_VENDORS);
});

test("a header is no place for a text: an upstream's own names do not pass, and under a known one only a value of its form", () => {
	const texts = [
		"see jane.doe@example.com",
		"jane.doe@example.com",
		"4012 8888 8888 1881",
		"x".repeat(65),
		"1s".repeat(33),
		"AKIA IOSFODNN7",
		"1, 2",
		"",
	];
	const said = Object.keys(OF_VENDORS).flatMap((name) => texts.map((text) => downstreamResponseHeaders({ [name]: text }, NOTHING)));
	expect(said.filter((headers) => Object.keys(headers).length > 0)).toEqual([]);
	for (const name of Object.keys(OF_VENDORS).filter((known) => /limit|ms$|after/.test(known)))
		for (const text of ["4012888888881881", "AKIAIOSFODNN7", "555-0199"])
			expect(downstreamResponseHeaders({ [name]: text }, NOTHING)).toEqual({});
	for (const name of ["openai-jane-doe", "anthropic-note", "x-ratelimit-jane-doe", "x-note"])
		expect(downstreamResponseHeaders({ [name]: "1" }, NOTHING)).toEqual({});
});
