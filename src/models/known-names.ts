import type { Entity } from "./entity-labels.ts";
import { hashWord } from "./token-features.ts";
import type { EntitySpan } from "./token-model.ts";
import type { Token } from "./token-text.ts";

/** A name that a text has shown, as a hash of its words in lower case: what is remembered of a text holds no names. */
export interface KnownName {
	readonly hash: number;
	readonly entity: Entity;
	/** Of the place where it was found. */
	readonly score: number;
}

/** A span that was found, with its score. */
export type ScoredSpan = Omit<EntitySpan, "probability"> & { readonly score: number };

/** Names remembered of one text; the oldest are forgotten first. */
const MAX_NAMES = 64;
/** Words and signs of a name that is looked for as a whole. */
const MAX_WORDS = 6;
/** Shorter words of a name are no name by themselves. */
const LEAST_LETTERS = 3;

/**
 * Remembers what was found in a segment: persons and organisations by the whole name, and persons by each of its words that
 * is no common one, since a text goes on with `Ms Whitfield` or `Eleanor`.
 */
export function remember(
	known: readonly KnownName[],
	found: readonly ScoredSpan[],
	tokens: readonly Token[],
	isCommon: (word: number) => boolean,
): readonly KnownName[] {
	if (found.length === 0) return known;
	const names = new Map(known.map((name) => [name.hash, name]));
	for (const { entity, from, to, score } of found) {
		if (entity !== "person" && entity !== "organization") continue;
		const words = tokens.filter((token) => token.from >= from && token.to <= to);
		const alone = words.length === 1 || entity === "person" ? words.filter((word) => standsAlone(word, isCommon)) : [];
		const hashes = alone.map((word) => hashOf([word]));
		if (words.length > 1 && words.length <= MAX_WORDS) hashes.push(hashOf(words));
		for (const hash of hashes) if (!names.has(hash)) names.set(hash, { hash, entity, score });
	}
	return names.size === known.length ? known : [...names.values()].slice(-MAX_NAMES);
}

/** Known names among the tokens that no found span covers. */
export function repeatsIn(tokens: readonly Token[], known: readonly KnownName[], found: readonly ScoredSpan[]): ScoredSpan[] {
	if (known.length === 0) return [];
	const names = new Map(known.map((name) => [name.hash, name]));
	const free = tokens.map(({ from, to }) => !found.some((span) => span.from < to && span.to > from));
	const repeats: ScoredSpan[] = [];
	for (let i = 0; i < tokens.length; i++) {
		for (let end = Math.min(tokens.length, i + MAX_WORDS); end > i; end--) {
			const words = tokens.slice(i, end);
			if (!free.slice(i, end).every(Boolean) || (words.length === 1 && !beginsWithCapital(words[0] as Token))) continue;
			const name = names.get(hashOf(words));
			if (name === undefined) continue;
			repeats.push({ entity: name.entity, score: name.score, from: tokens[i]?.from as number, to: tokens[end - 1]?.to as number });
			i = end - 1;
			break;
		}
	}
	return repeats;
}

function standsAlone(word: Token, isCommon: (word: number) => boolean): boolean {
	return /^\p{Lu}[\p{L}\p{M}'’-]+$/u.test(word.text) && word.text.length >= LEAST_LETTERS && !isCommon(hashWord(word.text.toLowerCase()));
}

const beginsWithCapital = ({ text }: Token): boolean => /^\p{Lu}/u.test(text);

const hashOf = (words: readonly Token[]): number => hashWord(words.map(({ text }) => text.toLowerCase()).join(" "));
