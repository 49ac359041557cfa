import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AttemptRecord } from "../../src/audit/audit-record.ts";
import type { Proxy } from "../../src/proxy.ts";
import { anthropicEvents, anthropicMessage } from "../support/anthropic-events.ts";
import { type ChatAnswer, chat, chatStream, post } from "../support/chat-client.ts";
import { freePort } from "../support/free-port.ts";
import { settled } from "../support/health.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";

type Behaviour = (response: ServerResponse, body: string) => void | Promise<void>;

/** What the two providers do next; the proxies route `m` to `a`, then `b`. */
let behave: { a: Behaviour; b: Behaviour };
let a: MockUpstream;
let b: MockUpstream;
let anthropic: MockUpstream;

const says =
	(text: string): Behaviour =>
	(response, body) => {
		const { stream, model } = JSON.parse(body || "{}");
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		const message = { role: "assistant", content: text };
		const whole = { id: "c1", object: "chat.completion", created: 1, model, choices: [{ index: 0, message, finish_reason: "stop" }] };
		response.end(stream ? chatEvents([text]).join("") : JSON.stringify(whole));
	};
const refuses =
	(status: number, headers: Record<string, string> = {}): Behaviour =>
	(response) =>
		void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify({ error: { code: "no_luck" } }));
const resets: Behaviour = (response) => void response.socket?.resetAndDestroy();

beforeAll(async () => {
	a = await startMockUpstream((response, body) => behave.a(response, body));
	b = await startMockUpstream((response, body) => behave.b(response, body));
	nobody = `http://127.0.0.1:${await freePort()}/v1`;
	const info = (fields: object): void => void attempts.push(...((fields as { attempts?: AttemptRecord[] }).attempts ?? []));
	proxy = await startProxy(a.url, "", undefined, { logger: { debug: () => {}, info, warn: () => {}, error: () => {} } });
	anthropic = await startMockUpstream((response, body) => {
		const block = { type: "text", deltas: ["Bonjour"] } as const;
		const isStream = JSON.parse(body || "{}").stream === true;
		response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
		response.end(isStream ? anthropicEvents([block]).join("") : JSON.stringify(anthropicMessage([block])));
	});
});
afterAll(async () => {
	await proxy.drain();
	for (const upstream of [a, b, anthropic]) upstream.close();
});
beforeEach(() => {
	behave = { a: says("from a"), b: says("from b") };
	for (const { requests } of [a, b, anthropic]) requests.length = 0;
	attempts.length = 0;
});

/** Attempts of all requests, in their order, from the log. */
const attempts: AttemptRecord[] = [];
let proxy: Proxy;
let nobody: string;
let round = 0;

/**
 * Gives the proxy the providers `a`, `hasty` (`a` as well, with little time for a head), `b`, `claude` and `nobody` (refuses
 * connections), and this `routing`. Nothing is known of them yet: each round has names of its own, `a-1`.
 */
async function route(routing: object, more: object = {}): Promise<void> {
	round++;
	const openai = (base_url: string): object => ({ type: "openai", base_url, api_key: "k", ...more });
	const hasty = { ...openai(a.url), timeouts: { head_ms: 300 } };
	const claude = { type: "anthropic", base_url: anthropic.url.replace("/v1", ""), api_key: "k", max_tokens: 100 };
	const providers = Object.entries({ a: openai(a.url), b: openai(b.url), hasty, claude, nobody: openai(nobody) });
	const named = Object.fromEntries(providers.map(([name, provider]) => [`${name}-${round}`, provider]));
	const yaml = JSON.stringify(routing).replace(/"provider":"(\w+)"/g, `"provider":"$1-${round}"`);
	expect(await proxy.reload(proxyConfig(named, `routing: ${yaml}`))).toEqual({ ok: true });
}

/** `a 200`, `b 429`, … since the last reset. */
const tried = (): string[] => attempts.map(({ provider, result }) => `${provider.replace(/-\d+$/, "")} ${result}`);

const toAB = { models: { m: { targets: [{ provider: "a" }, { provider: "b" }] } } };
const never = { failures: 0, open_ms: 1 };

async function modelChat(port: number, model: string, stream: boolean): Promise<{ status: number; raw: string }> {
	return post(port, JSON.stringify({ model, stream, messages: [{ role: "user", content: "hi" }] }));
}

