import { foldText } from "../normalize/fold.ts";
import type { Candidate, Confirmer } from "./recognizer.ts";

/** Tells whether one of the words stands in a text. Words are lower case; see `contextWords`. */
export type ContextTest = (text: string) => boolean;

/** By their words: recognizers make theirs once, and a configuration that is loaded again asks for the same. */
const tests = new Map<string, ContextTest>();

/**
 * Words are matched as whole words in any case, also as parts of identifiers (`customer_ssn`, `ssnNumber`), so JSON keys
 * and column heads count. Longer words may go on (`Versicherungsnummer`); scripts without spaces match anywhere.
 */
export function contextWords(words: readonly string[]): ContextTest {
	const key = words.join("\n");
	const test = tests.get(key) ?? createTest(words);
	tests.set(key, test);
	return test;
}

/** Whether one of the words of a test may stand in a text, or end in it: cheap, where the text was asked about before. */
export function mayHold(test: ContextTest, text: string): boolean {
	return askedAbout(text).present.has(test);
}

/** Whether a text holds a word of any test. */
export function saysWhatFollows(text: string): boolean {
	return [...askedAbout(text).present].some((test) => test(text));
}

function createTest(words: readonly string[]): ContextTest {
	let pattern: RegExp | undefined;
	// In the view `folded` words of other scripts are written with Latin look-alikes where there are any.
	const written = [...new Set(words.flatMap(spellings).flatMap((word) => [word, foldText(word), foldText(word.toUpperCase())]))];
	const test: ContextTest = (text) => {
		const { searched, present, answers } = askedAbout(text);
		if (!present.has(test)) return false;
		pattern ??= wholeWords(written);
		const answer = answers.get(test) ?? pattern.test(searched);
		answers.set(test, answer);
		return answer;
	};
	for (const literal of new Set(written.map((word) => plain(word).trim()))) addLiteral(literal, test);
	return test;
}

/** Initials are also written with full stops (`D.N.I.`). */
const spellings = (word: string): string[] => (/^[a-z]{3,5}$/.test(word) ? [word, [...word].join(".")] : [word]);

interface Literal {
	readonly text: string;
	readonly test: ContextTest;
}

/** The words of all tests by their first two UTF-16 units, and the units that one of them begins with. */
const literals = new Map<number, Literal[]>();
const firstUnits = new Uint8Array(0x10000);

const startKey = (first: number, second: number): number => first * 0x10000 + second;

function addLiteral(text: string, test: ContextTest): void {
	const first = text.charCodeAt(0);
	const key = startKey(first, text.length > 1 ? text.charCodeAt(1) : 0);
	firstUnits[first] = 1;
	literals.set(key, [...(literals.get(key) ?? []), { text, test }]);
}

/** The tests of which a word stands in the text, if only as a part of others: one walk for all of them. */
function testsIn(text: string): Set<ContextTest> {
	const found = new Set<ContextTest>();
	const last = text.length - 1;
	for (let at = 0; at <= last; at++) {
		const first = text.charCodeAt(at);
		if (firstUnits[first] === 0) continue;
		addTests(found, literals.get(startKey(first, 0)), text, at);
		if (at < last) addTests(found, literals.get(startKey(first, text.charCodeAt(at + 1))), text, at);
	}
	return found;
}

function addTests(found: Set<ContextTest>, candidates: readonly Literal[] | undefined, text: string, at: number): void {
	if (candidates === undefined) return;
	for (const literal of candidates) if (!found.has(literal.test) && text.startsWith(literal.text, at)) found.add(literal.test);
}

/** A text that tests were asked about. */
interface Asked {
	/** As it is and with its identifiers split into words. */
	readonly searched: string;
	readonly present: ReadonlySet<ContextTest>;
	readonly answers: Map<ContextTest, boolean>;
	/** What follows it is the fraction of a number. */
	readonly isDecimal: boolean;
	/** What follows it is a piece of something longer. */
	readonly goesOn: boolean;
	/** What follows it is, where a blank does not part the two. */
	readonly isBehindNumber: boolean;
}

const NO_TESTS: ReadonlySet<ContextTest> = new Set();
/** Never filled: who is not present is not asked. */
const NO_ANSWERS = new Map<ContextTest, boolean>();

/** The last ones. Many rules ask about one text, and so do matches that begin at one place and end at many. */
const asked = new Map<string, Asked>();
const MOST_ASKED = 64;
let last: { readonly text: string; readonly about: Asked } | undefined;

/** Keeps no piece of a text any longer. To be called when its matches are judged. */
export function forgetContexts(): void {
	asked.clear();
	last = undefined;
}

function askedAbout(text: string): Asked {
	if (last?.text === text) return last.about;
	const about = asked.get(text) ?? look(text);
	if (asked.size >= MOST_ASKED) asked.clear();
	asked.set(text, about);
	last = { text, about };
	return about;
}

