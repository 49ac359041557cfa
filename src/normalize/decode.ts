import { CODECS, type Codec, IN_ALPHABET, MAY_BEGIN, partsAfter, spellsText } from "./codec.ts";
import { isOrdinary } from "./fold.ts";
import { writeMargin } from "./margin.ts";
import { endOfRun, seamAt } from "./seam.ts";
import type { ShadowSink, Transducer, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

/** A run that spells text so far is taken for a code when it is this long, with its padding. */
const LEAST_RUN = 16;
const PAD = 0x3d;
/** So much padding a code may end with, by the bits of a character (RFC 4648); base32's six leave fewer bytes than any value has. */
const MOST_PADDING: readonly number[] = [0, 0, 0, 0, 0, 3, 2];
/** Of base64, but no text begins with them: behind one a run may begin that is part of a path or of a line of a patch. */
const SYMBOLS: ReadonlySet<number> = new Set(Buffer.from("+/-_"));
/** What is known of the run at hand: none, too short to say, no code, or the number of its codec. */
const [NO_RUN, SHORT, DEAD, FIRST_CODEC] = [0, 1, 2, 3];

/**
 * The texts that runs of base64, base32 and hexadecimal digits spell, also over the ends of lines, and nothing else. A run is undecided until
 * it is long enough or does not spell text any more: for an ordinary word that is after two or three letters.
 */
export class Decode implements Transducer {
	/** The run at hand while it is short; of a code, what stands behind its run. */
	readonly #undecided: Undecided;
	readonly #sink: ShadowSink;
	#state: number;
	/** Bits that make no byte yet, and where the first of them comes from. */
	#bits: number;
	#count: number;
	#from: number;
	/** Bytes of a character that are still to come. */
	#parts: number;
	/** The code ends with this run. */
	#isLast: boolean;

	constructor(sink: ShadowSink, state?: TransducerState) {
		const [kind = NO_RUN, bits = 0, count = 0, from = 0, parts = 0, isLast = 0] = state?.memory ?? [];
		this.#undecided = new Undecided(state);
		this.#sink = sink;
		this.#state = kind;
		this.#bits = bits;
		this.#count = count;
		this.#from = from;
		this.#parts = parts;
		this.#isLast = isLast === 1;
	}

	get undecidedFrom(): number {
		return this.#count > 0 ? this.#from : this.#undecided.from;
	}

	push(byte: number, from: number, to: number): void {
		const codec = CODECS[this.#state - FIRST_CODEC];
		if (codec !== undefined) this.#goOn(codec, byte, from, to);
		else if (byte === PAD && this.#state === SHORT) this.#pad(from, to);
		else if (IN_ALPHABET[byte] !== 1) this.#endRun();
		else {
			if (this.#isPadded) this.#endRun();
			if (this.#state === SHORT || !SYMBOLS.has(byte)) this.#begin(byte, from, to);
			else this.#state = NO_RUN;
		}
	}

	/** Nothing follows that a margin would have to keep apart. */
	finish(): void {
		const codec = CODECS[this.#state - FIRST_CODEC];
		if (codec !== undefined && this.#undecided.length > 0) this.#cross(codec, true);
		this.#endRun();
	}

	skip(window: Uint8Array, from: number, end: number): number {
		if (this.#state >= FIRST_CODEC) return from;
		for (let at = from; at < end; ) {
			const byte = window[at] as number;
			if (!isOrdinary(byte)) return at;
			if (IN_ALPHABET[byte] !== 1 || SYMBOLS.has(byte)) {
				this.#state = NO_RUN;
				at++;
				continue;
			}
			const runEnd = endOfRun(window, at, end);
			if (this.#state !== DEAD && MAY_BEGIN[byte] === 1 && !isDead(window, at, runEnd, end)) return at;
			this.#state = DEAD;
			while (at < runEnd && !SYMBOLS.has(window[at] as number)) at++;
		}
		return end;
	}

	state(): TransducerState[] {
		return [this.#undecided.state([this.#state, this.#bits, this.#count, this.#from, this.#parts, Number(this.#isLast)])];
	}

	#begin(byte: number, from: number, to: number): void {
		if (this.#state === DEAD) return;
		this.#state = SHORT;
		this.#undecided.push(byte, from, to);
		while (this.#undecided.length > 0) {
			const run = Buffer.from(this.#undecided.latin1(), "latin1");
			const index = CODECS.findIndex((codec) => spellsText(codec, run, 0, run.length));
			if (index >= 0) {
				if (run.length === LEAST_RUN) this.#open(index);
				return;
			}
			const symbol = run.findIndex((one) => SYMBOLS.has(one));
			this.#state = symbol < 0 ? DEAD : symbol === run.length - 1 ? NO_RUN : SHORT;
			this.#undecided.drop(symbol < 0 ? run.length : symbol + 1);
		}
	}

	get #isPadded(): boolean {
		const { length } = this.#undecided;
		return length > 0 && this.#undecided.byte(length - 1) === PAD;
	}

	/** Padding behind a short run: that of a code of ten or eleven bytes makes it long enough. */
	#pad(from: number, to: number): void {
		this.#undecided.push(PAD, from, to);
		const run = Buffer.from(this.#undecided.latin1(), "latin1");
		const digits = run.indexOf(PAD);
		const isPaddable = ({ bits }: Codec): boolean => LEAST_RUN - digits <= (MOST_PADDING[bits] as number);
		const index = CODECS.findIndex((codec) => isPaddable(codec) && spellsText(codec, run, 0, digits));
		if (index < 0) this.#endRun();
		else if (run.length === LEAST_RUN) this.#open(index);
	}

	#open(index: number): void {
		this.#state = FIRST_CODEC + index;
		this.#bits = 0;
		this.#parts = 0;
		this.#isLast = false;
		writeMargin(this.#undecided.from, this.#sink);
		this.#undecided.drain((byte, from, to) => this.push(byte, from, to));
	}

	#goOn(codec: Codec, byte: number, from: number, to: number): void {
		if (this.#undecided.length === 0 && (codec.values[byte] as number) >= 0) this.#decode(codec, byte, from, to);
		else {
			this.#undecided.push(byte, from, to);
			this.#cross(codec, false);
		}
	}

	/** Behind a run of the code: whether it goes on behind a seam. */
	#cross(codec: Codec, isEnd: boolean): void {
		const pending = { bits: this.#bits, count: this.#count, parts: this.#parts };
		const seam = this.#isLast ? "none" : seamAt(this.#undecided.latin1(), codec, pending, LEAST_RUN, isEnd);
		if (seam === "more") return;
		if (seam !== "none") {
			this.#isLast = seam.isLast;
			this.#undecided.drop(seam.length);
			this.#undecided.drain((byte, from, to) => this.push(byte, from, to));
			return;
		}
		// What was left out before it belongs to the run.
		writeMargin(this.#undecided.from, this.#sink);
		this.#count = 0;
		this.#state = IN_ALPHABET[this.#undecided.byte(0)] === 1 && !SYMBOLS.has(this.#undecided.byte(0)) ? DEAD : NO_RUN;
		this.#undecided.drain((byte, from, to) => this.push(byte, from, to));
	}

	#decode(codec: Codec, byte: number, from: number, to: number): void {
		const { bits, values } = codec;
		if (this.#count === 0) this.#from = from;
		this.#bits = (this.#bits << bits) | (values[byte] as number);
		this.#count += bits;
		if (this.#count < 8) return;
		this.#count -= 8;
		const spelled = (this.#bits >> this.#count) & 0xff;
		this.#sink(spelled, this.#from, to);
		this.#parts = partsAfter(codec, this.#parts, spelled);
		this.#bits &= (1 << this.#count) - 1;
		this.#from = from;
	}

	#endRun(): void {
		this.#undecided.drop(this.#undecided.length);
		this.#count = 0;
		this.#state = NO_RUN;
	}
}

/** Whether the run that begins at `at` can be no code, whatever follows `end`. */
function isDead(window: Uint8Array, at: number, runEnd: number, end: number): boolean {
	const isWhole = runEnd < end && isOrdinary(window[runEnd] as number);
	if (isWhole && runEnd - at < LEAST_RUN && window[runEnd] !== PAD) return true;
	const last = Math.min(runEnd, at + LEAST_RUN);
	return !CODECS.some((codec) => spellsText(codec, window, at, last));
}
