import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Meter, MeterStore } from "../../../src/limits/meter.ts";
import { createRedisStore } from "../../../src/limits/redis-store.ts";
import { RedisServer } from "../../support/redis.ts";

/** A store in this Redis, once it is connected. */
async function storeIn({ url }: RedisServer, onFailure: "local" | "closed"): Promise<MeterStore> {
	const store = createRedisStore({ url, onFailure, onEvent: () => undefined });
	await vi.waitFor(() => expect(store.state).toBe("redis"), { timeout: 60_000 });
	return store;
}

const spentOf = (key: string, server: RedisServer): number => Number(server.command("HGET", `slp:${key}`, "spent"));

test.each<[string, (server: RedisServer) => unknown, (server: RedisServer) => unknown]>([
	["hangs", (server) => server.signal("SIGSTOP"), (server) => server.signal("SIGCONT")],
	["is paused", (server) => server.command("CLIENT", "PAUSE", "600000", "WRITE"), (server) => server.command("CLIENT", "UNPAUSE")],
	["is full", (server) => server.command("CONFIG", "SET", "maxmemory", "1"), (server) => server.command("CONFIG", "SET", "maxmemory", "0")],
])("what is used of quotas while Redis %s is counted once it answers, and once", async (_name, begin, end) => {
	const own = await RedisServer.start("--maxmemory-policy", "noeviction");
	const both = await Promise.all((["local", "closed"] as const).map((mode) => storeIn(own, mode)));
	const budget = (key: string): Meter => ({ kind: "quota", key, limit: 1e6, lastsMs: 86_400_000, cost: 7 });
	begin(own);
	for (let i = 0; i < 20; i++) for (const store of both) await store.charge([budget("used"), budget(`used:${i % 3}`)]);
	for (const store of both) expect(store.state).toBe("redis_down");
	end(own);
	const told = (): unknown => ["used", "used:0", "used:1", "used:2"].map((key) => spentOf(key, own));
	const all = [280, 98, 98, 84];
	await vi.waitFor(() => expect(told()).toEqual(all), { timeout: 60_000 });
	// Nothing is left to be told: what comes next is all that is added.
	for (const store of both) await vi.waitFor(() => expect(store.state).toBe("redis"), { timeout: 60_000 });
	await sleep(2500);
	expect(told()).toEqual(all);
	for (const store of both) store.close();
	await own.stop();
});

test("what is used while Redis is gone is remembered for so many callers, and no longer than it counts", async () => {
	const own = await RedisServer.start();
	const store = await storeIn(own, "local");
	await own.stop();
	await vi.waitFor(() => expect(store.state).toBe("redis_down"), { timeout: 60_000 });
	const used = (key: string, lastsMs: number): Meter => ({ kind: "quota", key, limit: 10, lastsMs, cost: 1 });
	await store.charge([used("over", 1)]);
	for (let i = 0; i < 10_050; i++) await store.charge([used(`k${i}`, 600_000)]);
	await sleep(5);
	await own.start();
	const keys = (): number => Number(own.command("DBSIZE"));
	await vi.waitFor(() => expect(keys()).toBeGreaterThanOrEqual(9999), { timeout: 60_000 });
	expect(own.command("KEYS", "slp:over")).toBe("");
	expect(spentOf("k0", own)).toBe(1);
	expect(own.command("KEYS", "slp:k1004?")).toBe("");
	store.close();
	await own.stop();
});
