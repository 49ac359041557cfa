/** Different anchors of a hidden text, and bounds of how many of them, in their order, make a translation. */
const MIN_ANCHORS = 5;
const MAX_ANCHORS = 256;
const SHARE = 0.7;
const [LEAST, MOST] = [4, 10];
/** A translation is this many times as long in bytes at most. */
const STRETCH = 3;
/** ASCII letters and digits of the shortest name; a number may be shorter. */
const MIN_NAME = 3;
const MIN_NUMBER = 2;

/**
 * What of a text stays when it is translated: names within sentences, numbers, identifiers. An answer that has most of them
 * in the same order tells the text, in whatever language.
 */
export interface AnchorIndex {
	/** Place of each in their order, by hash. */
	readonly order: ReadonlyMap<number, number>;
	/** Anchors that make a translation. */
	readonly needed: number;
	/** Bytes within which they stand. */
	readonly window: number;
}

/** Undefined: it has too few. */
export function createAnchorIndex(text: string): AnchorIndex | undefined {
	const order = new Map<number, number>();
	const bytes = Buffer.from(`${text} `);
	const words = new AnchorWords();
	let wasName = false;
	for (const byte of bytes) {
		const word = words.take(byte);
		if (word === undefined) continue;
		const isName = word.isCapital && !word.isFirst && word.length >= MIN_NAME;
		const isNumber = word.hasDigit && word.length >= MIN_NUMBER;
		// A name of several words is one.
		if ((isNumber || (isName && !wasName)) && !order.has(word.hash) && order.size < MAX_ANCHORS) order.set(word.hash, order.size);
		wasName = isName && byte === 0x20;
	}
	if (order.size < MIN_ANCHORS) return undefined;
	return { order, needed: Math.min(MOST, Math.max(LEAST, Math.ceil(order.size * SHARE))), window: bytes.length * STRETCH };
}

/** The longest run of anchors in their order that ends with one of them. Plain data. */
interface Run {
	readonly place: number;
	readonly length: number;
	/** Byte where it begins. */
	readonly from: number;
}

/** Plain data. */
export interface AnchorState {
	readonly word: Word;
	readonly at: number;
	readonly runs: readonly Run[];
	/** It was found: once is enough for a text. */
	readonly isFound: boolean;
}

/** Reads a text byte by byte; what it says depends on the bytes only. */
export class AnchorReader {
	readonly #index: AnchorIndex;
	readonly #words: AnchorWords;
	#at: number;
	#runs: readonly Run[];
	#isFound: boolean;

	constructor(index: AnchorIndex, state?: AnchorState) {
		this.#index = index;
		this.#words = new AnchorWords(state?.word);
		this.#at = state?.at ?? 0;
		this.#runs = state?.runs ?? [];
		this.#isFound = state?.isFound ?? false;
	}

	/** True when the byte ends the word that makes it a translation. */
	read(byte: number): boolean {
		this.#at++;
		const word = this.#isFound ? undefined : this.#words.take(byte);
		const place = word && this.#index.order.get(word.hash);
		return place !== undefined && this.#take(place);
	}

	finish(): boolean {
		return this.read(0x20);
	}

	/** Something else stands here. */
	break(): void {
		this.#words.take(0x20);
	}

	state(): AnchorState {
		return { word: this.#words.state(), at: this.#at, runs: this.#runs, isFound: this.#isFound };
	}

	#take(place: number): boolean {
		let best: Run = { place, length: 1, from: this.#at };
		const alive = this.#runs.filter(({ from }) => this.#at - from <= this.#index.window);
		for (const run of alive) if (run.place < place && run.length >= best.length) best = { place, length: run.length + 1, from: run.from };
		this.#runs = [...alive.filter((run) => run.place !== place || run.length > best.length), best];
		this.#isFound = best.length >= this.#index.needed;
		return this.#isFound;
	}
}

/** Plain data: a word so far, or one that ended. */
interface Word {
	readonly hash: number;
	readonly length: number;
	readonly isCapital: boolean;
	readonly hasDigit: boolean;
	/** Of its sentence or line. */
	readonly isFirst: boolean;
}

const SEED = 0x811c9dc5;
const NO_WORD: Word = { hash: SEED, length: 0, isCapital: false, hasDigit: false, isFirst: true };
/** `\n` `!` `.` `:` `;` `?` */
const SENTENCE_ENDS: ReadonlySet<number> = new Set([0x0a, 0x21, 0x2e, 0x3a, 0x3b, 0x3f]);

/** Takes a text apart into runs of ASCII letters and digits: what other scripts leave as it is. */
class AnchorWords {
	#hash: number;
	#length: number;
	#isCapital: boolean;
	#hasDigit: boolean;
	#isFirst: boolean;

	constructor({ hash, length, isCapital, hasDigit, isFirst }: Word = NO_WORD) {
		this.#hash = hash;
		this.#length = length;
		this.#isCapital = isCapital;
		this.#hasDigit = hasDigit;
		this.#isFirst = isFirst;
	}

	/** The word that ends before the byte, if one does. */
	take(byte: number): Word | undefined {
		const isDigit = byte >= 0x30 && byte <= 0x39;
		const isUpper = byte >= 0x41 && byte <= 0x5a;
		if (isDigit || isUpper || (byte >= 0x61 && byte <= 0x7a)) {
			this.#hash = Math.imul(this.#hash ^ byte, 0x01000193);
			if (this.#length++ === 0) this.#isCapital = isUpper;
			this.#hasDigit ||= isDigit;
			return undefined;
		}
		const word = this.#length > 0 ? this.state() : undefined;
		this.#hash = SEED;
		this.#length = 0;
		this.#isCapital = false;
		this.#hasDigit = false;
		this.#isFirst = SENTENCE_ENDS.has(byte) || (this.#isFirst && word === undefined);
		return word;
	}

	state(): Word {
		return {
			hash: this.#hash,
			length: this.#length,
			isCapital: this.#isCapital,
			hasDigit: this.#hasDigit,
			isFirst: this.#isFirst,
		};
	}
}
