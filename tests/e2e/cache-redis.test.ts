import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "iovalkey";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { createProxy, type Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";
import { RedisServer } from "../support/redis.ts";

const ANSWER = "the answer to everything";

let upstream: MockUpstream;
let redis: RedisServer;
let client: Redis;
const proxies: Proxy[] = [];

const yaml = (ttlSeconds: number): string =>
	`cache: { enabled: true, store: redis, redis_url: "${redis.url}", ttl_seconds: ${ttlSeconds} }`;

async function replica(secret = "a secret of the installation"): Promise<Proxy> {
	const proxy = await startProxy(upstream.url, yaml(300), undefined, { secret });
	proxies.push(proxy);
	return proxy;
}

beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "application/json" });
		const choice = { index: 0, message: { role: "assistant", content: ANSWER }, finish_reason: "stop" };
		response.end(JSON.stringify({ id: "c", choices: [choice] }));
	});
	redis = await RedisServer.start();
	client = new Redis(redis.url);
	client.on("error", () => undefined);
});
afterAll(async () => {
	await Promise.all(proxies.map((proxy) => proxy.drain()));
	client.disconnect();
	upstream.close();
	await redis.stop();
});

async function ask({ port }: Proxy, content: string): Promise<{ status: number; raw: string; cache: unknown }> {
	const { status, headers, raw } = await post(port, JSON.stringify({ model: "m", messages: [{ role: "user", content }] }));
	return { status, raw, cache: headers["x-cache"] };
}

/** Asks at both until the second has it from the first: a busy machine's Redis answers late, which is a miss. */
async function untilShared(one: Proxy, two: Proxy): Promise<string> {
	let round = 0;
	return vi.waitFor(
		async () => {
			const content = `question ${round++} ${one.port}`;
			await ask(one, content);
			expect((await ask(two, content)).cache).toBe("HIT");
			return content;
		},
		{ timeout: 60_000, interval: 50 },
	);
}

test("replicas share answers in Redis, which holds neither their text nor that of the questions, and forgets them", async () => {
	const content = await untilShared(await replica(), await replica());
	const keys = await client.keys("*");
	expect(keys.length).toBeGreaterThan(0);
	for (const key of keys) {
		const value = await client.getBuffer(key);
		expect(`${key} ${value?.toString("latin1")}`).not.toMatch(new RegExp(`${ANSWER}|${content}|address|choices`));
		expect(await client.pttl(key)).toBeGreaterThan(0);
	}
});

test("what somebody else wrote or moved in Redis is a miss, and so is what another secret encrypted", async () => {
	const [one, two] = [await replica(), await replica()];
	for (const forge of [
		(kept: Buffer[]) => [...kept.slice(1), ...kept.slice(0, 1)],
		() => [Buffer.from("short")],
		() => [Buffer.alloc(500)],
	]) {
		const content = await untilShared(one, two);
		const keys = await client.keys("slp:cache:*");
		const kept = await Promise.all(keys.map(async (key) => (await client.getBuffer(key)) ?? Buffer.alloc(0)));
		const forged = forge(kept);
		for (const [i, key] of keys.entries()) await client.set(key, forged[i % forged.length] ?? "");
		const answer = await ask(two, content);
		expect(answer).toMatchObject({ status: 200, cache: "MISS" });
		expect(answer.raw).toContain(ANSWER);
	}
	const content = await untilShared(one, two);
	expect((await ask(await replica("another secret"), content)).cache).toBe("MISS");
});

test("an answer whose time is over is a miss, whoever kept it in Redis, and so is one that is older than a reload allows", async () => {
	const [one, two] = [await replica(), await replica()];
	const content = await untilShared(one, two);
	for (const key of await client.keys("slp:cache:*")) await client.persist(key);
	expect(await two.reload(proxyConfig(upstream.url, yaml(1)))).toEqual({ ok: true });
	await sleep(1100);
	expect((await ask(two, content)).cache).toBe("MISS");
});

test("while Redis is paused or gone everything is a miss and is answered; when it is back, answers are shared again", async () => {
	const [one, two] = [await replica(), await replica()];
	const content = await untilShared(one, two);
	redis.signal("SIGSTOP");
	expect(await ask(two, content)).toMatchObject({ status: 200, cache: "MISS" });
	redis.signal("SIGCONT");
	await redis.stop();
	expect(await ask(two, content)).toMatchObject({ status: 200, cache: "MISS" });
	await redis.start();
	await untilShared(one, two);
});

test("a cache in Redis needs a Redis and a secret, and says so", async () => {
	const loaded = parseConfig("cache: { enabled: true, store: redis }", {});
	expect(loaded).toMatchObject({
		ok: false,
		faults: [{ path: "cache.redis_url", remedy: expect.stringContaining("shared_state.redis_url") }],
	});
	const config = proxyConfig(upstream.url, `cache: { enabled: true, store: redis, redis_url: "${redis.url}" }`);
	const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
	expect(await createProxy(config, { logger: silent })).toMatchObject({
		ok: false,
		faults: [{ path: "cache.store", remedy: expect.stringContaining("SECURE_LLM_PROXY_SECRET_KEY") }],
	});
});
