import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { RedisServer } from "../support/redis.ts";

let upstream: MockUpstream;
let redis: RedisServer;
const proxies: Proxy[] = [];

async function newProxy(limits: string, isShared: boolean): Promise<Proxy> {
	const shared = isShared ? `shared_state: { redis_url: "${redis.url}" }` : "";
	const proxy = await startProxy(upstream.url, `security: { rate_limiting: ${limits} }\n${shared}`, undefined, {
		server: { trusted_proxies: ["127.0.0.1"] },
	});
	proxies.push(proxy);
	return proxy;
}

beforeAll(async () => {
	upstream = await startChatUpstream(["hello"]);
	redis = await RedisServer.start();
});
afterAll(async () => {
	await Promise.all(proxies.map((proxy) => proxy.drain()));
	upstream.close();
	await redis.stop();
});

async function ask({ port }: Proxy, client: string): Promise<Response> {
	const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
		method: "POST",
		headers: { "x-forwarded-for": client },
		body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hi" }] }),
	});
	await response.text();
	return response;
}

const statuses = async (proxy: Proxy, client: string, times: number): Promise<number[]> => {
	const out: number[] = [];
	for (let i = 0; i < times; i++) out.push((await ask(proxy, client)).status);
	return out;
};

let round = 0;

/** Waits until two replicas with this limit count together: before that each counts alone. */
async function untilShared(one: Proxy, two: Proxy, limit: number): Promise<void> {
	await vi.waitFor(
		async () => {
			const client = `198.51.100.${100 + (round++ % 100)}`;
			await statuses(one, client, limit);
			expect(await statuses(two, client, 1)).toEqual([429]);
		},
		{ timeout: 60_000, interval: 200 },
	);
}

test("a caller gets its rate and its burst, then a 429 that says when to come back; another caller is not concerned", async () => {
	const proxy = await newProxy("{ requests_per_minute: 3, requests_per_hour: 0, burst_allowance: 2 }", false);
	const first = await ask(proxy, "203.0.113.1");
	expect(["limit", "remaining"].map((what) => first.headers.get(`x-ratelimit-${what}-requests`))).toEqual(["3", "3"]);
	expect(await statuses(proxy, "203.0.113.1", 5)).toEqual([200, 200, 200, 200, 429]);
	const refused = await ask(proxy, "203.0.113.1");
	expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
	expect(refused.headers.get("ratelimit-policy")).toBe('"requests";q=3;w=60');
	expect(await statuses(proxy, "203.0.113.2", 1)).toEqual([200]);
});

test("the hour has a limit of its own", async () => {
	const proxy = await newProxy("{ requests_per_minute: 0, requests_per_hour: 2, burst_allowance: 0 }", false);
	expect(await statuses(proxy, "203.0.113.1", 3)).toEqual([200, 200, 429]);
});

test("replicas that share a Redis share the limit", async () => {
	const limits = "{ requests_per_minute: 4, requests_per_hour: 0, burst_allowance: 0 }";
	const [one, two] = [await newProxy(limits, true), await newProxy(limits, true)];
	// While this machine is so busy that Redis answers late, each counts alone.
	await vi.waitFor(
		async () => {
			await untilShared(one, two, 4);
			const client = `198.51.100.${round++ % 100}`;
			const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => ask(i % 2 === 0 ? one : two, client)));
			expect(answers.filter(({ status }) => status === 200).length).toBe(4);
		},
		{ timeout: 60_000, interval: 200 },
	);
});

test("while Redis is paused or gone each replica counts alone, and they share again when it is back", async () => {
	const limits = "{ requests_per_minute: 2, requests_per_hour: 0, burst_allowance: 0 }";
	const [one, two] = [await newProxy(limits, true), await newProxy(limits, true)];
	expect(await statuses(one, "198.51.100.2", 2)).toEqual([200, 200]);
	redis.signal("SIGSTOP");
	expect(await statuses(one, "198.51.100.3", 3)).toEqual([200, 200, 429]);
	expect(await statuses(two, "198.51.100.3", 3)).toEqual([200, 200, 429]);
	redis.signal("SIGCONT");
	await redis.stop();
	expect(await statuses(two, "198.51.100.4", 3)).toEqual([200, 200, 429]);
	await redis.start();
	await untilShared(one, two, 2);
});
