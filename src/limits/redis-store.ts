import { Redis } from "iovalkey";
import { createMemoryStore } from "./memory-store.ts";
import type { Measurement, Meter, MeterStore } from "./meter.ts";
import { METER_SCRIPT } from "./redis-script.ts";

export interface RedisStoreOptions {
	readonly url: string;
	/** While Redis cannot be asked: this process counts alone, or everything is refused. */
	readonly onFailure: "local" | "closed";
	readonly onEvent: (event: { readonly kind: "up" | "down" }) => void;
	/** ms a request waits for Redis, at most; default 50. */
	readonly timeoutMs?: number;
	/** ms since the epoch; absent: the server's time. */
	readonly now?: () => number;
}

const TIMEOUT_MS = 50;
/** ms after a failure in which Redis is not asked: only one request in this time pays for its being slow. */
const PAUSE_MS = 1000;
const MAX_RECONNECT_MS = 2000;
const REFUSED: Measurement = { ok: false, states: [] };

type MeterCommand = (keys: number, ...args: string[]) => Promise<string>;

/** Meters in Redis or Valkey, so that all replicas measure together. Slow, paused, full or gone are one: a failure. */
export function createRedisStore(options: RedisStoreOptions): MeterStore {
	return new RedisStore(options);
}

class RedisStore implements MeterStore {
	readonly #options: RedisStoreOptions;
	readonly #client: Redis;
	readonly #meter: MeterCommand;
	readonly #local: MeterStore;
	readonly #timeoutMs: number;
	#pausedUntil = 0;
	#isUp = false;

	constructor(options: RedisStoreOptions) {
		this.#options = options;
		this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
		this.#local = createMemoryStore(options.now);
		this.#client = new Redis(options.url, {
			connectTimeout: 1000,
			enableOfflineQueue: false,
			maxRetriesPerRequest: 0,
			retryStrategy: (times) => Math.min(MAX_RECONNECT_MS, 100 * times),
		});
		this.#client.defineCommand("slpMeter", { lua: METER_SCRIPT });
		this.#meter = (keys, ...args) =>
			(this.#client as unknown as { slpMeter: (...all: unknown[]) => Promise<string> }).slpMeter(keys, ...args);
		this.#client.on("ready", () => this.#report(true));
		this.#client.on("close", () => this.#report(false));
		this.#client.on("error", () => undefined);
	}

	take(meters: readonly Meter[]): Promise<Measurement> {
		return this.#measure(meters, false);
	}

	charge(meters: readonly Meter[]): Promise<Measurement> {
		return this.#measure(meters, true);
	}

	async release(lease: Meter & { kind: "lease" }): Promise<void> {
		await this.#local.release(lease);
		if (this.#isAskable() && (await inTime(this.#client.zrem(keyOf(lease), lease.holder), this.#timeoutMs)) === undefined) this.#fail();
	}

	close(): void {
		this.#client.disconnect();
		this.#local.close();
	}

	async #measure(meters: readonly Meter[], isForced: boolean): Promise<Measurement> {
		if (meters.length === 0) return { ok: true, states: [] };
		if (this.#isAskable()) {
			const now = this.#options.now;
			const args = [JSON.stringify(meters), isForced ? "1" : "0", now === undefined ? "" : String(now())];
			const answer = await inTime(this.#meter(meters.length, ...meters.map(keyOf), ...args), this.#timeoutMs);
			if (answer === undefined) this.#fail();
			else return JSON.parse(answer) as Measurement;
		}
		if (this.#options.onFailure === "closed") return { ...REFUSED, ok: isForced };
		return isForced ? this.#local.charge(meters) : this.#local.take(meters);
	}

	#isAskable(): boolean {
		return this.#client.status === "ready" && performance.now() >= this.#pausedUntil;
	}

	#fail(): void {
		this.#pausedUntil = performance.now() + PAUSE_MS;
	}

	#report(isUp: boolean): void {
		if (isUp !== this.#isUp) this.#options.onEvent({ kind: isUp ? "up" : "down" });
		this.#isUp = isUp;
	}
}

/** Undefined: it failed, or is late. Where this thread was late itself, the answer may be here, unread: timers come before sockets. */
function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T | undefined> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => setImmediate(() => resolve(undefined)), timeoutMs);
		answer.then(resolve, () => resolve(undefined)).finally(() => clearTimeout(timer));
	});
}

function keyOf({ key }: Meter): string {
	return `slp:${key}`;
}

/** Asks Redis once, for people. What is wrong; undefined: it answers within `timeoutMs`. */
export async function pingRedis(url: string, timeoutMs: number): Promise<string | undefined> {
	const client = new Redis(url, { lazyConnect: true, connectTimeout: timeoutMs, commandTimeout: timeoutMs, retryStrategy: () => null });
	client.on("error", () => undefined);
	try {
		await client.connect();
		await client.ping();
		return undefined;
	} catch (error) {
		return (error as Error).message;
	} finally {
		client.disconnect();
	}
}
