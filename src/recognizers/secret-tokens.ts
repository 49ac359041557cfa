import { EVERY_VIEW, type PatternSpec, type Recognizer } from "./recognizer.ts";
import { reversedExpression } from "./reversed.ts";
import { rotatedClass, rotatedExpression } from "./rot13.ts";

/** Alphabets of token bodies: class source and sample text. Samples are assembled so that no file holds a whole token. */
const BODIES = {
	alnum: ["A-Za-z0-9", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2"],
	url: ["A-Za-z0-9_-", "aB3dE5gH_jK9mN1pQ3rS-tU7vW9xY1z2"],
	base64: ["A-Za-z0-9+/=_-", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2"],
	dotted: ["A-Za-z0-9._-", "aB3dE5gH.jK9mN1pQ3rS_tU7vW9xY1z2"],
	percent: ["A-Za-z0-9%+/=", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2"],
	cookie: ["A-Za-z0-9/+%=-", "aB3dE5gH+jK9mN1p/3rS5tU7vW9xY1z2"],
	atlassian: ["A-Za-z0-9+/@_-", "aB3dE5gH7jK9mN1@Q3rS5tU7vW9xY1z2"],
	hex: ["0-9a-fA-F", "3f9a1c7e5b2d8046f1a9c3e7b5d20864"],
	lower: ["a-z0-9", "a3d5g7j9m1p3r5t7v9x1z2b4c6f8h0k2"],
	upper: ["A-Z0-9", "A3D5G7J9M1P3R5T7V9X1Z2B4C6F8H0K2"],
	letters: ["A-Za-z", "aBxdEqgHzjKwmNvpQrrSytUkvWlxYfzb"],
	uuid: ["0-9a-fA-F-", "3f9a1c7e-5b2d-4046-a1a9-c3e7b5d20864"],
} as const;
export type Body = keyof typeof BODIES;
/** Two capitals, digits or signs in a row come early in them. */
const REVERSIBLE: ReadonlySet<Body> = new Set(["alnum", "url", "hex", "upper"]);

/**
 * One form of a token: a literal prefix, how many characters of which alphabet make it certain, and how it goes on.
 * Whatever follows in the alphabet is swallowed, so a vendor's longer tokens stay whole, unless the length is exact.
 */
export interface TokenForm {
	/** Sample of the prefix, and its expression where that is not the same text. */
	readonly prefix: string;
	readonly expression?: string;
	readonly body: Body;
	readonly min: number;
	/** A confirmer instead of `token`. */
	readonly confirm?: string;
	/** More bytes that the tail may take, as class source. */
	readonly more?: string;
	/** The vendor's tokens have this length and no other: a longer run is something else. */
	readonly isExact?: true;
}

/** Prefixes that ordinary names have. */
const WORD_PREFIX = /^(?:(?:api|sdk|mob|key|pa|live|test|secret|npm|xai)[-_]$|re_|ver:)/;

export interface TokenRow {
	readonly type: string;
	readonly forms: readonly TokenForm[];
}

const MAX_TAIL_BYTES = 4096;
const escaped = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** The same token in ROT13: its prefix is as certain. */
export function rotatedToken({ name, expression, score, tail }: PatternSpec): PatternSpec {
	return {
		name: `${name}_rot13`,
		expression: rotatedExpression(expression),
		score,
		confirm: "rotated_token",
		beginsAsWord: true,
		...(tail && { tail: { ...tail, bytes: rotatedClass(tail.bytes) } }),
	};
}

/** Longer runs are no reversed token. */
const MAX_REVERSED = 250;
/** Of its body at least so many characters stand behind the two from which it is found in answers. */
const LEAST_BEHIND = 10;
/** More of it than this is hardly ever public. */
const MOST_PUBLIC = 26;

interface ReversedForm {
	/** Expression of its prefix, as it is read forwards. */
	readonly prefix: string;
	/** Class source of its body. */
	readonly alphabet: string;
	readonly min: number;
	readonly max?: number;
}

/**
 * The same token written backwards: the prefix comes last and says what it was. Any word could begin it, so in answers it
 * is found from the first two characters in a row that are no small letters, as Azure keys are, where it has small letters.
 */
export function reversedToken({ name, score }: PatternSpec, { prefix, alphabet, min, max = MAX_REVERSED }: ReversedForm): PatternSpec {
	const others = alphabet.replace(/a-[zf]/, "");
	const rest = `${reversedExpression(prefix)}(?![A-Za-z0-9_-])`;
	const least = Math.max(LEAST_BEHIND, min - 2 - MOST_PUBLIC);
	const part = `(?<![${others}])[${others}]{2}[${alphabet}]{${least},${max - 2}}${rest}`;
	return {
		name: `${name}_reversed`,
		expression: `(?<![${alphabet}])[${alphabet}]{${min},${max}}${rest}`,
		score,
		confirm: "reversed_token",
		...(others !== alphabet && { inAnswers: { expression: part, confirm: "reversed_token" } }),
	};
}

/** The recognizer of one row. Its examples follow from its forms. */
export function tokenRecognizer(group: string, { type, forms }: TokenRow): Recognizer {
	const sample = ({ prefix, body, min }: TokenForm, length = min): string => prefix + BODIES[body][1].repeat(12).slice(0, length);
	const patterns = forms.flatMap(({ prefix, expression, body, min, confirm, more = "", isExact }, i): PatternSpec[] => {
		const alphabet = BODIES[body][0];
		const pattern = {
			name: i === 0 ? type : `${type}_${i + 1}`,
			expression: `(?<![A-Za-z0-9_-])${expression ?? escaped(prefix)}[${alphabet}]{${min}}`,
			score: 0.98,
			confirm: confirm ?? (isExact ? "exact_token" : "token"),
			tail: { bytes: `${more}${alphabet}`, maxBytes: MAX_TAIL_BYTES },
			...(WORD_PREFIX.test(prefix) && { beginsAsWord: true as const }),
		};
		// Hardly ever the end or the beginning of a word.
		const isDistinct = /[^A-Za-z0-9]|^(?=.*[A-Z]).{4}/.test(prefix);
		if (!isDistinct) return [pattern];
		const rotated = /[A-Za-z]/.test(prefix) ? [rotatedToken(pattern)] : [];
		const max = isExact && { max: min };
		const turned = REVERSIBLE.has(body) ? [reversedToken(pattern, { prefix: expression ?? escaped(prefix), alphabet, min, ...max })] : [];
		return [{ ...pattern, views: EVERY_VIEW }, ...rotated, ...turned];
	});
	return {
		type,
		category: "secret",
		groups: [group],
		label: type.toUpperCase(),
		patterns,
		examples: {
			match: forms.flatMap((form) => [`⟦${sample(form)}⟧`, `key: "⟦${sample(form, form.min + (form.isExact ? 0 : 9))}⟧" end`]),
			noMatch: forms.flatMap((form) => [
				form.prefix,
				sample(form, form.min - 1),
				`x${sample(form)}`,
				...(form.min < 8 ? [] : [form.prefix + "x".repeat(form.min)]),
				...(form.isExact ? [sample(form, form.min + 1)] : []),
			]),
		},
	};
}

const form = (prefix: string, body: Body, min: number, expression?: string): TokenForm => ({
	prefix,
	body,
	min,
	...(expression && { expression }),
});
/** A form of one length. */
export const exactly = (...args: Parameters<typeof form>): TokenForm => ({ ...form(...args), isExact: true });
export const row = (
	type: string,
	...forms: readonly (readonly [prefix: string, body: Body, min: number, expression?: string])[]
): TokenRow => ({
	type,
	forms: forms.map((args) => form(...args)),
});
