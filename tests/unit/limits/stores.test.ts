import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../../src/limits/memory-store.ts";
import type { Meter, MeterStore } from "../../../src/limits/meter.ts";
import { createRedisStore } from "../../../src/limits/redis-store.ts";
import { keyOf } from "../../../src/limits/scope.ts";
import { RedisServer } from "../../support/redis.ts";
import { RedisRelay } from "../../support/redis-relay.ts";

let redis: RedisServer;
const stores: MeterStore[] = [];
let now = Date.UTC(2026, 10, 25, 12);

beforeAll(async () => {
	redis = await RedisServer.start();
});
afterAll(async () => {
	for (const store of stores) store.close();
	await redis.stop();
});

/** A store in the real Redis, once it is connected. */
async function redisStore(
	onFailure: "local" | "closed" = "local",
	clock?: () => number,
	url = redis.url,
	// What is not about time must not depend on how busy this machine is.
	timeoutMs = clock && 10_000,
): Promise<MeterStore> {
	let isUp = false;
	const store = createRedisStore({
		url,
		onFailure,
		onEvent: ({ kind }) => {
			isUp = kind === "up";
		},
		...(clock && { now: clock }),
		...(timeoutMs !== undefined && { timeoutMs }),
	});
	stores.push(store);
	await vi.waitFor(() => expect(isUp).toBe(true), { timeout: 60_000 });
	return store;
}

const bucket = (key: string, cost = 1): Meter => ({ kind: "bucket", key, capacity: 3, rate: 2, periodMs: 1000, cost });
const quota = (key: string, cost: number): Meter => ({ kind: "quota", key, limit: 10, lastsMs: 5000, cost });
const lease = (key: string, holder: string): Meter & { kind: "lease" } => ({ kind: "lease", key, limit: 2, holder, ttlMs: 1500 });

const key = fc.constantFrom("a", "b");
const meter = fc.oneof(
	fc.record({ name: key, cost: fc.integer({ min: -1, max: 3 }) }).map(
		({ name, cost }) =>
			() =>
				bucket(`${name}:bucket`, cost),
	),
	fc.record({ name: key, cost: fc.integer({ min: 0, max: 6 }) }).map(
		({ name, cost }) =>
			() =>
				quota(`${name}:quota`, cost),
	),
	fc.record({ name: key, holder: fc.constantFrom("x", "y", "z") }).map(
		({ name, holder }) =>
			() =>
				lease(`${name}:lease`, holder),
	),
);
const step = fc.record({
	meters: fc.array(meter, { minLength: 1, maxLength: 3 }),
	kind: fc.constantFrom("take", "charge"),
	/** Less than 0: the clock is set back. */
	waitMs: fc.integer({ min: -600, max: 1200 }),
});

test("the script in Redis and its twin in memory answer alike, whatever is asked of them", async () => {
	const inRedis = await redisStore("closed", () => now);
	let run = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
			const inMemory = createMemoryStore(() => now);
			run++;
			for (const { meters, kind, waitMs } of steps) {
				now += waitMs;
				const made = meters.map((make) => make()).map((one) => ({ ...one, key: `${run}:${one.key}` }));
				// One meter twice in one step is no use of it.
				const once = made.filter((one, i) => made.findIndex((other) => other.key === one.key) === i);
				const [expected, actual] =
					kind === "take"
						? [await inMemory.take(once), await inRedis.take(once)]
						: [await inMemory.charge(once), await inRedis.charge(once)];
				expect(rounded(actual)).toEqual(rounded(expected));
			}
			now += 10_000;
		}),
		{ numRuns: 60 },
	);
});

function rounded({ ok, states }: Awaited<ReturnType<MeterStore["take"]>>): object {
	return { ok, states: states.map(({ isOver, remaining, resetMs }) => [isOver, Math.round(remaining * 100), Math.round(resetMs)]) };
}

test("a request that one meter refuses takes nothing of the others", async () => {
	const store = createMemoryStore(() => now);
	await store.charge([quota("q", 10)]);
	expect((await store.take([bucket("t"), quota("q", 0)])).ok).toBe(false);
	expect((await store.take([bucket("t", 3)])).ok).toBe(true);
});

test("a bucket fills evenly, and a burst is what it holds", async () => {
	const store = createMemoryStore(() => now);
	const takes = async (times: number): Promise<boolean[]> => {
		const out: boolean[] = [];
		for (let i = 0; i < times; i++) out.push((await store.take([bucket("t")])).ok);
		return out;
	};
	expect(await takes(4)).toEqual([true, true, true, false]);
	now += 500;
	expect(await takes(2)).toEqual([true, false]);
	now += 60_000;
	expect(await takes(4)).toEqual([true, true, true, false]);
});

