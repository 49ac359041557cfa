import { DAY_MS } from "../core/units.ts";

/** The system's clock is doubted when it is further ahead than this, ms, and believed when it has stayed so for as long. */
const DOUBT_MS = DAY_MS;

/**
 * The time by which may be deleted. What is gone stays gone, so a clock that is suddenly far ahead does not count until it has
 * stayed there for a day: somebody may have set it wrong, and set it right again.
 */
export class RetentionClock {
	readonly #steady: () => number;
	#believed: number;
	/** When that was, by `steady`. */
	#at: number;
	#doubtedSince: number | undefined;

	/** `proven`: ms since the epoch that have passed for sure. `steady`: ms of a clock that nobody can set. */
	constructor(proven: number, steady: () => number = () => performance.now()) {
		this.#steady = steady;
		this.#believed = proven;
		this.#at = steady();
	}

	/**
	 * `now`: ms since the epoch, where the system's clock shows `wall`; never more than that. `leapMs`: by how much that is ahead,
	 * where it is doubted from now on; else 0.
	 */
	read(wall: number): { readonly now: number; readonly leapMs: number } {
		const steady = this.#steady();
		const expected = this.#believed + steady - this.#at;
		if (wall - expected > DOUBT_MS) {
			const leapMs = this.#doubtedSince === undefined ? wall - expected : 0;
			this.#doubtedSince ??= steady;
			if (steady - this.#doubtedSince < DOUBT_MS) return { now: expected, leapMs };
		}
		this.#doubtedSince = undefined;
		this.#believed = wall;
		this.#at = steady;
		return { now: wall, leapMs: 0 };
	}
}
