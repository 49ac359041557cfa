import type { ByteOffset } from "../core/units.ts";
import { type Token, tokensOf } from "./token-efficiency.ts";

/**
 * What a search over a model's vocabulary leaves behind a wish (GCG and its relatives): tokens that nobody puts together.
 * `random_tokens`: few other texts have such a stretch. `odd_writing`: some do.
 */
export interface SuffixSignal {
	readonly signal: "random_tokens" | "odd_writing";
	readonly from: ByteOffset;
	readonly to: ByteOffset;
}

/** UTF-16 units at the end of a text that are looked at. */
const TAIL_UNITS = 300;
/** Tokens, and units, of a stretch without a common word that can be drawn by chance. */
const STRETCH_TOKENS = 16;
const STRETCH_UNITS = 45;
/**
 * What ends a stretch: a common word, which draws seldom give, and what has rare tokens of its own, code and other scripts. A
 * search that keeps common words is not seen by ranks.
 */
const ORDINARY = /\b(?:the|a|an|to|of|and|in|is|it|for|on|that|you|your|my|be|are|as|by|or|this|from)\b|[`{}$_<>|]+|[^ -~]+/i;
/** Mean rarity of a stretch, 0…1.1, and how many of its tokens stand at once rare and without a blank before them. */
const RARE = 0.6;
const RARE_JOIN = 0.5;
const RARE_JOINS = 3;

/** Places where writing breaks its own rules; what breaks several at once was not written. */
const BREAKS: readonly RegExp[] = [
	// A word goes on with a capital letter: `similarlyNow`.
	/\p{Ll}\p{Lu}\p{Ll}/u,
	// Nothing between a mark and the next word: `oppositeley.](Me`.
	/\p{Ll}[.?!)\]:*]+\p{L}{2}/u,
	// Marks that belong to no words: `== `, `.\ + `.
	/(?<=[\p{L} ])[^\p{L}\p{N}\s'"]{2,}(?=[\p{L} ]|$)|"\\|\\[^\w\s]|\s[=+]+\s/u,
	// One shouted word among others: `giving WITH steps`.
	/\p{Ll}{2} \p{Lu}{3,} \p{Ll}{3}/u,
];
const PAIRS = [
	["(", ")"],
	["[", "]"],
] as const;
/** Code breaks them by its own. */
const CODE = /[`{}$_<>|]/;
/** Units that the breaks stand in, and how many there must be. */
const BREAK_UNITS = 120;
const MANY_BREAKS = 4;
const SOME_BREAKS = 2;

/** The signals at the end of a text. Costs the same for every length. */
export function suffixSignals(text: string): readonly SuffixSignal[] {
	const ended = text.trimEnd();
	const line = ended.slice(-TAIL_UNITS).split("\n").at(-1) ?? "";
	if (line.length < STRETCH_UNITS) return [];
	const tail = line.slice(-BREAK_UNITS);
	const breaks = CODE.test(tail) ? 0 : breaksIn(tail);
	const to = Buffer.byteLength(ended);
	const from = to - Buffer.byteLength(tail);
	if (breaks >= MANY_BREAKS || hasRareStretch(line)) return [{ signal: "random_tokens", from, to }];
	return breaks >= SOME_BREAKS ? [{ signal: "odd_writing", from, to }] : [];
}

function breaksIn(tail: string): number {
	const isUneven = PAIRS.some(([open, close]) => count(tail, open) !== count(tail, close)) || count(tail, '"') % 2 === 1;
	return BREAKS.filter((wrong) => wrong.test(tail)).length + Number(isUneven);
}

const count = (text: string, char: string): number => text.split(char).length - 1;

function hasRareStretch(line: string): boolean {
	return line.split(ORDINARY).some((stretch) => stretch.length >= STRETCH_UNITS && isDrawn(tokensOf(stretch)));
}

/** Whether tokens in a row are as rare as draws are, and as carelessly joined: a list of words has rare ones too. */
function isDrawn(tokens: readonly Token[]): boolean {
	const rarities = tokens.map(({ rank }) => Math.max(0, (Math.log(rank + 1) - 7) / 3.5));
	const isRareJoin = tokens.map(({ isJoined }, i) => isJoined && (rarities[i] ?? 0) > RARE_JOIN);
	let rarity = 0;
	let joins = 0;
	for (const [i, one] of rarities.entries()) {
		rarity += one - (rarities[i - STRETCH_TOKENS] ?? 0);
		joins += Number(isRareJoin[i]) - Number(isRareJoin[i - STRETCH_TOKENS] ?? false);
		if (i >= STRETCH_TOKENS - 1 && rarity >= RARE * STRETCH_TOKENS && joins >= RARE_JOINS) return true;
	}
	return false;
}
