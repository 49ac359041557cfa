import type { Recognizer } from "./recognizer.ts";

/** Letters that begin no word, so that hardly a word of an answer waits. */
const HEAD = "zq";
/** Hexadecimal digits of a whole canary. */
const CANARY_DIGITS = 22;
/** Fewer digits behind the head are not told from chance. */
const MIN_DIGITS = 4;

/** The canary with these digits. */
export const canaryOf = (digits: string): string => HEAD + digits.slice(0, CANARY_DIGITS);

/**
 * A mark that the proxy itself has put into a system prompt: whole, or a beginning of it. The pattern knows its form only;
 * whether it is the one of this conversation is known where the answer is opened.
 */
export const CANARY: Recognizer = {
	type: "canary",
	category: "injection",
	label: "CANARY",
	patterns: [
		{
			name: "canary",
			expression: `${HEAD}[0-9a-f]{${MIN_DIGITS},${CANARY_DIGITS}}`,
			caseInsensitive: true,
			score: 1,
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: ["ref ⟦zq0123456789abcdef012345⟧.", "⟦ZQ01AB⟧", "x⟦zq4417⟧", "⟦z q 0 1 2 3 4 5⟧"],
		noMatch: ["zq", "zq12", "zqueue", "a quiz", "4417"],
	},
};
