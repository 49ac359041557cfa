import type { Rule } from "../policy/policy.ts";
import type { Candidate } from "../recognizers/recognizer.ts";

/**
 * `[PHONE_48213377]`, `[AWS_KEY:5f0a9c1e77b2]`, `[AWS_KEY]`, with the escapes of Markdown; a match may leave its end out. Of 280 hashes
 * one has no letter: twelve digits are a number.
 */
const REPLACEMENT = /^\[([A-Z][A-Z0-9_]*?)(?:_(?:[1-9]\d{0,3}|[1-9]\d{7})|:(?=\d*[a-f])[\da-f]{12})?\]?$/;

export type IsReplacement = (match: Pick<Candidate, "text" | "left">) => boolean;

/**
 * Whether a match is (the end of) what the policy itself writes in the place of a finding. Texts of a conversation hold such,
 * and a number behind `PHONE_` is no telephone number, nor what follows `[AWS_KEY_1],` a key. Not asked of what the operator looks for.
 */
export function createIsReplacement(rules: readonly Rule[]): IsReplacement {
	const labels = new Set(rules.map(({ label }) => label));
	return ({ text, left }) => {
		const whole = left + text;
		const from = whole.lastIndexOf("[", left.length);
		if (from < 0) return false;
		const label = REPLACEMENT.exec(whole.slice(from).replaceAll("\\", ""))?.[1];
		return label !== undefined && labels.has(label);
	};
}
