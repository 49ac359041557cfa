import type { Measurement, Meter, MeterState, MeterStore } from "./meter.ts";

/** Keys kept; where more are in use, the ones that were not touched for longest begin anew. */
const MAX_KEYS = 100_000;
/** ms until a holder of a lease that is full may have gone. */
const LEASE_RETRY_MS = 1000;

/** `spent` of a bucket at the time `at`, or of a quota until `at`; both by the store's clock. */
interface Level {
	readonly spent: number;
	readonly at: number;
}

export interface MemoryMeters extends MeterStore {
	/** Goes on from how buckets and quotas stand elsewhere. */
	adopt(meters: readonly Meter[], states: readonly MeterState[]): void;
}

/** Meters of this process. `now`: ms of a clock, by default one that nobody can set. The twin of the script in `redis-script.ts`. */
export function createMemoryStore(now: () => number = () => performance.now()): MemoryMeters {
	return new MemoryStore(now);
}

class MemoryStore implements MemoryMeters {
	readonly state = "memory";
	readonly #now: () => number;
	readonly #levels = new Map<string, Level>();
	readonly #holders = new Map<string, Map<string, number>>();

	constructor(now: () => number) {
		this.#now = now;
	}

	async take(meters: readonly Meter[]): Promise<Measurement> {
		return this.#measure(meters, false);
	}

	async charge(meters: readonly Meter[]): Promise<Measurement> {
		return this.#measure(meters, true);
	}

	async release({ key, holder }: Meter & { kind: "lease" }): Promise<void> {
		const holders = this.#holders.get(key);
		holders?.delete(holder);
		if (holders?.size === 0) this.#holders.delete(key);
	}

	adopt(meters: readonly Meter[], states: readonly MeterState[]): void {
		const now = this.#now();
		for (const [i, meter] of meters.entries()) {
			const state = states[i];
			if (meter.kind === "lease" || state === undefined) continue;
			const whole = meter.kind === "quota" ? meter.limit : meter.capacity;
			this.#keep(meter.key, { spent: whole - state.remaining, at: meter.kind === "quota" ? now + state.resetMs : now });
		}
	}

	close(): void {
		this.#levels.clear();
		this.#holders.clear();
	}

	#measure(meters: readonly Meter[], isForced: boolean): Measurement {
		const now = this.#now();
		const before = meters.map((meter) => this.#state(meter, now));
		const ok = isForced || before.every(({ isOver }) => !isOver);
		if (!ok) return { ok, states: before };
		for (const meter of meters) this.#apply(meter, now);
		return { ok, states: meters.map((meter, i) => ({ ...this.#state(meter, now), isOver: before[i]?.isOver === true })) };
	}

	#state(meter: Meter, now: number): MeterState {
		if (meter.kind === "lease") {
			const holders = this.#live(meter, now);
			const isOver = holders.size >= meter.limit && !holders.has(meter.holder);
			return { isOver, remaining: Math.max(0, meter.limit - holders.size), resetMs: LEASE_RETRY_MS };
		}
		const spent = this.#spent(meter, now);
		if (meter.kind === "quota") {
			const isOver = spent + meter.cost > meter.limit || spent >= meter.limit;
			return { isOver, remaining: Math.max(0, meter.limit - spent), resetMs: Math.max(0, this.#end(meter, now) - now) };
		}
		const isOver = spent + meter.cost > meter.capacity;
		const toWait = isOver ? spent + meter.cost - meter.capacity : spent;
		return { isOver, remaining: Math.max(0, meter.capacity - spent), resetMs: Math.max(0, (toWait * meter.periodMs) / meter.rate) };
	}

	/** A quota that is in use ends when it was begun to end, but none lasts longer than it may from now on: the clock was set back. */
	#end({ key, lastsMs }: Meter & { kind: "quota" }, now: number): number {
		const level = this.#levels.get(key);
		if (level === undefined || level.at <= now) return now + lastsMs;
		if (level.at > now + lastsMs) this.#levels.set(key, { ...level, at: now + lastsMs });
		return Math.min(level.at, now + lastsMs);
	}

	#spent(meter: Meter & { kind: "bucket" | "quota" }, now: number): number {
		const level = this.#levels.get(meter.key);
		if (level === undefined) return 0;
		if (meter.kind === "quota") return level.at <= now ? 0 : level.spent;
		// A clock that was set back counts as time that passed: else nothing would fill until it is where it was.
		return Math.max(0, level.spent - (Math.abs(now - level.at) * meter.rate) / meter.periodMs);
	}

	#apply(meter: Meter, now: number): void {
		if (meter.kind === "lease") {
			const holders = this.#live(meter, now);
			this.#holders.set(meter.key, holders.set(meter.holder, now + meter.ttlMs));
			return;
		}
		if (meter.cost === 0) return;
		const spent = Math.max(0, this.#spent(meter, now) + meter.cost);
		this.#keep(meter.key, { spent, at: meter.kind === "quota" ? now + meter.lastsMs : now });
	}

	#keep(key: string, level: Level): void {
		// Put in again, so that the order of the map is that of use.
		this.#levels.delete(key);
		this.#levels.set(key, level);
		for (const oldest of this.#levels.keys()) {
			if (this.#levels.size <= MAX_KEYS) break;
			this.#levels.delete(oldest);
		}
	}

	/** Whoever has a place for longer than one is given has it from a clock that was set back since. */
	#live({ key, ttlMs }: Meter & { kind: "lease" }, now: number): Map<string, number> {
		const holders = this.#holders.get(key) ?? new Map<string, number>();
		for (const [holder, until] of holders) if (until <= now || until > now + ttlMs) holders.delete(holder);
		return holders;
	}
}