/** Where parts of an identifier meet that are words of their own (`taxId`, `NHSNumber`). */
const SPLITS = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const EVERY_SPLIT = new RegExp(SPLITS, "gu");

/** Whether a word of a test could begin in the text: in rows of digits none does, and they are looked at most often. */
function mayHoldWords(text: string): boolean {
	// The parts of `taxId` are words of their own.
	if (/[a-z][A-Z]|[A-Z]{2}[a-z]|[^\p{ASCII}]/u.test(text)) return true;
	for (let at = 0; at < text.length; at++) {
		const first = plainUnit(text.charCodeAt(at));
		if (firstUnits[first] === 0) continue;
		const second = at + 1 < text.length ? plainUnit(text.charCodeAt(at + 1)) : 0;
		if (literals.has(startKey(first, second)) || literals.has(startKey(first, 0))) return true;
	}
	return false;
}

/** What `plain` makes of one ASCII unit. */
function plainUnit(unit: number): number {
	if (unit >= 0x41 && unit <= 0x5a) return unit + 0x20;
	return unit <= 0x20 || unit === 0x2d || unit === 0x2e || unit === 0x5f ? 0x20 : unit;
}

function look(text: string): Asked {
	const end = text.slice(-3);
	const isDecimal = /\d\.$/.test(end);
	const goesOn = GOES_ON_LEFT.test(end);
	const isBehindNumber = /\p{N} $/u.test(end);
	if (!mayHoldWords(text)) return { searched: "", present: NO_TESTS, answers: NO_ANSWERS, isDecimal, goesOn, isBehindNumber };
	const split = SPLITS.test(text) ? ` ${plain(text.replace(EVERY_SPLIT, " "))}` : "";
	const searched = plain(text) + split;
	return { searched, present: testsIn(searched), answers: new Map(), isDecimal, goesOn, isBehindNumber };
}

/** A letter of a script with blanks between its words: beside the others (`您的SSN是`) a word is whole. */
const LETTER = "[^\\P{L}\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Thai}]";

