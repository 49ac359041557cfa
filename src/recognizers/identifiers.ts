import { confirmWhole } from "./confirm-whole.ts";
import { type ContextTest, confirmWith, contextWords } from "./context.ts";
import type { Confirmer, PatternSpec, Recognizer, SensitivePart } from "./recognizer.ts";

/**
 * Every identifier of letters and digits is found by the same two expressions and told apart by length, shape and check
 * digits: one small automaton instead of a hundred. At most six letters stand before the first digit in any of them.
 */
const RUN = "(?<![A-Za-z0-9_])(?:[A-Z]{1,6}[ -]?)?\\d(?:[ ./-]?[0-9A-Z]){3,27}(?![A-Za-z0-9_])";
const MOST_LETTERS = 6;
/** Lower case only without separators: prose goes on in lower case after every number. */
const LOWER_RUN = `(?<![A-Za-z0-9_])[a-z]{0,${MOST_LETTERS}}\\d[0-9a-z]{4,18}(?![A-Za-z0-9_])`;
/** In answers from its first digit on: every word of six letters could be what stands before it. */
const LOWER_FROM_DIGIT = "(?<![A-Z0-9_])\\d[0-9a-z]{4,18}(?![A-Za-z0-9_])";

/** One row of an identifier table. */
export interface Identifier {
	readonly type: string;
	/** ISO 3166 code, for the group `national_id:de`. */
	readonly country?: string;
	readonly groups: readonly string[];
	/** Numbers of letters and digits. */
	readonly lengths: readonly number[];
	/** The letters and digits alone, in upper case. */
	readonly shape: RegExp;
	/** Check digits, dates, ranges. The argument has the shape. */
	readonly check?: (compact: string) => boolean;
	/** The usual spelling; other groupings need a context word. Default: no separators at all. */
	readonly format?: RegExp;
	readonly words: readonly string[];
	/** Confidence without and with a context word; 0 without: the word is required. */
	readonly without: number;
	readonly with: number;
	readonly match: readonly string[];
	readonly noMatch: readonly string[];
}

/** Nobody is given it. */
const ALL_SAME = /^(\d)\1+$/;
const COMPACT = /^[A-Za-z0-9]+$/;

export function identifierConfirmer({ shape, check, format, words, ...scores }: Identifier): Confirmer {
	const test: ContextTest = contextWords(words);
	return confirmWith(({ compact }) => shape.test(compact) && !ALL_SAME.test(compact) && (check?.(compact) ?? true), {
		without: scores.without,
		with: scores.with,
		words: test,
		format: format ?? COMPACT,
		isLoose: check !== undefined,
	});
}

const LETTERS_BEFORE = new RegExp(`(?<![A-Za-z0-9_])[a-z]{0,${MOST_LETTERS}}$`);

/** The same for what begins with the first digit. What must stand before the whole must stand before its end too: only letters are between. */
export function identifierFromDigit(row: Identifier): Confirmer {
	const confirmer = identifierConfirmer(row);
	return Object.assign(confirmWhole(LETTERS_BEFORE, confirmer), { follows: confirmer.follows });
}

export function identifierRecognizer({ type, country, groups, lengths, shape, match, noMatch, ...row }: Identifier): Recognizer {
	const pattern = (name: string, expression: string): PatternSpec => ({
		name,
		expression,
		score: row.with,
		confirm: `identifier:${type}`,
		lengths,
		// In disguise only what proves itself: the words around a disguised number stand in another text.
		...(row.without > 0 && { views: ["compact", "decoded"] as const }),
	});
	const inAnswers: SensitivePart = {
		expression: LOWER_FROM_DIGIT,
		confirm: `identifier_from_digit:${type}`,
		lengths: [...new Set(lengths.flatMap((length) => Array.from({ length: MOST_LETTERS + 1 }, (_, letters) => length - letters)))],
	};
	const hasLetters = /[A-Z]/.test(shape.source);
	return {
		type,
		category: "pii",
		groups: country === undefined ? groups : [...groups, `national_id:${country}`],
		label: type.toUpperCase(),
		patterns: [pattern(type, RUN), ...(hasLetters ? [{ ...pattern(`${type}_lower`, LOWER_RUN), inAnswers }] : [])],
		examples: { match, noMatch },
	};
}
