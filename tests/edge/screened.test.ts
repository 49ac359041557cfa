import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { type RawAnswer, rawExchange } from "../support/raw-client.ts";
import { goodRequest } from "./framing-corpus.ts";

const BODY_BYTES = 200_000;
const REQUEST_TIMEOUT_MS = 5000;

/** A request that is refused by its head alone, without its body. */
function head(path: string, ...more: string[]): string {
	return [`POST ${path} HTTP/1.1`, "Host: a", `Content-Length: ${BODY_BYTES}`, ...more, "", ""].join("\r\n");
}

/** A body with a request in it, which must never run. */
const BODY = goodRequest("smuggled").padEnd(BODY_BYTES, "x");

describe.each(["uws", "node"] as const)("%s: a request that its head refuses", (listener) => {
	let upstream: MockUpstream;
	let proxy: Proxy;
	let hold = false;
	const held: (() => void)[] = [];
	beforeAll(async () => {
		upstream = await startMockUpstream((response) => {
			const end = (): void => {
				response.writeHead(200, { "content-type": "application/json" });
				response.end(JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices: [] }));
			};
			if (hold) held.push(end);
			else end();
		});
		proxy = await startProxy(upstream.url, "", undefined, {
			server: { listener, max_sessions: 1, max_request_size: BODY_BYTES, request_timeout_ms: REQUEST_TIMEOUT_MS },
		});
	});
	beforeEach(() => {
		upstream.requests.length = 0;
	});
	afterAll(async () => {
		await proxy?.drain();
		upstream?.close();
	});

	const prompts = (): string[] => upstream.requests.map(({ body }) => JSON.parse(body).messages[0].content);
	const codes = (answers: readonly RawAnswer[]): unknown[] =>
		answers.map(({ status, json }) => [status, (json as { error?: { code?: unknown } }).error?.code]);

	test("is answered before its body comes, which is thrown away, and the connection serves on", async () => {
		const pieces = BODY.match(/.{1,50000}/gs) ?? [];
		const { answers } = await rawExchange(proxy.port, [head("/none"), ...pieces, goodRequest("next")], { answers: 2 });
		expect(codes(answers)).toEqual([
			[404, "route_not_found"],
			[200, undefined],
		]);
		expect(prompts()).toEqual(["next"]);
	});

	test("is answered without any of its body", async () => {
		const { answers } = await rawExchange(proxy.port, [head("/none")], { answers: 1 });
		expect(codes(answers)).toEqual([[404, "route_not_found"]]);
	});

	test("is answered in its turn when others are behind it in one packet", async () => {
		const { answers } = await rawExchange(proxy.port, [head("/none") + BODY + head("/none") + BODY + goodRequest("last")], { answers: 3 });
		expect(codes(answers)).toEqual([
			[404, "route_not_found"],
			[404, "route_not_found"],
			[200, undefined],
		]);
		expect(prompts()).toEqual(["last"]);
	});

	test("is told to go on first where it waits for that, and answered behind its body", async () => {
		const writes = [head("/none", "Expect: 100-continue"), BODY, goodRequest("next")];
		const { answers, raw } = await rawExchange(proxy.port, writes, { answers: 2 });
		expect(raw).toMatch(/^HTTP\/1\.1 (?:100|404) /);
		expect(codes(answers)).toEqual([
			[404, "route_not_found"],
			[200, undefined],
		]);
		expect(prompts()).toEqual(["next"]);
	});

	test("and whose body never comes does not keep its connection", async () => {
		const exchange = rawExchange(proxy.port, [head("/none"), "x".repeat(100)], { silenceMs: 40_000 });
		expect(await exchange).toMatchObject({ isClosed: true, answers: [{ status: 404 }] });
	});

	test("says in each vendor's words when to come back, with its id, and is in the metrics and its body nowhere", async () => {
		hold = true;
		const first = rawExchange(proxy.port, [goodRequest("first")], { answers: 1 });
		await vi.waitFor(() => expect(held).toHaveLength(1), { timeout: 60_000 });
		const paths = ["/v1/chat/completions", "/v1/messages", "/v1beta/models/m:streamGenerateContent"];
		const refused = paths.map((path, i) => rawExchange(proxy.port, [head(path, `X-Request-Id: id-${i}`)], { answers: 1 }));
		const answers = (await Promise.all(refused)).map(({ answers: [answer] }) => answer);
		expect(answers.map((answer) => [answer?.status, answer?.headers["retry-after"], answer?.headers["x-request-id"]])).toEqual([
			[503, "1", "id-0"],
			[503, "1", "id-1"],
			[503, "1", "id-2"],
		]);
		expect(answers.map((answer) => answer?.json)).toEqual([
			{ error: { type: "server_error", param: null, code: "overloaded", message: expect.any(String) } },
			{ type: "error", error: { type: "overloaded_error", code: "overloaded", message: expect.any(String) } },
			{
				error: {
					code: 503,
					status: "UNAVAILABLE",
					message: expect.any(String),
					details: [expect.objectContaining({ reason: "OVERLOADED" })],
				},
			},
		]);
		hold = false;
		held.pop()?.();
		expect((await first).answers).toMatchObject([{ status: 200 }]);
		expect(prompts()).toEqual(["first"]);
		const metrics = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text();
		expect(metrics).toMatch(/secure_llm_proxy_refusals_total\{code="overloaded"\} 3\n/);
	});
});
