import type { InteractionRecord } from "../audit/audit-record.ts";

/** How long a request took and where, ms. Absent members: it did not come so far. */
export type SessionTiming = Pick<InteractionRecord, "durationMs" | "promptMs" | "upstreamMs" | "firstByteMs" | "longestHoldMs">;

/** The moments of one session. */
export class SessionClock {
	readonly #begin = performance.now();
	#judged = Number.NaN;
	#asked = Number.NaN;
	#firstIn = Number.NaN;
	#firstOut = Number.NaN;
	/** When the oldest bytes came after which none went out yet; NaN: there are none. */
	#waiting = Number.NaN;
	#longestHold = Number.NaN;

	/** The verdict about the prompt is here. */
	judged(): void {
		this.#judged = performance.now();
	}

	/** The upstream is asked; where another one is asked in its place, the last counts. */
	asked(): void {
		this.#asked = performance.now();
	}

	/** Bytes of the answer came. */
	took(): void {
		if (!Number.isNaN(this.#waiting)) return;
		this.#waiting = performance.now();
		if (Number.isNaN(this.#firstIn)) this.#firstIn = this.#waiting;
	}

	/** Bytes of the answer went out. */
	gave(): void {
		if (Number.isNaN(this.#waiting)) return;
		const now = performance.now();
		if (Number.isNaN(this.#firstOut)) this.#firstOut = now;
		const hold = now - this.#waiting;
		if (!(this.#longestHold >= hold)) this.#longestHold = hold;
		this.#waiting = Number.NaN;
	}

	/** As `Server-Timing` (W3C) in the head of an answer: what inspection of the prompt took, and the upstream until now. */
	serverTiming(): Record<string, string> {
		const parts = { inspect: this.#judged - this.#begin, upstream: performance.now() - this.#asked };
		const known = Object.entries(parts).filter(([, ms]) => !Number.isNaN(ms));
		return known.length === 0 ? {} : { "server-timing": known.map(([name, ms]) => `${name};dur=${tenths(ms)}`).join(", ") };
	}

	timing(): SessionTiming {
		const durationMs = tenths(performance.now() - this.#begin);
		const parts = {
			promptMs: this.#judged - this.#begin,
			upstreamMs: this.#firstIn - this.#asked,
			firstByteMs: this.#firstOut - this.#firstIn,
			longestHoldMs: this.#longestHold,
		};
		const known = Object.entries(parts).flatMap(([name, ms]) => (Number.isNaN(ms) ? [] : [[name, tenths(ms)]]));
		return { durationMs, ...Object.fromEntries(known) };
	}
}

function tenths(ms: number): number {
	return Math.round(ms * 10) / 10;
}
