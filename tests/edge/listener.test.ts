import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listenNode } from "../../src/edge/listener-node.ts";
import type { Proxy } from "../../src/proxy.ts";
import { listenerRefusal } from "../../src/session/error-body.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { rawExchange } from "../support/raw-client.ts";
import { UWS_BINARY } from "../support/uws-binary.ts";
import { CORPUS, goodRequest, type RawCase } from "./framing-corpus.ts";

const ANSWER = JSON.stringify({
	id: "c1",
	object: "chat.completion",
	created: 1,
	model: "m",
	choices: [{ index: 0, message: { role: "assistant", content: "fine" }, finish_reason: "stop" }],
});

/** ms in which nothing must happen where uWebSockets.js waits for more bytes. */
const SILENCE_MS = 100;

const LISTENER = {
	host: "127.0.0.1",
	port: 0,
	maxRequestSize: 1024,
	maxArrivingBytes: 1 << 20,
	requestTimeoutMs: 10_000,
	idleConnectionMs: 65_000,
	clientStallMs: 1000,
	refusal: listenerRefusal,
};

describe.each(["uws", "node"] as const)("%s listener", (kind) => {
	let upstream: MockUpstream;
	let proxy: Proxy;
	beforeAll(async () => {
		upstream = await startMockUpstream((response) => {
			response.writeHead(200, { "content-type": "application/json" });
			response.end(ANSWER);
		});
		proxy = await startProxy(upstream.url, "", undefined, {
			server: { listener: kind, max_request_size: 65_536, request_timeout_ms: 2000 },
		});
	});
	afterAll(async () => {
		await proxy?.drain();
		upstream?.close();
	});

	const prompts = (): string[] => upstream.requests.map(({ body }) => JSON.parse(body).messages[0].content);

	const outcome = (rawCase: RawCase): unknown => (kind === "uws" ? rawCase[UWS_BINARY] : undefined) ?? rawCase.status;
	const [served, refused] = [true, false].map((isServed) => CORPUS.filter((rawCase) => (outcome(rawCase) === 200) === isServed));

	/** Status of the answer, or what happened instead of one. */
	async function observe(rawCase: RawCase): Promise<unknown> {
		const waits = outcome(rawCase) === "waits";
		const exchange = await rawExchange(proxy.port, rawCase.writes, waits ? { silenceMs: SILENCE_MS } : {});
		if (exchange.raw === "") return waits ? "waits" : exchange.isClosed && "closes";
		expect(exchange.isClosed).toBe(true);
		const answer = exchange.answers[0];
		if (answer !== undefined && answer.headers["content-type"] === undefined) {
			expect([400, 431, 505]).toContain(answer.status);
			return "bare";
		}
		expect(answer?.json).toMatchObject({ error: { type: "invalid_request_error", code: expect.stringMatching(/^[a-z_]+$/) } });
		expect(answer?.headers["x-should-retry"]).toBe("false");
		return answer?.status;
	}

	test.each(served ?? [])("serves $name and keeps the connection", async ({ name, writes }) => {
		const exchange = await rawExchange(proxy.port, [...writes, goodRequest(name)], { answers: 2 });
		expect(exchange.answers.map(({ status }) => status)).toEqual([200, 200]);
		expect(prompts().slice(-2)).toEqual(["outer", name]);
	});

	test.concurrent.each(refused ?? [])("refuses $name and closes", async (rawCase) => {
		const before = upstream.requests.length;
		// Where its own parser refuses, an answer of ours is as good: which comes first may depend on the packets.
		expect([outcome(rawCase), rawCase.status]).toContain(await observe(rawCase));
		// A request smuggled behind it, in the same write and in one of its own, must never run.
		const smuggled = goodRequest("smuggled");
		const { writes } = rawCase;
		await Promise.all([
			rawExchange(proxy.port, [...writes.slice(0, -1), writes.at(-1) + smuggled], { silenceMs: SILENCE_MS }),
			rawExchange(proxy.port, [...writes, smuggled], { silenceMs: SILENCE_MS }),
		]);
		expect(upstream.requests.length).toBe(before);
	});

	test("every split of a request, and one byte at a time, gives the same answer", async () => {
		const bytes = goodRequest("split");
		const splits = [...bytes].map((_, at) => [bytes.slice(0, at), bytes.slice(at)]).slice(1);
		const patient = await startProxy(upstream.url, "", undefined, { server: { listener: kind } });
		const exchanges = await Promise.all([[...bytes], ...splits].map((writes) => rawExchange(patient.port, writes, { answers: 1 })));
		await patient.drain();
		expect(exchanges.map(({ answers }) => answers.map(({ status, body }) => [status, body]))).toEqual(exchanges.map(() => [[200, ANSWER]]));
		expect(prompts().filter((prompt) => prompt === "split")).toHaveLength(exchanges.length);
	});

	test.each(["/health", "/v1/chat/completions", "/none"])(
		"HEAD %s is answered without a body, and its connection serves on",
		async (path) => {
			const written = [`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`];
			const answered = async (): Promise<void> => {
				const { raw } = await rawExchange(proxy.port, written, { silenceMs: 200 });
				expect(raw).toMatch(/^HTTP\/1\.1 \d+ [\w ]+\r\n[^{]*content-length: \d{2,}\r\n[^{]*$/i);
			};
			// A busy machine's answer comes later.
			await vi.waitFor(answered, { timeout: 60_000 });
			const agent = new Agent({ keepAlive: true, maxSockets: 1 });
			const ask = async (method: string): Promise<unknown> => {
				const request = httpRequest({ port: proxy.port, path, method, agent }).end();
				const [response] = (await once(request, "response")) as [IncomingMessage];
				await once(response.resume(), "end");
				return [response.headers["content-length"] !== undefined, request.reusedSocket];
			};
			expect([await ask("HEAD"), await ask("HEAD"), await ask("GET")]).toEqual([
				[true, false],
				[true, true],
				[true, true],
			]);
			agent.destroy();
		},
	);

	test("a body that does not come in time gets 408 and the connection closes", async () => {
		const { answers, isClosed } = await rawExchange(proxy.port, [goodRequest("late").slice(0, -10)]);
		expect(answers[0]).toMatchObject({ status: 408, json: { error: { code: "request_timeout" } } });
		expect(isClosed).toBe(true);
	});

	test("a body that is too large is not taken in, and its sender still reads the 413", async () => {
		const size = 8 << 20;
		const head = goodRequest("")
			.split("\r\n\r\n")[0]
			?.replace(/Length: \d+/, `Length: ${size}`);
		const before = process.memoryUsage().rss;
		const { answers, isClosed } = await rawExchange(proxy.port, [`${head}\r\n\r\n`, "x".repeat(size)]);
		expect(answers[0]).toMatchObject({ status: 413, json: { error: { code: "request_too_large" } } });
		expect(isClosed).toBe(true);
		expect(process.memoryUsage().rss - before).toBeLessThan(8 * size);
	});

	test("a second request before the first is answered closes the connection", async () => {
		const both = goodRequest("first of two") + goodRequest("second of two");
		const { isClosed } = await rawExchange(proxy.port, [both]);
		expect(isClosed).toBe(true);
		expect(prompts()).not.toContain("second of two");
	});
});

test("node: a connection without a request is kept as long as is set, for balancers that keep theirs long", async () => {
	const isClosedAfter = async (idleConnectionMs: number): Promise<boolean> => {
		const listener = await listenNode({
			...LISTENER,
			idleConnectionMs,
			handler: (_request, downstream) => {
				downstream.head(200, {});
				downstream.end();
			},
		});
		const exchange = await rawExchange(listener.port, ["GET / HTTP/1.1\r\nHost: a\r\n\r\n"], { silenceMs: 3000 });
		await listener.close();
		return exchange.isClosed;
	};
	expect(await Promise.all([isClosedAfter(50), isClosedAfter(600_000)])).toEqual([true, false]);
});

test("node: the head of a request has to come in time, however slowly it drips", async () => {
	const listener = await listenNode({ ...LISTENER, requestTimeoutMs: 300, handler: () => {} });
	const { answers, isClosed } = await rawExchange(listener.port, [..."GET /".padEnd(400, "a")]);
	await listener.close();
	expect(answers[0]).toMatchObject({ status: 408, json: { error: { code: "request_timeout" } } });
	expect(isClosed).toBe(true);
});
