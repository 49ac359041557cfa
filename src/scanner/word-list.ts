import { foldCharacter } from "../recognizers/fold-case.ts";

/** Letters of one word have no boundary between them; scripts that are written without spaces have none at all. */
const IN_WORD = /[\p{L}\p{N}\p{M}_]/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const UTF8_BYTES_PER_UNIT = 3;

/** Takes the end of a word that was found, and the end of the character behind it that decides it (behind the text where there is none). */
export type FoundWord = (to: number, decidedAt: number) => void;

/**
 * Words and phrases, up to hundreds of thousands, that are looked for from one place of a text on. The list is sorted,
 * so those that begin like the text are a range of it, which every character narrows: no memory beside the words.
 */
export class WordList {
	/** Bytes of the longest possible match and the character behind it. */
	readonly maxWidth: number;
	readonly #words: readonly string[];
	readonly #fold: (char: string) => string;
	/** 1 for every byte with which a word can begin. */
	readonly #begins: Uint8Array;

	/** `words` as in `PatternSpec`. */
	constructor(words: readonly string[], caseInsensitive: boolean) {
		this.#words = words;
		this.#fold = caseInsensitive ? (char) => blankAsSpace(foldCharacter(char)) : blankAsSpace;
		this.maxWidth = 4 + UTF8_BYTES_PER_UNIT * words.reduce((longest, { length }) => Math.max(longest, length), 0);
		const first = new Set(words.map((word) => String.fromCodePoint(word.codePointAt(0) as number)));
		const isWide = caseInsensitive || [...first].some((char) => char >= "\x80");
		this.#begins = Uint8Array.from({ length: 256 }, (_, byte) =>
			Number(byte < 0x80 ? first.has(this.#fold(String.fromCharCode(byte))) : isWide && byte >= 0xc0),
		);
	}

	/** Finds what begins at `from` in `window[0, end)`. True when a longer text could end, or decide, a word that begins there. */
	find(window: Buffer, from: number, end: number, ended: boolean, found: FoundWord): boolean {
		if (this.#begins[window[from] as number] !== 1) return false;
		let [low, high, depth] = [0, this.#words.length, 0];
		let last = "";
		for (let at = from; ; ) {
			const next = characterAt(window, at, end);
			const isComplete = depth > 0 && this.#words[low]?.length === depth;
			if (next === undefined) {
				if (ended && isComplete) found(at, end + 1);
				return !ended;
			}
			if (depth === 0 && areOneWord(characterBefore(window, from), next.char)) return false;
			if (isComplete && !areOneWord(last, next.char)) found(at, next.to);
			const folded = this.#fold(next.char);
			[low, high] = this.#narrow(low, high, depth, folded);
			if (low === high) return false;
			depth += folded.length;
			last = next.char;
			at = next.to;
		}
	}

	/** The range of the words of `[low, high)` that go on with `char` at `depth`. */
	#narrow(low: number, high: number, depth: number, char: string): [low: number, high: number] {
		let [from, to] = [low, high];
		for (let i = 0; i < char.length; i++) {
			from = this.#bound(from, to, depth + i, char.charCodeAt(i));
			to = this.#bound(from, to, depth + i, char.charCodeAt(i) + 1);
		}
		return [from, to];
	}

	/** First index in `[low, high)` whose word has at `depth` this unit or a higher one. Shorter words come first. */
	#bound(low: number, high: number, depth: number, unit: number): number {
		let [from, to] = [low, high];
		while (from < to) {
			const middle = (from + to) >>> 1;
			const word = this.#words[middle] as string;
			if (word.length <= depth || word.charCodeAt(depth) < unit) from = middle + 1;
			else to = middle;
		}
		return from;
	}
}

function blankAsSpace(char: string): string {
	return /^\s$/.test(char) ? " " : char;
}

const ASCII_IN_WORD = Array.from({ length: 128 }, (_, code) => IN_WORD.test(String.fromCharCode(code)));

function areOneWord(before: string, after: string): boolean {
	return isSpacedWord(before) && isSpacedWord(after);
}

function isSpacedWord(char: string): boolean {
	return ASCII_IN_WORD[char.charCodeAt(0)] ?? (IN_WORD.test(char) && !UNSPACED.test(char));
}

/** The character whose first byte stands at `at`; undefined where it is not whole. */
function characterAt(window: Buffer, at: number, end: number): { readonly char: string; readonly to: number } | undefined {
	const byte = window[at] as number;
	const to = at + (byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4);
	if (to > end) return undefined;
	return { char: byte < 0x80 ? String.fromCharCode(byte) : window.toString("utf8", at, to), to };
}

/** The character that ends at `to`; empty at the beginning. */
function characterBefore(window: Buffer, to: number): string {
	let from = to - 1;
	while (from > 0 && to - from < 4 && ((window[from] as number) & 0xc0) === 0x80) from--;
	if (to === 0) return "";
	return (window[from] as number) < 0x80 ? String.fromCharCode(window[from] as number) : window.toString("utf8", from, to);
}
