/** Bytes of the shortest word that says something; shorter ones are mostly grammar. */
const MIN_WORD_BYTES = 5;
/** Words of a hidden text with fewer could come together by chance. */
const MIN_WORDS = 12;
const MAX_WORDS = 4096;
/** Words between which a pair is one, and within which an answer's pairs count together. */
const REACH = 2;
const WINDOW = 64;
/** Share of the hidden text's pairs that make a paraphrase, and bounds of their number. */
const SHARE = 0.15;
const [LEAST_PAIRS, MOST_PAIRS] = [6, 16];

/** A text that an answer must not tell in other words, by which of its words stand near each other. */
export interface ParaphraseIndex {
	/** Hashes. */
	readonly pairs: ReadonlySet<number>;
	/** Different pairs that make a paraphrase. */
	readonly needed: number;
}

/** Undefined: too short to be told from ordinary text. */
export function createParaphraseIndex(text: string): ParaphraseIndex | undefined {
	const words = new WordHashes();
	const hashes: number[] = [];
	for (const byte of Buffer.from(`${text} `)) {
		const word = words.take(byte);
		if (word !== undefined && hashes.length < MAX_WORDS) hashes.push(word);
	}
	if (new Set(hashes).size < MIN_WORDS) return undefined;
	const pairs = new Set(hashes.flatMap((word, i) => hashes.slice(Math.max(0, i - REACH), i).map((before) => pairOf(before, word))));
	return { pairs, needed: Math.min(MOST_PAIRS, Math.max(LEAST_PAIRS, Math.ceil(pairs.size * SHARE))) };
}

/** Plain data. */
export interface ParaphraseState {
	readonly word: WordState;
	/** The last words, at most `REACH`. */
	readonly recent: readonly number[];
	/** Words so far. */
	readonly count: number;
	/** Pairs of the hidden text, each with the word that made it last. */
	readonly seen: readonly (readonly [pair: number, at: number])[];
	/** It was found: once is enough for a text. */
	readonly isFound: boolean;
}

/** Reads a text byte by byte; what it says depends on the bytes only. */
export class ParaphraseReader {
	readonly #index: ParaphraseIndex;
	readonly #word: WordHashes;
	#recent: number[];
	#count: number;
	#isFound: boolean;
	readonly #seen: Map<number, number>;

	constructor(index: ParaphraseIndex, state?: ParaphraseState) {
		this.#index = index;
		this.#word = new WordHashes(state?.word);
		this.#recent = [...(state?.recent ?? [])];
		this.#count = state?.count ?? 0;
		this.#isFound = state?.isFound ?? false;
		this.#seen = new Map(state?.seen);
	}

	/** True when the byte ends the word that makes it a paraphrase. */
	read(byte: number): boolean {
		const word = this.#isFound ? undefined : this.#word.take(byte);
		return word !== undefined && this.#take(word);
	}

	/** End of the text. */
	finish(): boolean {
		return this.read(0x20);
	}

	/** Something else stands here: no pair goes over it. */
	break(): void {
		this.#word.take(0x20);
		this.#recent = [];
	}

	state(): ParaphraseState {
		return { word: this.#word.state(), recent: [...this.#recent], count: this.#count, seen: [...this.#seen], isFound: this.#isFound };
	}

	#take(word: number): boolean {
		this.#count++;
		for (const before of this.#recent) {
			const pair = pairOf(before, word);
			if (this.#index.pairs.has(pair)) this.#seen.set(pair, this.#count);
		}
		this.#recent = [...this.#recent, word].slice(-REACH);
		for (const [pair, at] of this.#seen) if (at <= this.#count - WINDOW) this.#seen.delete(pair);
		this.#isFound = this.#seen.size >= this.#index.needed;
		return this.#isFound;
	}
}

/** Plain data. */
interface WordState {
	readonly hash: number;
	readonly length: number;
}

const SEED = 0x811c9dc5;
const PRIME = 0x01000193;

/** Takes a text apart into words: runs of letters and digits, in lower case, and of all bytes that are not ASCII. */
class WordHashes {
	#hash: number;
	#length: number;

	constructor({ hash, length }: WordState = { hash: SEED, length: 0 }) {
		this.#hash = hash;
		this.#length = length;
	}

	/** The hash of the word that ends before the byte, if one does that says something. */
	take(byte: number): number | undefined {
		if (isLetter(byte)) {
			const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
			this.#hash = Math.imul(this.#hash ^ lower, PRIME);
			this.#length++;
			return undefined;
		}
		const word = this.#length >= MIN_WORD_BYTES ? this.#hash : undefined;
		this.#hash = SEED;
		this.#length = 0;
		return word;
	}

	state(): WordState {
		return { hash: this.#hash, length: this.#length };
	}
}

/** The same in both orders. */
function pairOf(a: number, b: number): number {
	return Math.imul(Math.min(a, b) ^ SEED, PRIME) ^ Math.max(a, b);
}

function isLetter(byte: number): boolean {
	return byte >= 0x80 || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39);
}
