import { CODECS, type Codec, IN_ALPHABET, MAY_BEGIN, spellsText } from "./codec.ts";
import { isOrdinary } from "./fold.ts";
import { writeMargin } from "./margin.ts";
import type { ShadowSink, Transducer, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

/** A run that spells text so far is taken for a code when it is this long. */
const LEAST_RUN = 16;
/** What is known of the run at hand: none, too short to say, no code, or the number of its codec. */
const [NO_RUN, SHORT, DEAD, FIRST_CODEC] = [0, 1, 2, 3];

/**
 * The texts that runs of base64, base32 and hexadecimal digits spell, and nothing else. A run is undecided until it is
 * long enough or does not spell printable ASCII any more: for an ordinary word that is after two or three letters.
 */
export class Decode implements Transducer {
	readonly #undecided: Undecided;
	readonly #sink: ShadowSink;
	#state: number;
	/** Bits that make no byte yet, and where the first of them comes from. */
	#bits: number;
	#count: number;
	#from: number;

	constructor(sink: ShadowSink, state?: TransducerState) {
		const [kind = NO_RUN, bits = 0, count = 0, from = 0] = state?.memory ?? [];
		this.#undecided = new Undecided(state);
		this.#sink = sink;
		this.#state = kind;
		this.#bits = bits;
		this.#count = count;
		this.#from = from;
	}

	get undecidedFrom(): number {
		return this.#count > 0 ? this.#from : this.#undecided.from;
	}

	push(byte: number, from: number, to: number): void {
		if (IN_ALPHABET[byte] !== 1) this.#endRun(from);
		else if (this.#state >= FIRST_CODEC) this.#decode(CODECS[this.#state - FIRST_CODEC] as Codec, byte, from, to);
		else if (this.#state !== DEAD) {
			this.#state = SHORT;
			this.#undecided.push(byte, from, to);
			this.#judge();
		}
	}

	/** Nothing follows that a margin would have to keep apart. */
	finish(): void {
		this.#endRun();
	}

	skip(window: Uint8Array, from: number, end: number): number {
		if (this.#state >= FIRST_CODEC) return from;
		for (let at = from; at < end; ) {
			const byte = window[at] as number;
			if (!isOrdinary(byte)) return at;
			if (IN_ALPHABET[byte] !== 1) {
				this.#state = NO_RUN;
				at++;
				continue;
			}
			const runEnd = endOfRun(window, at, end);
			if (this.#state !== DEAD && MAY_BEGIN[byte] === 1 && !isDead(window, at, runEnd, end)) return at;
			this.#state = DEAD;
			at = runEnd;
		}
		return end;
	}

	state(): TransducerState[] {
		return [this.#undecided.state([this.#state, this.#bits, this.#count, this.#from])];
	}

	#judge(): void {
		const run = Buffer.from(this.#undecided.latin1(), "latin1");
		const index = CODECS.findIndex((codec) => spellsText(codec, run, 0, run.length));
		if (index < 0) {
			this.#state = DEAD;
			this.#undecided.drop(run.length);
		} else if (run.length === LEAST_RUN) this.#begin(index);
	}

	#begin(index: number): void {
		this.#state = FIRST_CODEC + index;
		this.#bits = 0;
		writeMargin(this.#undecided.from, this.#sink);
		this.#undecided.drain((byte, from, to) => this.#decode(CODECS[index] as Codec, byte, from, to));
	}

	#decode({ bits, values }: Codec, byte: number, from: number, to: number): void {
		const value = values[byte] as number;
		if (value < 0) {
			this.#endRun(from);
			this.#state = DEAD;
			return;
		}
		if (this.#count === 0) this.#from = from;
		this.#bits = (this.#bits << bits) | value;
		this.#count += bits;
		if (this.#count < 8) return;
		this.#count -= 8;
		this.#sink((this.#bits >> this.#count) & 0xff, this.#from, to);
		this.#bits &= (1 << this.#count) - 1;
		this.#from = from;
	}

	/** `at`: where the byte that ends the run stands. What was left out before it belongs to the run. */
	#endRun(at?: number): void {
		if (this.#state >= FIRST_CODEC && at !== undefined) writeMargin(at, this.#sink);
		this.#undecided.drop(this.#undecided.length);
		this.#count = 0;
		this.#state = NO_RUN;
	}
}

function endOfRun(window: Uint8Array, from: number, end: number): number {
	let at = from;
	while (at < end && IN_ALPHABET[window[at] as number] === 1) at++;
	return at;
}

/** Whether the run that begins at `at` can be no code, whatever follows `end`. */
function isDead(window: Uint8Array, at: number, runEnd: number, end: number): boolean {
	const isWhole = runEnd < end && isOrdinary(window[runEnd] as number);
	if (isWhole && runEnd - at < LEAST_RUN) return true;
	const last = Math.min(runEnd, at + LEAST_RUN);
	return !CODECS.some((codec) => spellsText(codec, window, at, last));
}
