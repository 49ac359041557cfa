import { foldText } from "../normalize/fold.ts";

/** A word, a number or a single sign. UTF-16 indices into the text it was read from. */
export interface Token {
	readonly from: number;
	readonly to: number;
	/** As its reader takes it. */
	readonly text: string;
	/** A line break stands before it. */
	readonly beginsLine: boolean;
	/** A blank or a line break stands before it. */
	readonly isSpaced: boolean;
}

/**
 * What is one token: an address of the net; Chinese, Japanese and Thai letters one by one; words with inner hyphens and
 * apostrophes (`Jean-Luc`, `O'Brien`, but `Ann` and `'s`) and the invisible characters in and around them; any other
 * sign alone.
 */
const TOKEN =
	/(?:https?:\/\/|www\.)[^\s"'<>)\]}]+|[\w.+%-]{1,64}@[\w.-]+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|\p{Cf}*[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}\p{Cf}]*(?:(?:-|['’](?=\p{L}{2}))[\p{L}\p{M}\p{N}\p{Cf}]+)*|[^\s]/gu;

const BEYOND_ASCII = /\P{ASCII}/u;
const LATIN = /\p{Script=Latin}/u;
const LOOKALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** Tokens of a text in order. */
export function tokenize(text: string): Token[] {
	const tokens: Token[] = [];
	let end = 0;
	for (const match of text.matchAll(TOKEN)) {
		const gap = text.slice(end, match.index);
		const to = match.index + match[0].length;
		tokens.push({ from: match.index, to, text: plainWord(match[0]), beginsLine: gap.includes("\n"), isSpaced: gap !== "" || end === 0 });
		end = to;
	}
	return tokens;
}

/**
 * A word without its disguise: no invisible characters, no full-width or mathematical letters, and no letters of another
 * script between Latin ones. Words of one script, and their accents, stay.
 */
export function plainWord(word: string): string {
	if (!BEYOND_ASCII.test(word)) return word;
	const plain = word.normalize("NFKC").replace(/\p{Cf}/gu, "");
	if (plain === "") return word;
	return LATIN.test(plain) && LOOKALIKE.test(plain) ? foldText(plain) : plain;
}
