import type { Meter } from "./meter.ts";

type Quota = Meter & { readonly kind: "quota" };

/** Keys that are remembered; what others use meanwhile is lost. */
const MOST_KEYS = 10_000;
const BATCH = 100;

/** What was used of quotas while Redis was not told: a sum for each key, until its quota ends. Buckets fill by themselves. */
export class OwedCharges {
	/** With the time when it ends, by `performance.now()`. */
	readonly #sums = new Map<string, { readonly quota: Quota; readonly end: number }>();

	add(meters: readonly Meter[]): void {
		const now = performance.now();
		for (const quota of meters) {
			if (quota.kind !== "quota" || quota.cost <= 0) continue;
			const before = this.#sums.get(quota.key)?.quota.cost;
			if (before === undefined && this.#sums.size >= MOST_KEYS) continue;
			this.#sums.set(quota.key, { quota: { ...quota, cost: quota.cost + (before ?? 0) }, end: now + quota.lastsMs });
		}
	}

	/** Some of them, which are owed no more. */
	take(): readonly Quota[] {
		const now = performance.now();
		const taken: Quota[] = [];
		for (const [key, { quota, end }] of this.#sums) {
			if (taken.length === BATCH) break;
			this.#sums.delete(key);
			if (end > now) taken.push({ ...quota, lastsMs: Math.ceil(end - now) });
		}
		return taken;
	}
}
