import { expect, test } from "vitest";
import { checkFraming, MAX_HEADER_BYTES } from "../../../src/edge/framing-guard.ts";

const HOST = ["host", "a"] as const;

test("headers named like members of every object are headers like others", () => {
	const lines = [HOST, ["constructor", "b"], ["constructor", "c"], ["__proto__", "d"]] as const;
	const framing = checkFraming({ method: "GET", target: "/livez", lines }, 1024);
	expect(Object.entries((framing.ok && framing.headers) || {})).toEqual([HOST, ["constructor", "b, c"], ["__proto__", "d"]]);
});

test.each([
	["a target that is not a path", "GET", "http://a/livez", [HOST], "bad_framing"],
	["a method that nobody needs", "TRACE", "/", [HOST], "method_not_allowed"],
	["no host", "GET", "/", [], "bad_framing"],
	["two hosts", "GET", "/", [HOST, HOST], "bad_framing"],
	["a host with a path", "GET", "/", [["host", "a/b"]], "bad_framing"],
	["a name that is no token", "GET", "/", [HOST, ["content-length ", "1"]], "bad_framing"],
	["Transfer-Encoding beside a length", "POST", "/", [HOST, ["content-length", "1"], ["transfer-encoding", "chunked"]], "bad_framing"],
	["two lengths", "POST", "/", [HOST, ["content-length", "1"], ["content-length", "1"]], "bad_framing"],
	["a length with a sign", "POST", "/", [HOST, ["content-length", "+1"]], "bad_framing"],
	["no length", "POST", "/", [HOST], "length_required"],
	["a body on GET", "GET", "/", [HOST, ["content-length", "1"]], "bad_framing"],
	["a body that is too large", "POST", "/", [HOST, ["content-length", "1025"]], "request_too_large"],
	["headers that are too large", "GET", "/", [HOST, ["x", "y".repeat(MAX_HEADER_BYTES)]], "headers_too_large"],
	["another expectation", "POST", "/", [HOST, ["content-length", "1"], ["expect", "200-ok"]], "expectation_failed"],
] as const)("%s is refused", (_what, method, target, lines, code) => {
	expect(checkFraming({ method, target, lines }, 1024)).toEqual({ ok: false, code });
});
