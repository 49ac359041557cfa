import { EVERY_VIEW, type PatternSpec, type Recognizer } from "./recognizer.ts";
import { rotatedClass, rotatedExpression } from "./rot13.ts";

/** Alphabets of token bodies: class source and sample text. Samples are assembled so that no file holds a whole token. */
const BODIES = {
	alnum: ["A-Za-z0-9", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2"],
	url: ["A-Za-z0-9_-", "aB3dE5gH_jK9mN1pQ3rS-tU7vW9xY1z2"],
	base64: ["A-Za-z0-9+/=_-", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2"],
	hex: ["0-9a-fA-F", "3f9a1c7e5b2d8046f1a9c3e7b5d20864"],
	lower: ["a-z0-9", "a3d5g7j9m1p3r5t7v9x1z2b4c6f8h0k2"],
	upper: ["A-Z0-9", "A3D5G7J9M1P3R5T7V9X1Z2B4C6F8H0K2"],
	letters: ["A-Za-z", "aBxdEqgHzjKwmNvpQrrSytUkvWlxYfzb"],
	uuid: ["0-9a-fA-F-", "3f9a1c7e-5b2d-4046-a1a9-c3e7b5d20864"],
} as const;
export type Body = keyof typeof BODIES;

/**
 * One form of a token: a literal prefix, how many characters of which alphabet make it certain, and how it goes on.
 * Whatever follows in the alphabet is swallowed, so a vendor's longer tokens stay whole.
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
}

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
		...(tail && { tail: { ...tail, bytes: rotatedClass(tail.bytes) } }),
	};
}

/** The recognizer of one row. Its examples follow from its forms. */
export function tokenRecognizer(group: string, { type, forms }: TokenRow): Recognizer {
	const sample = ({ prefix, body, min }: TokenForm, length = min): string => prefix + BODIES[body][1].repeat(12).slice(0, length);
	const patterns = forms.flatMap(({ prefix, expression, body, min, confirm, more = "" }, i): PatternSpec[] => {
		const alphabet = BODIES[body][0];
		const pattern = {
			name: i === 0 ? type : `${type}_${i + 1}`,
			expression: `(?<![A-Za-z0-9_-])${expression ?? escaped(prefix)}[${alphabet}]{${min}}`,
			score: 0.98,
			confirm: confirm ?? "token",
			tail: { bytes: `${more}${alphabet}`, maxBytes: MAX_TAIL_BYTES },
		};
		// Hardly ever the end or the beginning of a word.
		const isDistinct = /[^A-Za-z0-9]|^(?=.*[A-Z]).{4}/.test(prefix);
		const rotated = /[A-Za-z]/.test(prefix) ? [rotatedToken(pattern)] : [];
		return isDistinct ? [{ ...pattern, views: EVERY_VIEW }, ...rotated] : [pattern];
	});
	return {
		type,
		category: "secret",
		groups: [group],
		label: type.toUpperCase(),
		patterns,
		examples: {
			match: forms.flatMap((form) => [`⟦${sample(form)}⟧`, `key: "⟦${sample(form, form.min + 9)}⟧" end`]),
			noMatch: forms.flatMap((form) => [
				form.prefix,
				sample(form, form.min - 1),
				`x${sample(form)}`,
				...(form.min < 8 ? [] : [form.prefix + "x".repeat(form.min)]),
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
export const row = (
	type: string,
	...forms: readonly (readonly [prefix: string, body: Body, min: number, expression?: string])[]
): TokenRow => ({
	type,
	forms: forms.map((args) => form(...args)),
});
