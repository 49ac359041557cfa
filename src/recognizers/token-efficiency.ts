import { countTokens, decode, encode } from "gpt-tokenizer/encoding/r50k_base";

/** Text is text: by default the library throws where one holds the name of a special token (`<|endoftext|>`). */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * Characters per token of a byte pair encoding: words of any language and code identifiers give 3 and more, random
 * strings about 1.5. It tells secrets from names far better than Shannon's entropy does (0.87 against 0.72 F1 on
 * CredData, in its authors' own comparison).
 */
export function tokenEfficiency(text: string): number {
	return text.length / Math.max(1, countTokens(text, AS_TEXT));
}

/** A piece of a text by the same encoding. */
export interface Token {
	/** How common it was when the encoding was made: 0…50,255. */
	readonly rank: number;
	/** No blank stands before it. */
	readonly isJoined: boolean;
}

export function tokensOf(text: string): Token[] {
	return encode(text, AS_TEXT).map((rank) => ({ rank, isJoined: !decode([rank]).startsWith(" ") }));
}

/** Shannon entropy in bits per character. */
export function entropy(text: string): number {
	const counts = new Map<string, number>();
	for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
	return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