test.each(["memory", "Redis"])("a clock that is set back keeps nobody at a limit for as long as it went back: %s", async (where) => {
	const store = where === "memory" ? createMemoryStore(() => now) : await redisStore("closed", () => now);
	const takes = async (name: string, made: Meter): Promise<unknown> => [name, (await store.take([made])).ok];
	for (const holder of ["x", "y"]) expect(await takes(holder, lease("back:l", holder))).toEqual([holder, true]);
	for (const cost of [3, 1]) expect(await takes("bucket", bucket("back:b", cost))).toEqual(["bucket", cost === 3]);
	expect(await takes("quota", quota("back:q", 10))).toEqual(["quota", true]);
	now -= 86_400_000;
	expect(await takes("z", lease("back:l", "z"))).toEqual(["z", true]);
	for (const cost of [3, 1]) expect(await takes("bucket", bucket("back:b", cost))).toEqual(["bucket", cost === 3]);
	expect(await takes("quota", quota("back:q", 0))).toEqual(["quota", false]);
	now += 4999;
	expect(await takes("quota", quota("back:q", 0))).toEqual(["quota", false]);
	now += 1;
	expect(await takes("quota", quota("back:q", 0))).toEqual(["quota", true]);
});

test("a proxy whose clock is not that of Redis has quotas that last as long as they should", async () => {
	const here = await redisStore();
	const [ahead, behind] = [86_400_000, -86_400_000];
	for (const skew of [ahead, behind]) {
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + skew });
		const suspension = { kind: "quota", key: `skew:${skew}`, limit: 1, lastsMs: 60_000, cost: 1 } as const;
		await here.charge([suspension]);
		const { states } = await here.take([{ ...suspension, cost: 0 }]);
		vi.useRealTimers();
		expect(states[0]?.isOver).toBe(true);
		expect(states[0]?.resetMs).toBeLessThanOrEqual(60_000);
	}
});

test("a place whose holder says nothing any more is free again, and one that is renewed is not", async () => {
	const store = await redisStore("closed", () => now);
	expect((await store.take([lease("l", "dead")])).ok).toBe(true);
	expect((await store.take([lease("l", "alive")])).ok).toBe(true);
	now += 1000;
	await store.charge([lease("l", "alive")]);
	now += 1000;
	expect((await store.take([lease("l", "new")])).ok).toBe(true);
	expect((await store.take([lease("l", "newer")])).ok).toBe(false);
	await store.release(lease("l", "new"));
	expect((await store.take([lease("l", "newer")])).ok).toBe(true);
});

test.each([
	["paused", (server: RedisServer) => server.signal("SIGSTOP")],
	["gone", (server: RedisServer) => server.stop()],
])("a Redis that is %s: `local` counts alone, `closed` refuses, and both ask it again when it is back", async (_name, breakIt) => {
	const own = await RedisServer.start();
	const [local, closed] = [await redisStore("local", undefined, own.url), await redisStore("closed", undefined, own.url)];
	expect((await local.take([quota("k", 10)])).ok).toBe(true);
	await breakIt(own);
	await vi.waitFor(async () => expect(await closed.take([quota("k", 0)])).toEqual({ ok: false, states: [] }), { timeout: 60_000 });
	await vi.waitFor(async () => expect((await local.take([quota("new", 0)])).ok).toBe(true), { timeout: 60_000 });
	expect((await local.take([bucket("alone", 3)])).ok).toBe(true);
	expect((await local.take([bucket("alone", 3)])).ok).toBe(false);
	own.signal("SIGCONT");
	await own.stop();
	await own.start();
	await vi.waitFor(async () => expect((await closed.take([quota("fresh", 1)])).ok).toBe(true), { timeout: 60_000 });
	await own.stop();
});

test("a store that is closed does not say that Redis is down", async () => {
	const events: string[] = [];
	const store = createRedisStore({ url: redis.url, onFailure: "local", onEvent: ({ kind }) => events.push(kind) });
	await vi.waitFor(() => expect(events).toEqual(["up"]), { timeout: 60_000 });
	store.close();
	// By the time that another is connected, the connection of the first has ended.
	await redisStore();
	expect(events).toEqual(["up"]);
});

