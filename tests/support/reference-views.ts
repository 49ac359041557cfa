import { createRequire } from "node:module";
import { decodeHTMLStrict } from "entities";
import { digitOf } from "../../src/normalize/number-words.ts";
import type { Transducer } from "../../src/normalize/transducer.ts";
import type { View } from "../../src/normalize/views.ts";
import { codes, decoded, dumped, hidden } from "./reference-decoding.ts";

/**
 * The oracle of the views: slow and obvious. Each takes the whole text and rewrites it with regular expressions that may
 * look as far ahead as they like; nothing is decided piece by piece, and no code is shared with `src/normalize` but the list of number words.
 */
export const REFERENCE_VIEWS: readonly View[] = [
	whole("folded", (text) => folded(folded(text))),
	whole("compact", (text) => compact(folded(folded(text)))),
	whole("decoded", (text) => decoded(folded(folded(text)), folded), true),
	whole("decoded", (text) => hidden(text, folded), true),
	whole("decoded", (text) => dumped(text, folded), true),
	whole("decoded", (text) => codes(folded(folded(text)), folded), true),
	{ ...whole("fields", (text) => fields(text, (seam) => seam % 2 === 0)), leastSeams: 1 },
	{ ...whole("fields", (text) => fields(text, (seam) => seam % 2 === 1)), leastSeams: 1 },
	{ ...whole("fields", (text) => fields(text, () => true)), leastSeams: 2 },
];

/** A character of a text and the bytes of the original that it stands for. */
export interface Char {
	readonly char: string;
	readonly from: number;
	readonly to: number;
}

function whole(name: View["name"], rewrite: (text: Char[]) => Char[], isPartial = false): View {
	return {
		name,
		isPartial,
		open(sink) {
			const bytes: number[] = [];
			let first = Number.POSITIVE_INFINITY;
			const transducer: Transducer = {
				push(byte, from) {
					bytes.push(byte);
					first = Math.min(first, from);
				},
				finish() {
					for (const { char, from, to } of rewrite(charsOf(Buffer.from(bytes).toString("utf8"))))
						for (const byte of Buffer.from(char)) sink(byte, from, to);
					first = Number.POSITIVE_INFINITY;
				},
				skip: (_window, from) => from,
				get undecidedFrom() {
					return first;
				},
				state: () => {
					throw new Error("The oracle cannot be resumed.");
				},
			};
			return transducer;
		},
	};
}

function charsOf(text: string): Char[] {
	let at = 0;
	return [...text].map((char) => {
		const from = at;
		at += Buffer.byteLength(char);
		return { char, from, to: at };
	});
}

/** What stands at the beginning of a text; length in characters of the text. */
interface Reading {
	readonly text: string;
	readonly length: number;
}

const character = (digits: string | undefined): string => {
	const value = Number.parseInt(digits ?? "0", 16);
	return value > 0x10ffff ? "\ufffd" : Buffer.from(String.fromCodePoint(value)).toString();
};
const entity = (whole: string): string | undefined => {
	const decoded = decodeHTMLStrict(whole);
	return decoded === whole ? undefined : decoded;
};
const LETTERS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

const [ESC, BEL] = ["\u001b", "\u0007"];

