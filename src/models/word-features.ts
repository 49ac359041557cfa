/**
 * What a text looks like to the linear models: hashed n-grams of its words. Read word by word, so that a growing text is
 * read once and its features never depend on the pieces it came in.
 */

/** A longer run of word characters is several words. UTF-16 units. */
const MAX_WORD_UNITS = 48;
const MAX_FEATURES = 3 * (MAX_WORD_UNITS + 2) + 8;

/** Different kinds of features hash from different seeds. */
const SEED_CHARS = 0x811c9dc5;
const SEED_WORD = 0x2545f491;
const SEED_PAIR = 0x1b873593;
const SEED_SKIP = 0x6c62272e;
const SEED_TRIPLE = 0x7a143589;
const SEED_MARK = 0x3c6ef372;
const SEED_SHOUT = 0x5bd1e995;
const PRIME = 0x01000193;
const EDGE = 1;

/** Plain data: the words before, so that another reader can go on. */
export interface WordContext {
	/** Hashes of the last two words. */
	readonly last: number;
	readonly beforeLast: number;
	/** The word that is not at its end yet. */
	readonly open: string;
}

/** A word, or a mark (punctuation, an end of a line), with its features. */
export type OnWord = (features: Uint32Array, count: number, end: { readonly at: number; readonly mark: number }) => void;

export class WordReader {
	readonly #mask: number;
	readonly #features = new Uint32Array(MAX_FEATURES);
	/** Of the word, between two edges. */
	readonly #units = new Uint16Array(MAX_WORD_UNITS + 2).fill(EDGE);
	/** Units of the word. */
	#length = 0;
	#count = 0;
	#last = 0;
	#beforeLast = 0;
	#open = "";

	/** `buckets`: a power of two; every feature is an index below it. */
	constructor(buckets: number, context?: WordContext) {
		this.#mask = buckets - 1;
		if (context === undefined) return;
		this.#last = context.last;
		this.#beforeLast = context.beforeLast;
		this.#open = context.open;
	}

	context(): WordContext {
		return { last: this.#last, beforeLast: this.#beforeLast, open: this.#open };
	}

	/**
	 * Takes the next text. `onWord` is called at the end of each word, with the index in `text` after its last unit
	 * (`mark` 0), and after each mark (`mark` is its code). The array is used again for the next word.
	 */
	read(text: string, onWord: OnWord): void {
		let from = 0;
		/** Where the word begins; what is open of it stands before this text. */
		let start = -this.#open.length;
		for (let at = 0; at < text.length; at++) {
			const code = text.charCodeAt(at);
			const isWord = code < 0x80 ? IS_WORD[code] === 1 : isWordUnit(code);
			if (isWord && at - start + 1 < MAX_WORD_UNITS) continue;
			const end = isWord ? at + 1 : at;
			if (end > start) {
				this.#emitWord(this.#open + text.slice(from, end), end, onWord);
				this.#open = "";
			}
			from = at + 1;
			start = from;
			if (!isWord && code !== SPACE) this.#emitMark(code, at + 1, onWord);
		}
		this.#open += text.slice(from);
	}

	/** End of the text: the last word is at its end too. */
	finish(onWord: OnWord): void {
		const word = this.#open;
		this.#open = "";
		if (word !== "") this.#emitWord(word, 0, onWord);
	}

	#emitWord(raw: string, at: number, onWord: OnWord): void {
		const isShouted = this.#fold(raw);
		const units = this.#units;
		const length = this.#length;
		let whole = SEED_WORD;
		for (let i = 1; i <= length; i++) whole = Math.imul(whole ^ (units[i] as number), PRIME);
		units[length + 1] = EDGE;
		this.#count = 0;
		// Of three to five units, the edges of the word among them.
		for (let i = 0; i < length; i++) {
			let hash = Math.imul(SEED_CHARS ^ (units[i] as number), PRIME);
			hash = Math.imul(hash ^ (units[i + 1] as number), PRIME);
			const to = Math.min(i + 5, length + 2);
			for (let k = i + 2; k < to; k++) {
				hash = Math.imul(hash ^ (units[k] as number), PRIME);
				this.#add(hash + k - i);
			}
		}
		this.#add(whole);
		if (length > 2 && isShouted) this.#add(Math.imul(whole ^ SEED_SHOUT, PRIME));
		this.#add(combine(SEED_PAIR, this.#last, whole));
		this.#add(combine(SEED_SKIP, this.#beforeLast, whole));
		this.#add(combine(combine(SEED_TRIPLE, this.#beforeLast, this.#last), 0, whole));
		this.#beforeLast = this.#last;
		this.#last = whole;
		onWord(this.#features, this.#count, { at, mark: 0 });
	}

	/** Fills `#units` with the word as it is read, digits alike; answers whether it stands in capitals. */
	#fold(raw: string): boolean {
		const units = this.#units;
		let cases = 0;
		for (let i = 0; i < raw.length; i++) {
			const code = raw.charCodeAt(i);
			if (code >= 0x80) return this.#foldWide(raw);
			units[i + 1] = FOLDED[code] as number;
			cases |= CASES[code] as number;
		}
		this.#length = raw.length;
		return cases === CAPITAL;
	}

