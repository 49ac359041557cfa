/** A word, a number or a single sign. UTF-16 indices into the text it was read from. */
export interface Token {
	readonly from: number;
	readonly to: number;
	readonly text: string;
	/** A line break stands before it. */
	readonly beginsLine: boolean;
	/** A blank or a line break stands before it. */
	readonly isSpaced: boolean;
}

/**
 * What is one token: an address of the net; Chinese, Japanese and Thai letters one by one; words with inner hyphens and
 * apostrophes (`Jean-Luc`, `O'Brien`, but `Ann` and `'s`); any other sign alone.
 */
const TOKEN =
	/(?:https?:\/\/|www\.)[^\s"'<>)\]}]+|[\w.+%-]{1,64}@[\w.-]+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}\p{N}]+(?:(?:-|['’](?=\p{L}{2}))[\p{L}\p{M}\p{N}]+)*|[^\s]/gu;

/** Tokens of a text in order. */
export function tokenize(text: string): Token[] {
	const tokens: Token[] = [];
	let end = 0;
	for (const match of text.matchAll(TOKEN)) {
		const gap = text.slice(end, match.index);
		const to = match.index + match[0].length;
		tokens.push({ from: match.index, to, text: match[0], beginsLine: gap.includes("\n"), isSpaced: gap !== "" || end === 0 });
		end = to;
	}
	return tokens;
}