describe("before an answer has begun", () => {
	const unreachable = { targets: [{ provider: "nobody" }, { provider: "b" }] };
	const hasty = { targets: [{ provider: "hasty" }, { provider: "b" }] };
	beforeAll(() => route({ models: { ...toAB.models, unreachable, hasty }, circuit_breaker: never }));

	const html: Behaviour = (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>");
	const FAULTS: readonly (readonly [name: string, fault: Behaviour, result: string])[] = [
		["408", refuses(408), "408"],
		["429", refuses(429), "429"],
		["500", refuses(500), "500"],
		["529", refuses(529), "529"],
		["a reset", resets, "upstream_unreachable"],
		["a login page", html, "upstream_content_type"],
	];
	const BOTH = FAULTS.flatMap(([name, fault, result]) => [true, false].map((stream) => ({ name, fault, result, stream })));

	test.each(BOTH)("$name sends the request to the next target (streamed: $stream)", async ({ fault, result, stream }) => {
		behave.a = fault;
		const answer = await chat(proxy.port, "hi", stream);
		expect(answer).toMatchObject({ status: 200, text: "from b", error: undefined });
		expect(b.requests).toHaveLength(1);
		expect(tried()).toEqual([`a ${result}`, "b 200"]);
		await settled(proxy.port);
	});

	test.each([true, false])("so does silence (streamed: %s)", async (stream) => {
		behave.a = () => undefined;
		expect(await modelChat(proxy.port, "hasty", stream)).toMatchObject({ status: 200 });
		expect(b.requests).toHaveLength(1);
		expect(tried()).toEqual(["hasty upstream_timeout", "b 200"]);
		await settled(proxy.port);
	});

	test("so does a provider that takes no connections", async () => {
		const { raw } = await modelChat(proxy.port, "unreachable", false);
		expect(JSON.parse(raw).choices[0].message.content).toBe("from b");
		expect(tried()).toEqual(["nobody upstream_unreachable", "b 200"]);
	});

	test.each([400, 401, 404])("%i is the client's own affair and is not tried elsewhere", async (status) => {
		behave.a = refuses(status);
		expect(await chatStream(proxy.port, "hi")).toMatchObject({ status, error: { code: "no_luck" } });
		expect(b.requests).toHaveLength(0);
	});

	test("when every target fails, the client gets the last one's refusal", async () => {
		behave = { a: refuses(500), b: refuses(429, { "retry-after": "7" }) };
		const answer = await chatStream(proxy.port, "hi");
		expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "7" }, error: { code: "no_luck" } });
	});

	test("a client that leaves takes the attempt with it, and no other one begins", async () => {
		const client = new AbortController();
		const left = new Promise<void>((resolve) => {
			behave.a = (response) => {
				response.once("close", resolve);
				client.abort();
			};
		});
		const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] });
		const call = fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, { method: "POST", body, signal: client.signal });
		await expect(call).rejects.toThrow();
		await left;
		await settled(proxy.port);
		expect(b.requests).toHaveLength(0);
		expect(tried()).toEqual(["a abandoned"]);
	});
});

test("the head of an answer says what inspection of the prompt and the upstream took", async () => {
	const { headers } = await chatStream(proxy.port, "hi");
	expect(headers["server-timing"]).toMatch(/^inspect;dur=[\d.]+, upstream;dur=[\d.]+$/);
});

test("once an answer has begun there is no other attempt: the stream ends with an error", async () => {
	await route(toAB);
	behave.a = (response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(chatEvents(["half an answer. "], null).join(""), () => response.socket?.resetAndDestroy());
	};
	const answer = await chatStream(proxy.port, "hi");
	expect(answer.error?.code).toBe("upstream_truncated");
	expect(b.requests).toHaveLength(0);
	expect(tried()).toEqual(["a 200"]);
});

test("a request makes no more attempts than `attempts`", async () => {
	await route({ ...toAB, retries: { attempts: 1 } });
	behave.a = refuses(500);
	expect((await chatStream(proxy.port, "hi")).status).toBe(500);
	expect(b.requests).toHaveLength(0);
});

test("the same provider is tried again after what Retry-After says, and not when that is too long", async () => {
	await route({
		...toAB,
		retries: { same_provider: 1, base_delay_ms: 1, max_delay_ms: 2000 },
		circuit_breaker: never,
	});
	behave.a = (response, body) => (a.requests.length === 1 ? refuses(503, { "retry-after": "1" }) : says("from a"))(response, body);
	const begun = performance.now();
	expect((await chatStream(proxy.port, "hi")).text).toBe("from a");
	expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
	behave.a = refuses(503, { "retry-after": "60" });
	expect((await chatStream(proxy.port, "hi")).text).toBe("from b");
	expect(tried()).toEqual(["a 503", "a 200", "a 503", "b 200"]);
});