function wholeWords(words: readonly string[]): RegExp {
	const sources = words.map((word) => {
		const source = plain(word)
			.trim()
			.replace(/[*+?^${}()|[\]\\]/g, "\\$&");
		if (!/^[\p{sc=Latn}\p{sc=Cyrl}\p{sc=Grek}0-9#]/u.test(word)) return source;
		return `(?<!${LETTER}|\\p{N})${source}${word.length < 7 ? `(?!${LETTER})` : ""}`;
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
const GOES_ON_LEFT = /(?:[\p{L}\p{N}][-./]|\p{N}|[$€£#@/=+])$/u;
const GOES_ON_RIGHT = /^(?:[-./]?\p{N}|[-/]\p{L}|[%@])/u;

/** A date, also with an hour, a span or a row of years, or what the public numbers: nobody's identifier is written like them. */
const PUBLIC_NUMBER =
	/^(?:(?:19|20)\d{2}([-./])(?:0[1-9]|1[0-2])(?:\1(?:0[1-9]|[12]\d|3[01])(?: \d{2})?)?|(?:0[1-9]|[12]\d|3[01])([-./])(?:0[1-9]|1[0-2])\2(?:19|20)\d{2}|(?:19[5-9]|20[0-4])\d(?:[ -](?:19[5-9]|20[0-4])\d)+|CVE-\d{4}-\d{4,7}|(?:CWE|RFC|ISO|IEC|IEEE|PEP)[ -]?\d{3,5}(?:-\d{1,2})?)$/i;
/** Before a number that a list of faults, changes or anchors gives, or of an article of trade, and behind a comparison in code. */
const REFERENCE =
	/\b(?:ean|gtin|upc|isbn)(?:-?1[0-4])?[ :#=]{1,3}$|(?:(?:clos|fix|resolv|merg|revert|bug|issue|pull|ticket|see)[a-z]*:? ?|["'(])#$|\((?:merge|cherry picked from commit|commit) $|[\s)](?:<=?|>=|[!=]==?) $/i;

/** Has separators, and none is a blank: so a blank parts it from the numbers beside it (`814 457-55-5462 1001`), where groups of digits go on. */
const PARTED = /^[^ ]*[-./][^ ]*$/;

function goesOnRight(text: string, right: string): boolean {
	return GOES_ON_RIGHT.test(right) || (/^ \p{N}/u.test(right) && !PARTED.test(text));
}

const MONTH_AND_DAY = /^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?: \d{2})?$/;

/** The rest of a date, also with an hour. */
const endsDate = (left: string, text: string): boolean => /(?:19|20)\d{2}-$/.test(left) && MONTH_AND_DAY.test(text);

/** The pages of an article and its year (`8(2):6258–7227, 2015`), with hyphens for what stands between them. */
const PAGES = /^(\d{4})-(\d{4})-(?:19|20)\d{2}$/;

function arePages(text: string): boolean {
	const [, first = "", last = ""] = PAGES.exec(text) ?? [];
	return first < last;
}

const GROUP_PRECEDES = /\p{N}[-/ ]$/u;
const GROUP_FOLLOWS = /^[-./]?\p{N}/u;

/** Weighs a candidate whose structure holds by its form and its surroundings. */
function weigh(candidate: Candidate, evidence: Evidence): number | undefined {
	const { text, left, right } = candidate;
	const { isDecimal, goesOn, isBehindNumber } = askedAbout(left);
	if (isDecimal || PUBLIC_NUMBER.test(text) || endsDate(left, text) || REFERENCE.test(left.slice(-32))) return 0;
	const isFormed = evidence.format.test(text);
	if (!isFormed && !evidence.isLoose && !/^[A-Za-z0-9]+$/.test(text)) return 0;
	if (evidence.words(left)) return weighNamed(candidate, isFormed, evidence.with);
	// What no form and no check digit distinguishes is not worth holding for a word that might follow.
	if (evidence.without === 0 || goesOn || arePages(text) || (isBehindNumber && !PARTED.test(text))) return 0;
	if (right === undefined) return undefined;
	if (evidence.words(right)) return evidence.with;
	return !isFormed || goesOnRight(text, right) ? 0 : evidence.without;
}

/** Behind a word that says what it is. */
function weighNamed({ text, left, right }: Candidate, isFormed: boolean, confidence: number): number | undefined {
	if (isFormed || /^[A-Za-z0-9]+$/.test(text)) return confidence;
	// In odd groups it may be the end of one number with the beginning of the next (`457-55-5462 814`), or the beginning of
	// a longer one (`22.831.674-8`).
	if (GROUP_PRECEDES.test(left)) return 0;
	return right === undefined ? undefined : GROUP_FOLLOWS.test(right) ? 0 : confidence;
}

/** A confirmer from a structural test and the evidence around it. */
export function confirmWith(isValid: (candidate: Candidate) => boolean, evidence: Evidence): Confirmer {
	return Object.assign((candidate: Candidate) => (isValid(candidate) ? weigh(candidate, evidence) : 0), {
		follows: { words: evidence.words, isFree: evidence.without > 0, isParted: mayBeParted(evidence.format) },
	});
}

/** Whether values of the form may have separators other than blanks. */
function mayBeParted({ source }: RegExp): boolean {
	return /[-/]|\\\./.test(source.replace(/[A-Za-z0-9]-[A-Za-z0-9]/g, ""));
}

/** What must stand before a match, or it is refuted: one of the words, or, where `isFree`, nothing that goes on in the match: a number and a blank do in one that is not parted by other separators. */
export interface Follows {
	readonly words: ContextTest;
	readonly isFree: boolean;
	readonly isParted: boolean;
}

/** Which rules could confirm something that begins somewhere. */
export interface Possible {
	readonly rules: ReadonlySet<number>;
	/** The same set, or those of it that could confirm something with a blank in it. */
	readonly spaced: ReadonlySet<number>;
}

/** Tells which of the rules could confirm something behind a text; one that says nothing always could. The words are asked that may stand there, not all. */
export function createFollowers(follows: ReadonlyMap<number, Follows | undefined>): (left: string) => Possible {
	const rules = [...follows];
	const always = new Set(rules.filter(([, said]) => said === undefined).map(([rule]) => rule));
	const free = new Set(rules.filter(([, said]) => said?.isFree ?? true).map(([rule]) => rule));
	const parted = new Set(rules.filter(([rule, said]) => free.has(rule) && (said?.isParted ?? true)).map(([rule]) => rule));
	const byWords = new Map<ContextTest, number[]>();
	for (const [rule, said] of rules) if (said !== undefined) byWords.set(said.words, [...(byWords.get(said.words) ?? []), rule]);
	const everywhere: Possible = { rules: always, spaced: always };
	const behindNumber: Possible = { rules: parted, spaced: always };
	const elsewhere: Possible = { rules: free, spaced: free };
	return (left) => {
		const { present, isDecimal, goesOn, isBehindNumber } = askedAbout(left);
		if (isDecimal) return everywhere;
		const near = [...present].flatMap((test) => (byWords.has(test) && test(left) ? (byWords.get(test) as number[]) : []));
		const others = goesOn ? everywhere : isBehindNumber ? behindNumber : elsewhere;
		if (near.length === 0) return others;
		const rules = new Set([...others.rules, ...near]);
		return { rules, spaced: others === behindNumber ? new Set([...always, ...near]) : rules };
	};
}
