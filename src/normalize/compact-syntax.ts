import { digitOf, LONGEST_NUMBER_WORD, mayBeNumberWord } from "./number-words.ts";

/** What stands at a place of the undecided text: not known yet, nothing of the kind, or so many bytes that say `text`. */
export type Part = "more" | "none" | { readonly length: number; readonly text: string };

/** How the characters of a run are kept apart: by blanks only, by punctuation (and blanks), or each in quotes or brackets of its own. */
export type RunKind = "blank" | "punctuation" | "enclosed";

const MAX_SEPARATOR = 4;
const BLANKS = /^[ \t\n]+/;
/** Behind a group of a run that has begun: `four one one one, one one one one`. */
const GROUP_BLANKS = /^(?:[ \t\n]+|[,;](?:[ \t\n]+|$))/;
const PUNCTUATION = /^[-.,/_|:;~*](?:[-.,/_|:;~* \t])*/;
/** `"4", "1"` of a list over one or more lines, `{4}{1}`. */
const ENCLOSED = /^(?:(["'`])[ \t]{0,2},[ \t\r\n]{0,24}\1|\},? ?\{|\),? ?\(|\],? ?\[)/;
const ENCLOSED_HEAD = /^(?:["'`][ \t]{0,2}(?:,[ \t\r\n]{0,24})?|[)}\]],? ?)$/;
const OPENED = /^["'`)}\]]/;
const LETTERS = /^[A-Za-z]+/;
const ALPHANUMERIC = /^[A-Za-z0-9]$/;
const PRINTABLE = /^[ -~]$/;
const BLANK = /^[ \t\n]$/;

export function runKindOf(separator: string): RunKind {
	if (OPENED.test(separator)) return "enclosed";
	return BLANK.test(separator[0] ?? "") ? "blank" : "punctuation";
}

/** What stands between two characters of a run, or between two groups of one that has begun. */
export function separatorAt(source: string, at: number, kind: RunKind, isEnd: boolean, hasBegun = false): Part {
	if (kind === "enclosed") return enclosureAt(source.slice(at), isEnd);
	const separator = kind === "punctuation" ? PUNCTUATION : hasBegun ? GROUP_BLANKS : BLANKS;
	const found = separator.exec(source.slice(at, at + MAX_SEPARATOR + 1))?.[0] ?? "";
	if (found.length > MAX_SEPARATOR) return "none";
	if (at + found.length === source.length && !isEnd) return "more";
	return found === "" ? "none" : { length: found.length, text: found };
}

function enclosureAt(source: string, isEnd: boolean): Part {
	const text = ENCLOSED.exec(source)?.[0];
	if (text !== undefined) return { length: text.length, text };
	return !isEnd && (source === "" || ENCLOSED_HEAD.test(source)) ? "more" : "none";
}

function enclosedAt(source: string, at: number, closing: string, isEnd: boolean): Part {
	const text = source[at] ?? "";
	if (text === closing || !PRINTABLE.test(text)) return "none";
	if (at + 1 === source.length && !isEnd) return "more";
	return (source[at + 1] ?? closing) === closing ? { length: 1, text } : "none";
}

/** One character of a run that stands alone, or the word of a digit; `closing`: what ends it where it is enclosed. */
export function unitAt(source: string, at: number, kind: RunKind, isEnd: boolean, closing = ""): Part {
	const first = source[at];
	if (first === undefined) return isEnd ? "none" : "more";
	if (kind === "enclosed") return enclosedAt(source, at, closing, isEnd);
	const word = LETTERS.exec(source.slice(at, at + LONGEST_NUMBER_WORD + 1))?.[0] ?? first;
	const next = source[at + word.length];
	if (next === undefined && !isEnd) return word.length === 1 || mayBeNumberWord(Buffer.from(word), 0, word.length) ? "more" : "none";
	if (next !== undefined && ALPHANUMERIC.test(next)) return "none";
	const digit = digitOf(word);
	if (digit !== undefined) return { length: word.length, text: digit };
	if (word.length > 1) return "none";
	if (ALPHANUMERIC.test(first)) return { length: 1, text: first };
	const isAlone = kind === "blank" && !BLANK.test(first) && (next === undefined || BLANK.test(next));
	return isAlone ? { length: 1, text: first } : "none";
}

/**
 * Characters that must stand alone, one after the other, to be taken for a word that was pulled apart. An address has up
 * to four numbers with dots between them.
 */
const LEAST_UNITS: Readonly<Record<RunKind, number>> = { blank: 3, punctuation: 5, enclosed: 5 };

/** Whether a run goes on behind its first unit, and with which separator; "more" while that is open. Punctuation must be the same all along. */
export function runAt(source: string, from: number, isEnd: boolean): Part {
	const kind = runKindOf(source[from] ?? " ");
	let first: Part = "none";
	let at = from;
	for (let i = 1; i < LEAST_UNITS[kind]; i++) {
		const separator = separatorAt(source, at, kind, isEnd);
		if (typeof separator === "string") return separator;
		if (first === "none") first = separator;
		if (kind === "punctuation" && typeof first !== "string" && separator.text !== first.text) return "none";
		const unit = unitAt(source, at + separator.length, kind, isEnd, separator.text[0]);
		if (typeof unit === "string") return unit;
		at += separator.length + unit.length;
	}
	return first;
}

/** Marks that vanish between two characters of one word: what they are, and the beginnings of it. */
const MARKS: readonly { readonly whole: RegExp; readonly head: RegExp }[] = [
	// Emphasis and code of Markdown.
	{ whole: /^[*`~]{1,3}(?=[^\s*`~])/, head: /^[*`~]{1,3}$/ },
	// A tag or comment of HTML.
	{ whole: /^<\/?[A-Za-z!][^<>\n]{0,64}>/, head: /^<(?:\/?(?:[A-Za-z!][^<>\n]{0,64})?)?$/ },
	// The seam of two string literals.
	{
		whole: /^["'`][ \t]{0,2}(?:\\?\r?\n|\|\||\.\.|[+.&~|])?[ \t\r\n]{0,16}(?:[+.&~|][ \t]{0,2})?["'`]/,
		head: /^["'`][ \t]{0,2}(?:\\?\r?\n?|\|\|?|\.\.?|[+&~])?[ \t\r\n]{0,16}(?:[+.&~|][ \t]{0,2})?$/,
	},
	// A line that goes on.
	{ whole: /^\\\r?\n/, head: /^\\\r?$/ },
	// A folded line of a calendar or a card (RFC 5545, 6350).
	{ whole: /^\r\n[ \t](?=[A-Za-z0-9])/, head: /^\r(?:\n[ \t]?)?$/ },
];

/** Bytes of a mark at the beginning of the undecided text, 0 for none. */
export function markLength(source: string, isEnd: boolean): "more" | number {
	for (const { whole, head } of MARKS) {
		const found = whole.exec(source)?.[0];
		if (found !== undefined) return found.length;
		if (!isEnd && head.test(source)) return "more";
	}
	return 0;
}

/**
 * Quoted-printable (RFC 2045 §6.7): an escape of ASCII, a line that goes on, and the beginnings of them. `=25` is a number more
 * often than an escape, and encoders write `=3D` and the like.
 */
const QUOTED = /^=([2-6][A-F]|7[A-E])/;
const SOFT_BREAK = /^=\r?\n(?=[!-~])/;
const QUOTED_HEAD = /^=(?:[2-7]|\r?\n?)$/;
/** Bytes before the `=` of a line that an encoder breaks: at most 76 with it, and an escape is not broken. A value of base64 may end so in shorter lines. */
const [SHORTEST_LINE, LONGEST_LINE] = [72, 75];

/** What is written in quoted-printable at the beginning of the undecided text, in a line that has so many bytes before it. */
export function quotedAt(source: string, column: number, isEnd: boolean): Part {
	const digits = QUOTED.exec(source)?.[1];
	if (digits !== undefined) return { length: 3, text: String.fromCharCode(Number.parseInt(digits, 16)) };
	const isFull = column >= SHORTEST_LINE && column <= LONGEST_LINE;
	const soft = isFull ? SOFT_BREAK.exec(source)?.[0] : undefined;
	if (soft !== undefined) return { length: soft.length, text: "" };
	const mayBe = !isEnd && QUOTED_HEAD.test(source) && (isFull || source.length === 1 || !/[\r\n]/.test(source));
	return mayBe ? "more" : "none";
}

/** Something else than one blank, hyphen or nothing between two groups of digits. Dots and colons are part of addresses. */
const GROUP_GAP = /^(?: ?[-/_|;,+]{1,2} ?|[ \t]{1,3})(?=[0-9])/;
const GROUP_GAP_HEAD = /^(?: ?(?:[-/_|;,+]{1,2} ?)?|[ \t]{1,3})$/;
const DOT_GAP = /^\.(?=[0-9])/;
/** No number of an address has so many digits. */
const LONG_GROUP = 4;

/** Bytes between two groups of digits, the first of `size`; 0 for none and for what every pattern accepts anyway. */
export function groupGapLength(source: string, size: number, isEnd: boolean): "more" | number {
	const found = GROUP_GAP.exec(source)?.[0] ?? (size >= LONG_GROUP ? DOT_GAP.exec(source)?.[0] : undefined);
	if (found !== undefined) return found === " " || found === "-" ? 0 : found.length;
	const isHead = GROUP_GAP_HEAD.test(source) || (size >= LONG_GROUP && source === ".");
	return !isEnd && isHead ? "more" : 0;
}
