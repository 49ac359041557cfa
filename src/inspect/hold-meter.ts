import { type HoldFacts, NOTHING_HELD } from "../core/answer-usage.ts";
import type { ByteOffset } from "../core/units.ts";

/** Follows how much of an answer's text waits for what comes after it. */
export class HoldMeter {
	#bytes: number;
	#held: number;
	#mostHeld: number;

	constructor({ bytes, held, mostHeld }: HoldFacts = NOTHING_HELD) {
		this.#bytes = bytes;
		this.#held = held;
		this.#mostHeld = mostHeld;
	}

	/** Text came, of which `from` is the first byte and `to` the end; by now all before `taken` went out. */
	came(from: ByteOffset, to: ByteOffset, taken: ByteOffset): void {
		this.#bytes += to - from;
		this.#held += to - Math.max(from, Math.min(taken, to));
		this.#mostHeld = Math.max(this.#mostHeld, to - taken);
	}

	/** Text came and went out at once. */
	passed(bytes: number): void {
		this.#bytes += bytes;
	}

	get facts(): HoldFacts {
		return { bytes: this.#bytes, held: this.#held, mostHeld: this.#mostHeld };
	}
}
