import { createHmac, hkdfSync } from "node:crypto";
import { RedisLink, type RedisLinkOptions } from "../redis/redis-link.ts";
import { createMemoryStore, type MemoryMeters } from "./memory-store.ts";
import type { Measurement, Meter, MeterStore } from "./meter.ts";
import { METER_SCRIPT } from "./redis-script.ts";

export interface RedisStoreOptions extends RedisLinkOptions {
	/** While Redis cannot be asked: this process counts on alone, from what it last read there, or everything is refused. */
	readonly onFailure: "local" | "closed";
	/** Of the installation, the same on all replicas; keys the names of meters. Without one whoever reads Redis may guess an address from its hash. */
	readonly secret?: string | undefined;
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
	readonly #nameKey: Uint8Array | undefined;

	constructor(options: RedisStoreOptions) {
		this.#options = options;
		this.#local = createMemoryStore(options.now);
		this.#link = new RedisLink(options);
		const { secret = "" } = options;
		this.#nameKey = secret === "" ? undefined : new Uint8Array(hkdfSync("sha256", secret, "", "secure-llm-proxy names of meters", 32));
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
		await this.#link.ask((client) => client.zrem(this.#nameOf(lease), lease.holder));
	}

	close(): void {
		this.#link.close();
		this.#local.close();
	}

	async #measure(meters: readonly Meter[], isForced: boolean): Promise<Measurement> {
		if (meters.length === 0) return { ok: true, states: [] };
		const now = this.#options.now;
		// Their keys are not told twice: Redis writes what is slow into a log of its own.
		const args = [
			JSON.stringify(meters, (member, value: unknown) => (member === "key" ? undefined : value)),
			isForced ? "1" : "0",
			now === undefined ? "" : String(now()),
		];
		const answer = await this.#link.ask(() => this.#meter(meters.length, ...meters.map((meter) => this.#nameOf(meter)), ...args));
		const { onFailure } = this.#options;
		if (answer !== undefined) {
			const measured = JSON.parse(answer) as Measurement;
			if (onFailure === "local") this.#local.adopt(meters, measured.states);
			return measured;
		}
		if (onFailure === "closed") return { ...REFUSED, ok: isForced };
		return isForced ? this.#local.charge(meters) : this.#local.take(meters);
	}

	#nameOf({ key }: Meter): string {
		return `slp:${this.#nameKey === undefined ? key : createHmac("sha256", this.#nameKey).update(key).digest("base64url").slice(0, 22)}`;
	}
}
