import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

let upstream: MockUpstream;
let proxy: Proxy;

beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, {
			"content-type": "application/json",
			"openai-processing-ms": "7",
			"openai-organization": "see jane.doe@example.com",
			"x-ratelimit-limit-requests": "60",
			"x-ratelimit-limit-tokens": "70",
			"x-of-vendor": "kept",
			"x-internal": "host-17",
			"set-cookie": "a=b",
			server: "vendor",
		});
		response.end(
			JSON.stringify({ id: "c1", object: "chat.completion", choices: [{ index: 0, message: { role: "assistant", content: "Hello" } }] }),
		);
	});
	const pass = { request: ["x-of-client"], response: ["x-of-vendor"] };
	proxy = await startProxy(
		{ up: { type: "openai", base_url: upstream.url, api_key: "test", pass_headers: pass } },
		"security: { rate_limiting: { requests_per_minute: 500, requests_per_hour: 0, burst_allowance: 0 } }",
	);
});
beforeEach(() => void upstream.requests.splice(0));
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

async function ask(headers: Record<string, string>, query = ""): Promise<{ up: Record<string, unknown>; path: string; down: Headers }> {
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions${query}`, {
		method: "POST",
		headers: { "content-type": "application/json", authorization: "Bearer client", ...headers },
		body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }] }),
	});
	expect(response.status).toBe(200);
	await response.text();
	const [seen] = upstream.requests;
	return { up: seen?.headers ?? {}, path: seen?.path ?? "", down: response.headers };
}

test("headers of the vendor's API and those of pass_headers go upstream, others and the client's credential do not", async () => {
	const { up, path } = await ask(
		{
			"openai-beta": "assistants=v2",
			"idempotency-key": "k1",
			"x-of-client": "kept",
			"x-other": "no",
			cookie: "a=b",
			"x-forwarded-for": "192.0.2.1",
		},
		"?beta=true",
	);
	expect(up).toMatchObject({
		"openai-beta": "assistants=v2",
		// The same for the same key, and none of its words.
		"idempotency-key": createHash("sha256").update("k1").digest("hex"),
		"x-of-client": "kept",
		authorization: "Bearer test",
	});
	for (const name of ["x-other", "cookie", "x-forwarded-for"]) expect(up).not.toHaveProperty(name);
	expect(path).toBe("/v1/chat/completions?beta=true");
});

test("headers of the vendor's API and those of pass_headers come back, what tells of its inside does not", async () => {
	const { down } = await ask({});
	expect(down.get("openai-processing-ms")).toBe("7");
	expect(down.get("x-of-vendor")).toBe("kept");
	for (const name of ["x-internal", "set-cookie", "server", "openai-organization"]) expect(down.get(name)).toBeNull();
});

test("what is left of the caller's own limits is not what its provider says of the proxy's", async () => {
	const { down } = await ask({});
	expect(["requests", "tokens"].map((kind) => down.get(`x-ratelimit-limit-${kind}`))).toEqual(["500", "70"]);
});

test.each([TRACE, TRACE.replace("00-", "42-"), `${TRACE.replace("00-", "42-")}-more`])(
	"a caller's trace %s goes on",
	async (traceparent) => {
		const { up } = await ask({ traceparent, tracestate: "vendor=1" });
		expect(up).toMatchObject({ traceparent, tracestate: "vendor=1" });
	},
);

test.each([
	"no trace",
	`${TRACE}-more`,
	TRACE.toUpperCase(),
	TRACE.replace("00-", "ff-"),
	TRACE.replace(/-.{32}-/, `-${"0".repeat(32)}-`),
	TRACE.replace(/-.{16}-/, `-${"0".repeat(16)}-`),
	`${TRACE}, ${TRACE}`,
	"x".repeat(100),
])("what is no trace (%s) is dropped, its state with it", async (traceparent) => {
	const { up } = await ask({ traceparent, tracestate: "vendor=1" });
	expect(up).not.toHaveProperty("traceparent");
	expect(up).not.toHaveProperty("tracestate");
});