/** Tried in this order at every character; the match is what is replaced. */
const ESCAPES: readonly (readonly [RegExp, (match: RegExpExecArray) => string | undefined])[] = [
	[/^&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});/, ([all]) => entity(all)],
	[/^&#(?:\d{1,7}(?!\d)|[xX][0-9a-fA-F]{1,6}(?![0-9a-fA-F]))(?!;)/, ([all]) => entity(`${all};`)],
	[new RegExp(`^${ESC}\\[[0-?]{0,16}[ -/]{0,4}[@-~]`), () => ""],
	[new RegExp(`^${ESC}\\][^${BEL}${ESC}\\n]{0,128}(?:${BEL}|${ESC}\\\\)`), () => ""],
	[/^\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/, ([all]) => JSON.parse(`"${all}"`) as string],
	[/^\\u\{([0-9a-fA-F]{1,6})\}/, ([, digits]) => character(digits)],
	[/^\\U([0-9a-fA-F]{8})/, ([, digits]) => character(digits)],
	[/^\\u([0-9a-fA-F]{4})/, ([, digits]) => character(digits)],
	...[1, 2, 3, 4].map((n) => bytes(`(?:%[0-9a-fA-F]{2}){${n}}`, n, 16)),
	...[1, 2, 3, 4].map((n) => bytes(`(?:\\\\x[0-9a-fA-F]{2}){${n}}`, n, 16)),
	...[1, 2, 3, 4].map((n) => bytes(`(?:\\\\[0-3][0-7]{2}){${n}}`, n, 8)),
	[/^\\([nrt"'`/\\_\-.@+=#$%~*:])/, ([, letter = ""]) => LETTERS[letter] ?? letter],
];

/** `n` escaped bytes that are one character of that length. */
function bytes(pattern: string, n: number, radix: number): (typeof ESCAPES)[number] {
	return [
		new RegExp(`^${pattern}`),
		([all]) => {
			const values = all.split(/%|\\x|\\/).slice(1);
			const text = Buffer.from(values.map((value) => Number.parseInt(value, radix))).toString();
			return [...text].length === 1 && text !== "\ufffd" && Buffer.byteLength(text) === n ? text : undefined;
		},
	];
}

function folded(text: readonly Char[]): Char[] {
	const out: Char[] = [];
	for (let i = 0; i < text.length; ) {
		const { text: says, length } = readingAt(
			text
				.slice(i, i + 160)
				.map(({ char }) => char)
				.join(""),
		);
		const { from } = text[i] as Char;
		const { to } = text[i + length - 1] as Char;
		for (const char of says) for (const plain of foldChar(char)) out.push({ char: plain, from, to });
		i += length;
	}
	return out;
}

function readingAt(source: string): Reading {
	for (const [expression, read] of ESCAPES) {
		const match = expression.exec(source);
		const text = match === null ? undefined : read(match);
		if (text !== undefined) return { text, length: match?.[0].length ?? 0 };
	}
	return { text: [...source][0] as string, length: 1 };
}

/** Every decimal digit of every numbering system that the runtime knows. */
const DIGITS = new Map(
	Intl.supportedValuesOf("numberingSystem").flatMap((system) => {
		const digits = [...new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false }).format(9876543210)];
		return digits.length === 10 ? digits.map((digit, i) => [digit, String(9 - i)] as const) : [];
	}),
);
const LOOKALIKES = createRequire(import.meta.url)("unhomoglyph/data.json") as Readonly<Record<string, string>>;

function foldChar(char: string): string {
	if (char === "\t" || char === "\n" || char === "\r") return char;
	if (/[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{M}\p{Co}\p{Noncharacter_Code_Point}\ufffc\ufffd]/u.test(char)) return "";
	if (/[\p{Zs}\u2028\u2029\u2800]/u.test(char)) return " ";
	if (DIGITS.has(char) && /\p{Nd}/u.test(char)) return DIGITS.get(char) as string;
	const boxed = /[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}\u{1f1e6}-\u{1f1ff}]/u.test(char);
	if (boxed)
		return String.fromCharCode(
			65 + ((char.codePointAt(0) as number) - (char < "\u{1f170}" ? 0x1f150 : char < "\u{1f1e6}" ? 0x1f170 : 0x1f1e6)),
		);
	return [...char.normalize("NFKD").replace(/\p{M}/gu, "")]
		.map((part) => {
			if (/^[\0-\x7f]$/.test(part)) return part;
			const same = (LOOKALIKES[part] ?? "").replace(/\p{M}/gu, "");
			if (/^[!-~]$/.test(same)) return same === "l" && /\p{Lu}/u.test(part) ? "I" : same;
			return DIGITS.get(part) ?? part;
		})
		.join("")
		.normalize("NFC");
}

const WORD = "[A-Za-z0-9+]";
/** A separator and one character or number word that stands alone, for runs kept apart by blanks and by punctuation. */
const NUMBER_WORD = "[A-Za-z]{2,7}(?![A-Za-z0-9])";
const ALONE = "[A-Za-z0-9](?![A-Za-z0-9])";
const AFTER_BLANK = `(?![ \\t\\n])(${ALONE}|${NUMBER_WORD}|[!-/:-@[-\`{-~](?=[ \\t\\n]|$))`;
/** A comma between two groups of a run that has begun. */
const GROUP_STEP = new RegExp(`^([,;][ \\t\\n]{1,3})${AFTER_BLANK}`);
const STEPS = [
	new RegExp(`^([ \\t\\n]{1,4})${AFTER_BLANK}`),
	new RegExp(`^([-.,/_|:;~*][-.,/_|:;~* \\t]{0,3})(?![-.,/_|:;~* \\t])(${ALONE}|${NUMBER_WORD})`),
] as const;

interface Step {
	readonly gap: string;
	readonly length: number;
	readonly text: string;
}

/** The separator and the unit of one step of a run; undefined where there is none. `same`: what the separator must be. */
function step(source: string, expression: RegExp, same?: string): Step | undefined {
	const [all, gap = "", unit = ""] = expression.exec(source) ?? [];
	if (all === undefined || (unit.length > 1 && digitOf(unit) === undefined)) return undefined;
	if (expression === STEPS[1] && same !== undefined && gap !== same) return undefined;
	return { gap, length: all.length, text: digitOf(unit) ?? unit };
}