test("an alias has each provider's own name for the model, in its own format, and is listed", async () => {
	const targets = [
		{ provider: "a", model: "gpt-small" },
		{ provider: "claude", model: "claude-small" },
	];
	await route({ models: { fast: { targets } } });
	for (const stream of [true, false]) {
		behave.a = refuses(500);
		const { status, raw } = await modelChat(proxy.port, "fast", stream);
		expect(status).toBe(200);
		expect(raw).toContain("Bonjour");
		expect(raw).not.toContain("message_start");
		expect(JSON.parse(a.requests.at(-1)?.body ?? "")).toMatchObject({ model: "gpt-small" });
		expect(anthropic.requests.at(-1)?.path).toBe("/v1/messages");
		expect(JSON.parse(anthropic.requests.at(-1)?.body ?? "")).toMatchObject({ model: "claude-small", max_tokens: 100 });
	}
	const models = await (await fetch(`http://127.0.0.1:${proxy.port}/v1/models`)).json();
	expect((models as { data: { id: string }[] }).data.map(({ id }) => id)).toContain("fast");
});

test("a target that cannot take the request is passed over, and its refusal is the answer only where no other can", async () => {
	await route({
		models: {
			either: { targets: [{ provider: "claude" }, { provider: "b" }] },
			claude: { targets: [{ provider: "claude" }] },
		},
	});
	const ask = (model: string): ReturnType<typeof post> =>
		post(proxy.port, JSON.stringify({ model, logprobs: true, messages: [{ role: "user", content: "hi" }] }));
	expect((await ask("either")).raw).toContain("from b");
	const refused = await ask("claude");
	expect([refused.status, JSON.parse(refused.raw).error.param]).toEqual([400, "logprobs"]);
});

describe("a provider that fails", () => {
	test("is left alone, until one request tries it and it answers", async () => {
		await route({ ...toAB, circuit_breaker: { failures: 2, open_ms: 5000 } });
		behave.a = refuses(500);
		for (let i = 0; i < 4; i++) expect((await chatStream(proxy.port, "hi")).text).toBe("from b");
		expect(a.requests).toHaveLength(2);
		const { providers } = (await (await fetch(`http://127.0.0.1:${proxy.port}/health`)).json()) as { providers: object };
		expect(providers).toMatchObject({ [`a-${round}`]: { circuit: "open" }, [`b-${round}`]: { circuit: "closed" } });
		behave.a = says("from a");
		await vi.waitFor(async () => expect((await chatStream(proxy.port, "hi")).text).toBe("from a"), { timeout: 60_000, interval: 100 });
		expect(a.requests).toHaveLength(3);
		const metrics = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text();
		expect(metrics).toContain(`secure_llm_proxy_upstream_attempts_total{provider="a-${round}",result="500"} 2`);
		expect(metrics).toContain(`secure_llm_proxy_upstream_circuit_open{provider="a-${round}"} 0`);
		expect(tried().filter((attempt) => attempt.startsWith("a "))).toEqual(["a 500", "a 500", "a 200"]);
	});

	test.each([
		{ refuse: false, second: { status: 500 }, asked: 2 },
		{ refuse: true, second: { status: 503, headers: { "retry-after": "1" }, error: { code: "providers_unavailable" } }, asked: 1 },
	])("and is the only one gets every request, unless it shall be refused (refuse: $refuse)", async ({ refuse, second, asked }) => {
		await route({ models: { m: { targets: [{ provider: "a" }] } }, circuit_breaker: { failures: 1, refuse } });
		behave.a = refuses(500);
		expect((await chatStream(proxy.port, "hi")).status).toBe(500);
		expect(await chatStream(proxy.port, "hi")).toMatchObject(second);
		expect(a.requests).toHaveLength(asked);
	});

	test("with 429 is left alone as long as it says", async () => {
		await route(toAB);
		behave.a = refuses(429, { "retry-after": "20" });
		for (let i = 0; i < 3; i++) expect((await chatStream(proxy.port, "hi")).text).toBe("from b");
		expect(a.requests).toHaveLength(1);
	});
});

test("a provider at its limit is passed over, and when all are the answer is 503", async () => {
	const held: ServerResponse[] = [];
	const holds: Behaviour = (response) => {
		held.push(response);
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(chatEvents(["wait"], null).join(""));
	};
	behave = { a: holds, b: holds };
	await route(toAB, { max_concurrent: 1 });
	const open: Promise<ChatAnswer>[] = [];
	for (const count of [1, 2]) {
		open.push(chatStream(proxy.port, "hi"));
		await vi.waitFor(() => expect(held).toHaveLength(count), { timeout: 60_000 });
	}
	expect([a.requests.length, b.requests.length]).toEqual([1, 1]);
	expect(await chatStream(proxy.port, "hi")).toMatchObject({ status: 503, error: { code: "providers_unavailable" } });
	for (const response of held) response.end(chatEvents([]).join(""));
	await Promise.all(open);
	await settled(proxy.port);
	behave.a = says("from a");
	expect((await chatStream(proxy.port, "hi")).text).toBe("from a");
});