	#foldWide(raw: string): boolean {
		const word = plainWord(raw);
		for (let i = 0; i < word.length; i++) this.#units[i + 1] = foldDigit(word.charCodeAt(i));
		this.#length = word.length;
		return raw !== word && raw === raw.toUpperCase();
	}

	#emitMark(code: number, at: number, onWord: OnWord): void {
		this.#count = 0;
		this.#add(combine(SEED_MARK, 0, code));
		this.#add(combine(SEED_MARK, this.#last, code));
		onWord(this.#features, this.#count, { at, mark: code });
	}

	#add(hash: number): void {
		let mixed = hash ^ (hash >>> 15);
		mixed = Math.imul(mixed, 0x2c1b3c6d);
		this.#features[this.#count++] = (mixed ^ (mixed >>> 13)) & this.#mask;
	}
}

const SPACE = 0x20;

function combine(seed: number, a: number, b: number): number {
	return Math.imul(Math.imul(seed ^ a, PRIME) ^ (a >>> 16) ^ b, 0x85ebca6b);
}

/** Of the codes of ASCII: letters, digits and the apostrophe. */
const IS_WORD = Uint8Array.from({ length: 0x80 }, (_, code) => Number(/[A-Za-z0-9']/.test(String.fromCharCode(code))));

/** Everything else that can stand inside a word of some script. */
function isWordUnit(code: number): boolean {
	if (code < 0xc0) return code === 0xad || code === 0xaa || code === 0xb5 || code === 0xba;
	if (code === 0x2019) return true;
	if (code >= 0x2000 && code <= 0x206f) return (code >= 0x200b && code <= 0x200f) || code >= 0x2060;
	return !(
		(code >= 0x3000 && code <= 0x303f) ||
		(code >= 0xff00 && code <= 0xff0f) ||
		(code >= 0xff1a && code <= 0xff20) ||
		code === 0x0964
	);
}

const [SMALL, CAPITAL] = [1, 2];
const CASES = Uint8Array.from({ length: 0x80 }, (_, code) => {
	const letter = String.fromCharCode(code);
	return letter === letter.toLowerCase() ? (letter === letter.toUpperCase() ? 0 : SMALL) : CAPITAL;
});
/** Of the codes of ASCII: in lower case, digits alike. */
const FOLDED = Uint8Array.from({ length: 0x80 }, (_, code) => foldDigit(String.fromCharCode(code).toLowerCase().charCodeAt(0)));

const MARKS = /\p{Cf}|[\u0300-\u036f]/gu;

/** Of a word that is not all ASCII: lower case, compatibility forms as plain ones, without accents and invisible characters. */
function plainWord(raw: string): string {
	return raw.normalize("NFKD").replace(MARKS, "").toLowerCase().normalize("NFC").slice(0, MAX_WORD_UNITS);
}

/** Which digit it is says little. */
function foldDigit(unit: number): number {
	return unit >= 0x30 && unit <= 0x39 ? 0x30 : unit;
}
