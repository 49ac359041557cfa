import { foldText } from "../normalize/fold.ts";
import type { Candidate, Confirmer } from "./recognizer.ts";

/** Tells whether one of the words stands in a text. Words are lower case; see `contextWords`. */
export type ContextTest = (text: string) => boolean;

/**
 * Words are matched as whole words in any case, also as parts of identifiers (`customer_ssn`, `ssnNumber`), so JSON keys
 * and column heads count. Longer words may go on (`Versicherungsnummer`); scripts without spaces match anywhere.
 */
export function contextWords(words: readonly string[]): ContextTest {
	let pattern: RegExp | undefined;
	// In the view `folded` words of other scripts are written with Latin look-alikes where there are any.
	const written = [...new Set(words.flatMap((word) => [word, foldText(word), foldText(word.toUpperCase())]))];
	const literals = written.map((word) => plain(word).trim());
	const holds = (searched: string): boolean => {
		// Nearly always in vain: a plain search first.
		if (!literals.some((literal) => searched.includes(literal))) return false;
		pattern ??= wholeWords(written);
		return pattern.test(searched);
	};
	const test: ContextTest = (text) => {
		const { searched, answers } = askedAbout(text);
		const answer = answers.get(test) ?? holds(searched);
		answers.set(test, answer);
		return answer;
	};
	return test;
}

/** A text that tests were asked about. */
interface Asked {
	/** As it is and with its identifiers split into words. */
	readonly searched: string;
	readonly answers: Map<ContextTest, boolean>;
}

/** The last ones. Many rules ask about one text, and so do matches that begin at one place and end at many. */
const asked = new Map<string, Asked>();
const MOST_ASKED = 64;

function askedAbout(text: string): Asked {
	const known = asked.get(text);
	if (known !== undefined) return known;
	const searched = `${plain(text)} ${plain(text.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2"))}`;
	const fresh: Asked = { searched, answers: new Map() };
	if (asked.size >= MOST_ASKED) asked.clear();
	asked.set(text, fresh);
	return fresh;
}

function wholeWords(words: readonly string[]): RegExp {
	const sources = words.map((word) => {
		const source = plain(word)
			.trim()
			.replace(/[*+?^${}()|[\]\\]/g, "\\$&");
		if (!/^[\p{sc=Latn}\p{sc=Cyrl}\p{sc=Grek}0-9#]/u.test(word)) return source;
		return `(?<![\\p{L}\\p{N}])${source}${word.length < 7 ? "(?![\\p{L}])" : ""}`;
	});
	return new RegExp(sources.join("|"), "u");
}

/** Lower case, with one blank for every run of blanks and joining punctuation. */
function plain(text: string): string {
	return text.replace(/[\s_.-]+/g, " ").toLowerCase();
}

export interface Evidence {
	/** Confidence without and with a context word near. 0 without: the word is required. */
	readonly without: number;
	readonly with: number;
	readonly words: ContextTest;
	/** The form in which the identifier is usually written. */
	readonly format: RegExp;
	/** Whether a context word on the left is enough for any other form: there are check digits. */
	readonly isLoose: boolean;
}

/** A digit or letter that goes on on the other side of one separator: the text is a piece of something longer. */
const GOES_ON_LEFT = /(?:[\p{L}\p{N}][-./]|[\p{N}] ?|[$€£#@/=+])$/u;
const GOES_ON_RIGHT = /^(?:[-./ ]?\p{N}|[-/]\p{L}|[%@])/u;

const GROUP_FOLLOWS = /^[-./]?\p{N}/u;

/** Weighs a candidate whose structure holds by its form and its surroundings. */
function weigh(candidate: Candidate, evidence: Evidence): number | undefined {
	const { text, left, right } = candidate;
	// The digits after a decimal point are no number of their own.
	if (/\d\.$/.test(left)) return 0;
	const isFormed = evidence.format.test(text);
	if (!isFormed && !evidence.isLoose && !/^[A-Za-z0-9]+$/.test(text)) return 0;
	if (evidence.words(left)) {
		if (isFormed || /^[A-Za-z0-9]+$/.test(text)) return evidence.with;
		// In odd groups it may be the beginning of a longer number (`22.831.674-8`).
		return right === undefined ? undefined : GROUP_FOLLOWS.test(right) ? 0 : evidence.with;
	}
	// What no form and no check digit distinguishes is not worth holding for a word that might follow.
	if (evidence.without === 0 || GOES_ON_LEFT.test(left)) return 0;
	if (right === undefined) return undefined;
	if (evidence.words(right)) return evidence.with;
	return !isFormed || GOES_ON_RIGHT.test(right) ? 0 : evidence.without;
}

/** A confirmer from a structural test and the evidence around it. */
export function confirmWith(isValid: (candidate: Candidate) => boolean, evidence: Evidence): Confirmer {
	return (candidate) => (isValid(candidate) ? weigh(candidate, evidence) : 0);
}