test("a key that another program has taken is a meter that begins anew, and no failure of Redis", async () => {
	const events: string[] = [];
	const store = createRedisStore({ url: redis.url, onFailure: "closed", onEvent: ({ kind }) => events.push(kind), timeoutMs: 10_000 });
	stores.push(store);
	await vi.waitFor(() => expect(events).toEqual(["up"]), { timeout: 60_000 });
	for (const [made, write] of [
		[bucket("taken:b", 3), ["SET", "slp:taken:b", "text"]],
		[quota("taken:q", 10), ["LPUSH", "slp:taken:q", "text"]],
		[lease("taken:l", "x"), ["HSET", "slp:taken:l", "spent", "1"]],
		[bucket("taken:n", 1), ["HSET", "slp:taken:n", "spent", "nan", "at", "nan"]],
		[bucket("taken:i", 1), ["HSET", "slp:taken:i", "spent", "inf", "at", String(now)]],
		[quota("taken:h", 1), ["HSET", "slp:taken:h", "spent", "1e308", "at", "9e14"]],
	] as const) {
		redis.command(...write);
		expect((await store.take([made])).ok).toBe(true);
	}
	// Also where it is taken while a request is under way.
	redis.command("SET", "slp:taken:l", "text");
	await store.release(lease("taken:l", "x"));
	expect((await store.take([bucket("taken:b", 3)])).ok).toBe(false);
	expect((await store.take([bucket("free")])).ok).toBe(true);
	expect(events).toEqual(["up"]);
});

test("a Redis that is full is a failure like the others", async () => {
	const own = await RedisServer.start("--maxmemory", "1", "--maxmemory-policy", "noeviction");
	const closed = await redisStore("closed", undefined, own.url);
	expect(await closed.take([bucket("k")])).toEqual({ ok: false, states: [] });
	await own.stop();
});

test("Redis keeps and logs no name that could be guessed, and replicas with one secret share their meters", async () => {
	const guess = keyOf("caller:address:192.0.2.7");
	const of = async (secret: string): Promise<MeterStore> => {
		const ups: string[] = [];
		const store = createRedisStore({
			url: redis.url,
			onFailure: "closed",
			secret,
			onEvent: ({ kind }) => ups.push(kind),
			timeoutMs: 10_000,
		});
		stores.push(store);
		await vi.waitFor(() => expect(ups).toEqual(["up"]), { timeout: 60_000 });
		return store;
	};
	const seen = (): string => redis.command("KEYS", "*") + redis.command("SLOWLOG", "GET", "-1");
	const meters = [quota(`${guess}:tokens`, 10), lease(`${guess}:open`, "x")] as const;
	redis.command("CONFIG", "SET", "slowlog-log-slower-than", "0");
	redis.command("SLOWLOG", "RESET");
	const [one, other, apart] = [
		await of("the secret of the installation"),
		await of("the secret of the installation"),
		await of("another secret"),
	];
	expect((await one.take(meters)).ok).toBe(true);
	expect((await other.take([quota(`${guess}:tokens`, 1)])).ok).toBe(false);
	expect((await other.take([{ ...meters[1], limit: 1, holder: "y" }])).ok).toBe(false);
	await other.release(meters[1]);
	expect((await one.take([{ ...meters[1], limit: 1, holder: "y" }])).ok).toBe(true);
	expect((await apart.take(meters)).ok).toBe(true);
	expect(seen()).not.toContain(guess);
	// Without a secret all replicas share as well, by names that are hashes alone.
	await (await of("")).take(meters);
	expect(seen()).toContain(guess);
});

test.each(["local", "closed"] as const)(
	"a place is free for the other replicas soon after Redis was late, not when it ends by itself (%s)",
	async (onFailure) => {
		const relay = await RedisRelay.start(redis.port);
		const store = await redisStore(onFailure, undefined, relay.url, 3000);
		const other = await redisStore("closed", () => Date.now());
		const place = (key: string, holder: string): Meter & { kind: "lease" } => ({
			...lease(`${onFailure}:${key}`, holder),
			limit: 1,
			ttlMs: 600_000,
		});
		const held = place("held", "x");
		const spent = { ...quota(`${onFailure}:spent`, 1), limit: 1 };
		await vi.waitFor(
			async () => {
				expect((await store.take([held])).ok).toBe(true);
				expect(redis.command("ZCARD", `slp:${held.key}`)).toBe("1");
				await store.charge([spent]);
				expect(redis.command("EXISTS", `slp:${spent.key}`)).toBe("1");
			},
			{ timeout: 60_000 },
		);
		// Redis knows nothing of that any more, and takes what this replica refuses because no answer comes in time.
		redis.command("DEL", `slp:${spent.key}`);
		relay.delay(60_000);
		expect((await store.take([spent, place("late", "x")])).ok).toBe(false);
		expect(redis.command("ZCARD", `slp:${place("late", "x").key}`)).toBe("1");
		await store.release(held);
		relay.delay(0);
		for (const key of ["held", "late"])
			await vi.waitFor(async () => expect((await other.take([place(key, "y")])).ok).toBe(true), { timeout: 60_000 });
		relay.close();
	},
);
