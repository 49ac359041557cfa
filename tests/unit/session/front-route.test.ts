import { expect, test } from "vitest";
import { type FrontRoute, frontRoute } from "../../../src/session/front-route.ts";

const routeOf = (method: string, path: string, headers: Record<string, string> = {}): FrontRoute =>
	frontRoute({ method, path, headers, query: "", remoteAddress: "" }, { serves: (asked) => asked === "/admin/consents/key:a" });
const codeOf = (route: FrontRoute): string => (route.kind === "none" ? route.reason.code : route.kind);

test.each([
	["GET", "/livez", "live"],
	["GET", "/readyz", "health"],
	["HEAD", "/health", "health"],
	["GET", "/metrics", "metrics"],
	["POST", "/metrics", "method_not_allowed"],
	["PATCH", "/admin/consents/key:a", "consents"],
	["POST", "/v1/chat/completions", "endpoint"],
	["GET", "/v1/chat/completions", "method_not_allowed"],
	["HEAD", "/v1/models", "endpoint"],
	["GET", "/", "route_not_found"],
	["GET", "/healthz", "route_not_found"],
	["GET", "/admin/consents", "route_not_found"],
	["GET", "/__proto__", "route_not_found"],
	["POST", "/chat/completions", "route_not_found"],
])("%s %s goes to %s", (method, path, expected) => {
	expect(codeOf(routeOf(method, path))).toBe(expected);
});

test.each([
	["", "endpoint"],
	[" Identity ", "endpoint"],
	["gzip", "encoded_body"],
	["identity, gzip", "encoded_body"],
])("a body in the encoding '%s' goes to %s", (encoding, expected) => {
	expect(codeOf(routeOf("POST", "/v1/messages", { "content-encoding": encoding }))).toBe(expected);
});
