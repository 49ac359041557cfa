import { RedisLink, type RedisLinkOptions } from "../redis/redis-link.ts";
import { createMemoryStore, type MemoryMeters } from "./memory-store.ts";
import type { Measurement, Meter, MeterStore } from "./meter.ts";
import { METER_SCRIPT } from "./redis-script.ts";

export interface RedisStoreOptions extends RedisLinkOptions {
	/** While Redis cannot be asked: this process counts on alone, from what it last read there, or everything is refused. */
	readonly onFailure: "local" | "closed";
	/** ms since the epoch; absent: the server's time. */
	readonly now?: () => number;
}

const REFUSED: Measurement = { ok: false, states: [] };

/** Meters in Redis or Valkey, so that all replicas measure together. */
export function createRedisStore(options: RedisStoreOptions): MeterStore {
	return new RedisStore(options);
}

class RedisStore implements MeterStore {
	readonly #options: RedisStoreOptions;
	readonly #link: RedisLink;
	readonly #meter: ReturnType<RedisLink["script"]>;
	readonly #local: MemoryMeters;

	constructor(options: RedisStoreOptions) {
		this.#options = options;
		this.#local = createMemoryStore(options.now);
		this.#link = new RedisLink(options);
		this.#meter = this.#link.script("slpMeter", METER_SCRIPT);
	}

	get state(): "redis" | "redis_down" {
		return this.#link.isUp ? "redis" : "redis_down";
	}

	take(meters: readonly Meter[]): Promise<Measurement> {
		return this.#measure(meters, false);
	}

	charge(meters: readonly Meter[]): Promise<Measurement> {
		return this.#measure(meters, true);
	}

	async release(lease: Meter & { kind: "lease" }): Promise<void> {
		await this.#local.release(lease);
		await this.#link.ask((client) => client.zrem(keyOf(lease), lease.holder));
	}

	close(): void {
		this.#link.close();
		this.#local.close();
	}

	async #measure(meters: readonly Meter[], isForced: boolean): Promise<Measurement> {
		if (meters.length === 0) return { ok: true, states: [] };
		const now = this.#options.now;
		const args = [JSON.stringify(meters), isForced ? "1" : "0", now === undefined ? "" : String(now())];
		const answer = await this.#link.ask(() => this.#meter(meters.length, ...meters.map(keyOf), ...args));
		const { onFailure } = this.#options;
		if (answer !== undefined) {
			const measured = JSON.parse(answer) as Measurement;
			if (onFailure === "local") this.#local.adopt(meters, measured.states);
			return measured;
		}
		if (onFailure === "closed") return { ...REFUSED, ok: isForced };
		return isForced ? this.#local.charge(meters) : this.#local.take(meters);
	}
}

function keyOf({ key }: Meter): string {
	return `slp:${key}`;
}
