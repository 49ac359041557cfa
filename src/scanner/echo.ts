import type { ByteOffset } from "../core/units.ts";

/** Letters and digits that must agree before an echo is suspected, and before it is one. */
const GRAM = 16;
const MIN_ECHO = 48;
/** Letters and digits of the hidden text that are looked for. */
const MAX_HIDDEN = 32_768;
/** Bytes between two letters that still belong to one echo. More would be held without end. */
const MAX_GAP_BYTES = 64;
/** Places of the hidden text that one beginning may continue. */
const MAX_PLACES = 8;
const BASE = 0x01000193;
const BASE_TO_GRAM = Array.from({ length: GRAM }, () => BASE).reduce((a, b) => Math.imul(a, b), 1);

/** A text that an answer must not repeat, by its letters and digits: case, blanks and punctuation do not count. */
export interface EchoIndex {
	readonly letters: Uint8Array;
	/** Hash of `GRAM` letters → where they begin. */
	readonly grams: ReadonlyMap<number, readonly number[]>;
}

/** Undefined: too short to be told from ordinary text. */
export function createEchoIndex(text: string): EchoIndex | undefined {
	const letters = Uint8Array.from([...Buffer.from(text)].map(letterOf).filter((letter) => letter >= 0)).subarray(0, MAX_HIDDEN);
	if (letters.length < MIN_ECHO) return undefined;
	const grams = new Map<number, number[]>();
	let hash = 0;
	for (const [i, letter] of letters.entries()) {
		hash = roll(hash, letter, letters[i - GRAM] ?? 0);
		if (i < GRAM - 1) continue;
		const places = grams.get(hash);
		if (places === undefined) grams.set(hash, [i - GRAM + 1]);
		else if (places.length < MAX_PLACES) places.push(i - GRAM + 1);
	}
	return { letters, grams };
}

/** Plain data. */
export interface EchoReaderState {
	/** The last letters, at most `GRAM`. */
	readonly recent: readonly number[];
	readonly gap: number;
	readonly run?: EchoRun;
}

/** Letters of the text that stand one after the other in the hidden text. */
interface EchoRun {
	/** Behind the letters that made it suspect: from here on it is held. */
	readonly from: ByteOffset;
	length: number;
	/** Where it may go on in the hidden text. */
	next: readonly number[];
}

/** Reads a text byte by byte; what it says depends on the bytes only, never on the pieces they came in. */
export class EchoReader {
	readonly #index: EchoIndex;
	#recent: number[];
	#hash = 0;
	#gap: number;
	#run: EchoRun | undefined;

	constructor(index: EchoIndex, state?: EchoReaderState) {
		this.#index = index;
		this.#recent = [...(state?.recent ?? [])];
		for (const letter of this.#recent) this.#hash = roll(this.#hash, letter, 0);
		this.#gap = state?.gap ?? 0;
		this.#run = state?.run && { ...state.run };
	}

	/** Where what may become an echo begins; Infinity for nowhere. */
	get holdFrom(): number {
		return this.#run?.from ?? Number.POSITIVE_INFINITY;
	}

	/** Takes the byte at `offset`; true when it makes an echo of the run, once for each. */
	read(byte: number, offset: ByteOffset): boolean {
		const letter = letterOf(byte);
		if (letter < 0) {
			if (++this.#gap > MAX_GAP_BYTES) this.break();
			return false;
		}
		this.#gap = 0;
		this.#hash = roll(this.#hash, letter, this.#recent.length === GRAM ? (this.#recent.shift() as number) : 0);
		this.#recent.push(letter);
		return this.#goOn(letter) || this.#begin(offset);
	}

	/** Something else stands here: no echo goes over it. */
	break(): void {
		this.#recent = [];
		this.#hash = 0;
		this.#gap = 0;
		this.#run = undefined;
	}

	state(): EchoReaderState {
		return { recent: [...this.#recent], gap: this.#gap, ...(this.#run && { run: { ...this.#run } }) };
	}

	#goOn(letter: number): boolean {
		const run = this.#run;
		if (run === undefined) return false;
		run.next = run.next.filter((at) => this.#index.letters[at] === letter).map((at) => at + 1);
		if (run.next.length === 0) this.#run = undefined;
		else run.length++;
		return run.next.length > 0 && run.length === MIN_ECHO;
	}

	#begin(offset: ByteOffset): false {
		if (this.#run !== undefined || this.#recent.length < GRAM || !endsCharacter(this.#recent)) return false;
		const places = (this.#index.grams.get(this.#hash) ?? []).filter((at) =>
			this.#recent.every((recent, i) => recent === this.#index.letters[at + i]),
		);
		if (places.length > 0) this.#run = { from: offset + 1, length: GRAM, next: places.map((at) => at + GRAM) };
		return false;
	}
}

/** Hash of the last `GRAM` letters, `left` being the one that leaves them (0: none). */
function roll(hash: number, letter: number, left: number): number {
	return (Math.imul(hash, BASE) + letter - Math.imul(left, BASE_TO_GRAM)) | 0;
}

/** Whether the last of these bytes of UTF-8 is the last of its character: what is held begins behind one. */
function endsCharacter(bytes: readonly number[]): boolean {
	const back = [...bytes].reverse().findIndex((byte) => byte < 0x80 || byte >= 0xc0);
	const lead = bytes.at(-1 - back) ?? 0;
	return back === (lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3);
}

/** A letter or digit in lower case, any byte of other scripts; -1 for what does not count. */
function letterOf(byte: number): number {
	if (byte >= 0x80 || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39)) return byte;
	return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : -1;
}
