import { createRequire } from "node:module";
import { decodeHTMLStrict } from "entities";
import type { IsTelling, Transducer } from "../../src/normalize/transducer.ts";
import type { View } from "../../src/normalize/views.ts";
import { columns, htmlColumns } from "./reference-columns.ts";
import { compact } from "./reference-compact.ts";
import { codes, decoded, dumped, hidden } from "./reference-decoding.ts";
import { rowLists } from "./reference-row-lists.ts";

/**
 * The oracle of the views: slow and obvious. Each takes the whole text and rewrites it with regular expressions that may
 * look as far ahead as they like; nothing is decided piece by piece, and no code is shared with `src/normalize` but the list of number words.
 */
export const REFERENCE_VIEWS: readonly View[] = [
	whole("folded", (text) => folded(folded(text))),
	whole("compact", (text) => compact(folded(folded(text)))),
	{ ...whole("decoded", (text) => decoded(folded(folded(text)), folded), true), isLed: true },
	{ ...whole("decoded", (text) => hidden(text, folded), true), isLed: true },
	{ ...whole("decoded", (text) => dumped(text, folded), true), isLed: true },
	{ ...whole("decoded", (text) => codes(folded(folded(text)), folded), true), isLed: true },
	whole("columns", columns, true),
	whole("columns", htmlColumns, true),
	whole("columns", rowLists, true),
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

function whole(name: View["name"], rewrite: (text: Char[], isTelling?: IsTelling) => Char[], isPartial = false): View {
	return {
		name,
		isPartial,
		open(sink, _states, isTelling) {
			const bytes: number[] = [];
			let first = Number.POSITIVE_INFINITY;
			const transducer: Transducer = {
				push(byte, from) {
					bytes.push(byte);
					first = Math.min(first, from);
				},
				finish() {
					for (const { char, from, to } of rewrite(charsOf(Buffer.from(bytes).toString("utf8")), isTelling))
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
	[/^\\([nrt"'`/\\_\-.,;@+=#$%~*:])/, ([, letter = ""]) => LETTERS[letter] ?? letter],
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
