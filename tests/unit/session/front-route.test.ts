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

test.each([
	"/v1/files",
	"/v1/files/file-1/content",
	"/v1/batches",
	"/openai/v1/vector_stores/vs_1/files",
	"/v1/images/edits",
	"/v1/responses/resp_1",
	"/v1/chat/completions/chatcmpl-1/messages",
	"/v1/messages/batches",
	"/upload/v1beta/files",
	"/v1beta/cachedContents",
])("%s is told to be the vendor's and not inspected", (path) => {
	const route = routeOf("POST", path);
	expect(route).toMatchObject({ reason: { code: "route_not_found", message: expect.stringContaining("not be inspected") } });
});

test.each(["/v1/filesystem", "/files", "/v1/nothing"])("%s is only told to be no route", (path) => {
	expect(routeOf("POST", path)).toMatchObject({ reason: { code: "route_not_found" } });
	expect(JSON.stringify(routeOf("POST", path))).not.toContain("inspected");
});
