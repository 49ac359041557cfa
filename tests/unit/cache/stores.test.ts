import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import type { CacheStore } from "../../../src/cache/cache-store.ts";
import { createMemoryCache } from "../../../src/cache/memory-cache.ts";
import { createRedisCache } from "../../../src/cache/redis-cache.ts";
import { ResponseCache } from "../../../src/cache/response-cache.ts";
import { openAnswer, sealAnswer } from "../../../src/cache/sealed-answer.ts";
import { RedisServer } from "../../support/redis.ts";

const answer = { body: Buffer.from("a body"), storedAt: 1_790_000_000_000.5 };

test("a sealed answer opens with its secret at its entry, and nowhere else", () => {
	const secret = randomBytes(32);
	const sealed = sealAnswer(secret, "entry", answer);
	expect(openAnswer(secret, "entry", sealed)).toEqual(answer);
	expect(openAnswer(secret, "another entry", sealed)).toBeUndefined();
	expect(openAnswer(randomBytes(32), "entry", sealed)).toBeUndefined();
});

test("a sealed answer that was changed or shortened at any place does not open", () => {
	const secret = randomBytes(32);
	const sealed = sealAnswer(secret, "entry", answer);
	for (let i = 0; i < sealed.length; i++) {
		const changed = Buffer.from(sealed);
		changed[i] = (changed[i] ?? 0) ^ 1;
		expect(openAnswer(secret, "entry", changed)).toBeUndefined();
		expect(openAnswer(secret, "entry", sealed.subarray(0, i))).toBeUndefined();
	}
});

test("answers in memory are never more than their bytes and what keeping them takes, and the one that was not asked for longest goes first", async () => {
	const cache = createMemoryCache(3000);
	const body = Buffer.alloc(300);
	for (const key of ["a", "b", "c"]) cache.put(key, { body, storedAt: 0 }, 60_000);
	expect(cache.bytes).toBe(3000);
	await cache.get("a");
	cache.put("d", { body, storedAt: 0 }, 60_000);
	expect(cache.bytes).toBe(3000);
	expect((await Promise.all(["a", "b", "c", "d"].map((key) => cache.get(key)))).map((found) => found !== undefined)).toEqual([
		true,
		false,
		true,
		true,
	]);
	cache.close();
	expect(cache.bytes).toBe(0);
});

test("a kept answer takes the memory of its bytes, however short it is and whatever is allocated beside it", async () => {
	const kept: Uint8Array[] = [];
	const store: CacheStore = { get: async () => undefined, put: (_key, { body }) => void kept.push(body), bytes: 0, close: () => undefined };
	const cache = new ResponseCache(store, { scope: "everyone", ttlMs: 60_000, maxEntryBytes: 10_000, secret: randomBytes(32) });
	const request = { api: "openai-chat", mode: "sse", provider: "up", model: "m", url: "u", headers: {}, bodies: [] };
	for (const length of [1, 65, 300, 3000, 9000]) {
		const visit = cache.visit("caller");
		await visit.recall(request, true);
		visit.delivered(Buffer.from("a".repeat(length)));
		visit.keep();
	}
	expect(kept.map(({ length }) => length)).toEqual([1, 65, 300, 3000, 9000]);
	expect(kept.map(({ buffer }) => buffer.byteLength)).toEqual(kept.map(({ length }) => length));
});

test("a name that another program has taken in Redis is a miss, then the answer's again, and no failure of Redis", async () => {
	const redis = await RedisServer.start();
	const events: string[] = [];
	const onEvent = ({ kind }: { kind: string }): void => void events.push(kind);
	const cache = createRedisCache({ url: redis.url, secret: randomBytes(32), onEvent, timeoutMs: 10_000 });
	await vi.waitFor(() => expect(events).toEqual(["up"]), { timeout: 60_000 });
	redis.command("LPUSH", "slp:cache:a", "text");
	expect(await cache.get("a")).toBeUndefined();
	cache.put("a", answer, 60_000);
	expect(await cache.get("a")).toEqual(answer);
	expect(events).toEqual(["up"]);
	cache.close();
	await redis.stop();
});