/** All steps of a run behind its first unit; none when it is too short. */
function runOf(source: string): Step[] {
	for (const [i, expression] of STEPS.entries()) {
		const steps: Step[] = [];
		let at = 0;
		const after = (rest: string): Step | undefined =>
			step(rest, expression, steps[0]?.gap) ?? (i === 0 && steps.length >= 2 ? step(rest, GROUP_STEP) : undefined);
		for (let next = after(source); next !== undefined; next = after(source.slice(at))) {
			steps.push(next);
			at += next.length;
		}
		if (steps.length >= (i === 0 ? 2 : 4)) return steps;
	}
	return [];
}

const VANISHING: readonly RegExp[] = [
	/^[*`~]{1,3}(?=[^\s*`~])/,
	/^<\/?[A-Za-z!][^<>\n]{0,64}>/,
	/^["'`][ \t]{0,2}(?:\\?\r?\n|\|\||\.\.|[+.&~|])?[ \t\r\n]{0,16}(?:[+.&~|][ \t]{0,2})?["'`]/,
	/^\\\r?\n/,
	/^\r\n[ \t](?=[A-Za-z0-9])/,
];

/** Between two groups of digits; the first ends `word`. */
function gapAt(rest: string, word: string): string | undefined {
	if (!/.[0-9+]$/.test(word)) return undefined;
	const gap =
		/^(?: ?[-/_|;,+]{1,2} ?|[ \t]{1,3})(?=[0-9])/.exec(rest)?.[0] ?? (word.length >= 4 ? /^\.(?=[0-9])/.exec(rest)?.[0] : undefined);
	return gap === " " || gap === "-" ? undefined : gap;
}

/** What vanishes behind something that can be seen. */
function markAt(rest: string, written: string): string {
	if (!/[^\s*`~<"'\\\x7f]$/.test(written) || (/^[\r\n]/.test(rest) && !/[A-Za-z0-9+]$/.test(written))) return "";
	return VANISHING.map((expression) => expression.exec(rest)?.[0] ?? "").find((found) => found !== "") ?? "";
}

function compact(text: readonly Char[]): Char[] {
	const out: Char[] = [];
	// One ASCII character for each of the text.
	const source = text.map(({ char }) => (char < "\x80" ? char : "\x7f")).join("");
	let written = "";
	let at = 0;
	const write = (length: number, char: string): void => {
		if (char !== "") out.push({ char, from: (text[at] as Char).from, to: (text[at + length - 1] as Char).to });
		written += char < "\x80" ? char : "\x7f";
		at += length;
	};
	const join = (steps: readonly Step[]): void => {
		for (const { gap, length, text: unit } of steps) {
			write(gap.length, gap.length > (steps[0]?.gap.length ?? 0) ? " " : "");
			write(length - gap.length, unit);
		}
	};
	while (at < text.length) {
		const rest = source.slice(at);
		const word = new RegExp(`^${NUMBER_WORD}`).exec(rest)?.[0] ?? "";
		const isStart = !new RegExp(`${WORD}$`).test(written);
		const afterWord = isStart && digitOf(word) !== undefined ? runOf(rest.slice(word.length)) : [];
		const afterOne = new RegExp(`(?:^|[^A-Za-z0-9+])${WORD}$`).test(written) ? runOf(rest) : [];
		const gap = gapAt(rest, /[A-Za-z0-9+]*$/.exec(written)?.[0] ?? "");
		const mark = markAt(rest, written);
		if (afterWord.length > 0) {
			write(word.length, digitOf(word) as string);
			join(afterWord);
		} else if (afterOne.length > 0) join(afterOne);
		else if (gap !== undefined) write(gap.length, "-");
		else if (mark !== "") write(mark.length, "");
		else write(1, text[at]?.char as string);
	}
	return out;
}

/** Whether a member's name begins here. */
const isName = (rest: string, before: string): boolean => !/:\s*$/.test(before) && /^"[^"\n]{0,40}"\s{0,16}:/.test(rest);

/** The text from the end of one string of JSON to the beginning of the next; undefined where none follows. */
function seamAt(source: string): string | undefined {
	if (!/^"\s*[,}\]]/.test(source)) return undefined;
	let at = 1;
	while (at < 200) {
		const rest = source.slice(at);
		if (isName(rest, source.slice(0, at))) at += rest.indexOf(":", rest.indexOf('"', 1)) + 1;
		else if (rest[0] === '"') return source.slice(0, at + 1);
		else if (/^[\s,:{}[\]\-+.\w]/.test(rest)) at++;
		else return undefined;
	}
	return undefined;
}

function fields(text: readonly Char[], joins: (seam: number) => boolean): Char[] {
	const source = text.map(({ char }) => (char < "\x80" ? char : "\x7f")).join("");
	const out: Char[] = [];
	let seams = 0;
	for (let at = 0; at < text.length; ) {
		const seam = seamAt(source.slice(at));
		if (seam === undefined || !joins(seams++)) out.push(...text.slice(at, at + (seam?.length ?? 1)));
		at += seam?.length ?? 1;
	}
	return out;
}
