import { writeMargin } from "./margin.ts";
import type { ShadowSink, Transducer, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

/** So many invisible characters in a row say something. Flags of regions have six tags, an emoji has one selector. */
const LEAST_RUN = 8;
/** First byte of tag characters and of most variation selectors in UTF-8. */
export const PLANE_14 = 0xf3;
/** Of the others. */
const SELECTORS = 0xef;

/**
 * The bytes that runs of tag characters (U+E0020…E007E, one for each ASCII character) and of variation selectors
 * (U+FE00…FE0F, U+E0100…E01EF, one for each byte) spell, and nothing else.
 */
export class Hidden implements Omit<Transducer, "skip"> {
	/** The character at hand. */
	readonly #character: Undecided;
	/** What a run has spelled while it is too short. */
	readonly #run: Undecided;
	readonly #sink: ShadowSink;
	#isOpen: boolean;
	#end: number;

	constructor(sink: ShadowSink, [character, run]: readonly TransducerState[] = []) {
		this.#character = new Undecided(character);
		this.#run = new Undecided(run);
		this.#sink = sink;
		this.#isOpen = run?.memory?.[0] === 1;
		this.#end = run?.memory?.[1] ?? 0;
	}

	get undecidedFrom(): number {
		return Math.min(this.#run.from, this.#character.from);
	}

	push(byte: number, from: number, to: number): void {
		if (this.#character.length > 0 && (byte & 0xc0) !== 0x80) this.#endRun();
		if (this.#character.length === 0 && byte !== PLANE_14 && byte !== SELECTORS) {
			this.#endRun();
			return;
		}
		this.#character.push(byte, from, to);
		const length = this.#character.byte(0) === PLANE_14 ? 4 : 3;
		if (this.#character.length < length) return;
		const value = hiddenByte(Buffer.from(this.#character.latin1(), "latin1").toString().codePointAt(0) as number);
		const first = this.#character.from;
		this.#character.drop(length);
		if (value === undefined) this.#endRun();
		else this.#spell(value, first, to);
	}

	finish(): void {
		this.#endRun();
	}

	/** Index of the first of `window[from, end)` that must be pushed. */
	next(window: Uint8Array, from: number, end: number): number {
		if (this.#isOpen) return from;
		let at = from;
		while (at < end && window[at] !== PLANE_14 && window[at] !== SELECTORS) at++;
		return at;
	}

	state(): TransducerState[] {
		return [this.#character.state(), this.#run.state([Number(this.#isOpen), this.#end])];
	}

	#spell(value: number, from: number, to: number): void {
		this.#end = to;
		if (this.#isOpen) this.#sink(value, from, to);
		else {
			this.#run.push(value, from, to);
			if (this.#run.length < LEAST_RUN) return;
			this.#isOpen = true;
			writeMargin(this.#run.from, this.#sink);
			this.#run.pass(this.#run.length, this.#sink);
		}
	}

	#endRun(): void {
		if (this.#isOpen) writeMargin(this.#end, this.#sink);
		this.#isOpen = false;
		this.#character.drop(this.#character.length);
		this.#run.drop(this.#run.length);
	}
}

function hiddenByte(codePoint: number): number | undefined {
	if (codePoint >= 0xe0020 && codePoint <= 0xe007e) return codePoint - 0xe0000;
	if (codePoint >= 0xfe00 && codePoint <= 0xfe0f) return codePoint - 0xfe00;
	return codePoint >= 0xe0100 && codePoint <= 0xe01ef ? codePoint - 0xe0100 + 16 : undefined;
}
