import { createHmac, hkdfSync } from "node:crypto";
import { RedisLink, type RedisLinkOptions } from "../redis/redis-link.ts";
import { createMemoryStore, type MemoryMeters } from "./memory-store.ts";
import type { Measurement, Meter, MeterStore } from "./meter.ts";
import { OwedCharges } from "./owed-charges.ts";
import { METER_SCRIPT } from "./redis-script.ts";

export interface RedisStoreOptions extends RedisLinkOptions {
	/** While Redis cannot be asked: this process counts on alone, from what it last read there, or everything is refused. */
	readonly onFailure: "local" | "closed";
	/** Of the installation, the same on all replicas; keys the names of meters. Without one whoever reads Redis may guess an address from its hash. */
	readonly secret?: string | undefined;
	/** ms since the epoch; absent: the server's time. */
	readonly now?: () => number;
}

type Lease = Meter & { readonly kind: "lease" };

/** ms until Redis is told once more of what it was not told. */
const RETRY_MS = 1000;
/** As many are remembered; what is beyond ends by itself. */
const MOST_STALE = 10_000;

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
	/** Places that may still be taken in Redis though nobody has them, and when they end there by themselves, by `performance.now()`. */
	readonly #stale = new Map<Lease, number>();
	readonly #owed = new OwedCharges();
	readonly #retry: NodeJS.Timeout;
	#isRetrying = false;

	constructor(options: RedisStoreOptions) {
		this.#options = options;
		this.#local = createMemoryStore(options.now);
		this.#link = new RedisLink(options);
		const { secret = "" } = options;
		this.#nameKey = secret === "" ? undefined : new Uint8Array(hkdfSync("sha256", secret, "", "secure-llm-proxy names of meters", 32));
		this.#meter = this.#link.script("slpMeter", METER_SCRIPT);
		this.#retry = setInterval(() => void this.#catchUp(), RETRY_MS).unref();
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

	async release(lease: Lease): Promise<void> {
		await this.#local.release(lease);
		await this.#free(lease);
	}

	close(): void {
		clearInterval(this.#retry);
		this.#link.close();
		this.#local.close();
	}

	async #measure(meters: readonly Meter[], isForced: boolean): Promise<Measurement> {
		if (meters.length === 0) return { ok: true, states: [] };
		const measured = await this.#tell(meters, isForced);
		if (measured !== undefined) return measured;
		const { onFailure } = this.#options;
		if (isForced) return onFailure === "closed" ? { ...REFUSED, ok: true } : this.#local.charge(meters);
		const alone = onFailure === "closed" ? REFUSED : await this.#local.take(meters);
		// Redis may have taken it, or will: its answer is only late.
		if (!alone.ok) for (const meter of meters) if (meter.kind === "lease") void this.#free(meter);
		return alone;
	}

	/** Undefined: Redis has not answered. What it was not told of is owed. */
	async #tell(meters: readonly Meter[], isForced: boolean): Promise<Measurement | undefined> {
		const { now, onFailure } = this.#options;
		// Their keys are not told twice: Redis writes what is slow into a log of its own.
		const args = [
			JSON.stringify(meters, (member, value: unknown) => (member === "key" ? undefined : value)),
			isForced ? "1" : "0",
			now === undefined ? "" : String(now()),
		];
		const answer = await this.#link.ask(
			() => this.#meter(meters.length, ...meters.map((meter) => this.#nameOf(meter)), ...args),
			isForced ? () => this.#owed.add(meters) : undefined,
		);
		if (answer === undefined) return undefined;
		const measured = JSON.parse(answer) as Measurement;
		if (onFailure === "local") this.#local.adopt(meters, measured.states);
		return measured;
	}

	/** Gives a place back, later if Redis cannot be told now: else it would be taken until it ends by itself. */
	async #free(lease: Lease): Promise<boolean> {
		const isTold = (await this.#link.ask((client) => client.zrem(this.#nameOf(lease), lease.holder))) !== undefined;
		if (isTold) this.#stale.delete(lease);
		else if (this.#stale.size < MOST_STALE && !this.#stale.has(lease)) this.#stale.set(lease, performance.now() + lease.ttlMs);
		return isTold;
	}

	/** One after the other: where Redis is late again, one of them has waited for it, not all. */
	async #catchUp(): Promise<void> {
		if (this.#isRetrying) return;
		this.#isRetrying = true;
		await this.#freeStale();
		await this.#payOwed();
		this.#isRetrying = false;
	}

	/** Only a Redis that answers: what a connection that breaks has not answered is lost, as it may have been counted. */
	async #payOwed(): Promise<void> {
		while (this.#link.isUp) {
			const charges = this.#owed.take();
			if (charges.length === 0 || (await this.#tell(charges, true)) === undefined) break;
		}
	}

	async #freeStale(): Promise<void> {
		for (const [lease, end] of this.#stale) {
			if (performance.now() >= end) this.#stale.delete(lease);
			else if (!(await this.#free(lease)) && !this.#link.isUp) break;
		}
	}

	#nameOf({ key }: Meter): string {
		return `slp:${this.#nameKey === undefined ? key : createHmac("sha256", this.#nameKey).update(key).digest("base64url").slice(0, 22)}`;
	}
}
