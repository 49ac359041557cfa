import type { Rule } from "../policy/policy.ts";

/** Types whose blanks, hyphens and brackets mean nothing. */
const SPACED = new Set(["credit_card", "iban", "phone", "ssn"]);
const CASELESS = new Set(["email", "iban"]);

/** One form for all spellings of a value, so that they share a surrogate and a hash. */
export function canonical({ type }: Pick<Rule, "type">, value: string): string {
	const compact = SPACED.has(type) ? value.replace(/[\s()-]/g, "") : value;
	return CASELESS.has(type) ? compact.toLowerCase() : compact;
}
