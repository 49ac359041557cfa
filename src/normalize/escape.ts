import { decodeHTMLStrict } from "entities";

/** What the undecided bytes say: not complete, no escape, or `length` bytes that stand for `text`. */
export type EscapeReading = "more" | "none" | { readonly length: number; readonly text: string };

/** Bytes an escape can begin with: & (HTML), % (URL), \ (code, JSON), ESC (terminal). */
export const ESCAPE_STARTS: readonly number[] = [0x26, 0x25, 0x5c, 0x1b];

const ENTITY = /^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});/;
const ENTITY_HEAD = /^&(?:#(?:[0-9]{0,7}|[xX][0-9a-fA-F]{0,6})|[A-Za-z][A-Za-z0-9]{0,31})?$/;
/** Browsers take a numeric reference without its semicolon, and so do models. */
const OPEN_ENTITY = /^&#(?:[0-9]{1,7}(?![0-9])|[xX][0-9a-fA-F]{1,6}(?![0-9a-fA-F]))/;
/** ECMA-48 control sequences and operating system commands; an ESC that begins neither is left out alone. */
const [ESC, BEL] = ["\\x1b", "\\x07"];
const TERMINAL = new RegExp(`^${ESC}(?:\\[[0-?]{0,16}[ -/]{0,4}[@-~]|\\][^${BEL}${ESC}\\n]{0,128}(?:${BEL}|${ESC}\\\\))`);
const TERMINAL_HEAD = new RegExp(`^${ESC}(?:\\[[0-?]{0,16}[ -/]{0,4}|\\][^${BEL}${ESC}\\n]{0,128}${ESC}?)?$`);
const UNICODE_ESCAPE = /^\\(?:u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}|u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?)/;
const UNICODE_HEAD = /^\\(?:u(?:\{[0-9a-fA-F]{0,6}|[0-9a-fA-F]{0,3})|U[0-9a-fA-F]{0,7})?$/;
const HIGH_SURROGATE = /^\\u[dD][89abAB][0-9a-fA-F]{2}/;
const LOW_HEAD = /^\\u[0-9a-fA-F]{4}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]{0,1})?)?)?)?$/;
/** What Markdown, Telegram, calendars and LaTeX write with a backslash within a word; between digits LaTeX has thin blanks (`\\,`). */
const MARKED: readonly (readonly [string, string])[] = [..."_-.,;@+=#$%~*:"].map((char) => [char, char]);
const LETTER_ESCAPES: Readonly<Record<string, string>> = {
	...Object.fromEntries(MARKED),
	n: "\n",
	r: "\r",
	t: "\t",
	'"': '"',
	"'": "'",
	"`": "`",
	"/": "/",
	"\\": "\\",
};

/** Escapes of single bytes, which may spell the UTF-8 of one character together: `%EF%BC%94`, `\xef\xbc\x94`, `\357…`. */
const BYTE_ESCAPES = [
	{ one: /^%([0-9a-fA-F]{2})/, head: /^%[0-9a-fA-F]?$/, radix: 16 },
	{ one: /^\\x([0-9a-fA-F]{2})/, head: /^\\(?:x[0-9a-fA-F]?)?$/, radix: 16 },
	{ one: /^\\([0-3][0-7]{2})/, head: /^\\(?:[0-3][0-7]?)?$/, radix: 8 },
] as const;

/** Reads one escape at the beginning of `source` (one character for each byte). `isEnd`: nothing follows it. */
export function readEscape(source: string, isEnd: boolean): EscapeReading {
	const reading = source[0] === "&" ? readEntity(source, isEnd) : source[0] === "\x1b" ? readTerminal(source, isEnd) : readCode(source);
	return reading === "more" && isEnd ? "none" : reading;
}

function readEntity(source: string, isEnd: boolean): EscapeReading {
	const isOpen = !isEnd && ENTITY_HEAD.test(source);
	const whole = ENTITY.exec(source)?.[0] ?? (isOpen ? undefined : OPEN_ENTITY.exec(source)?.[0]);
	if (whole === undefined) return isOpen ? "more" : "none";
	const closed = whole.endsWith(";") ? whole : `${whole};`;
	const text = decodeHTMLStrict(closed);
	return text === closed ? "none" : { length: whole.length, text };
}

function readTerminal(source: string, isEnd: boolean): EscapeReading {
	const whole = TERMINAL.exec(source)?.[0];
	if (whole === undefined && !isEnd && TERMINAL_HEAD.test(source)) return "more";
	return { length: whole?.length ?? 1, text: "" };
}

function readCode(source: string): EscapeReading {
	const unicode = UNICODE_ESCAPE.exec(source)?.[0];
	if (unicode !== undefined) return readUnicode(source, unicode);
	if (UNICODE_HEAD.test(source) && source[0] === "\\") return "more";
	const bytes = BYTE_ESCAPES.map((form) => readBytes(source, form)).find((reading) => reading !== "none");
	if (bytes !== undefined) return bytes;
	const text = source[0] === "\\" ? LETTER_ESCAPES[source[1] ?? ""] : undefined;
	return text === undefined ? "none" : { length: 2, text };
}

function readUnicode(source: string, escape: string): EscapeReading {
	if (HIGH_SURROGATE.test(escape) && escape.length === 6 && LOW_HEAD.test(source)) return "more";
	const pair = HIGH_SURROGATE.test(escape) ? escape : escape[2] === "{" || escape[1] === "U" ? escape : escape.slice(0, 6);
	const units = [...pair.matchAll(/[0-9a-fA-F]{4,8}|(?<=\{)[0-9a-fA-F]+/g)].map(([hex]) => Number.parseInt(hex, 16));
	const text = units.map((unit) => (unit > 0x10ffff ? "\ufffd" : String.fromCodePoint(unit))).join("");
	// A lone surrogate is no character.
	return { length: pair.length, text: Buffer.from(text).toString() };
}

function readBytes(source: string, { one, head, radix }: (typeof BYTE_ESCAPES)[number]): EscapeReading {
	const bytes: number[] = [];
	let length = 0;
	for (let wanted = 1; bytes.length < wanted; ) {
		const rest = source.slice(length);
		const match = one.exec(rest);
		if (match === null) return rest === "" || head.test(rest) ? "more" : "none";
		bytes.push(Number.parseInt(match[1] as string, radix));
		length += match[0].length;
		wanted = utf8Length(bytes[0] as number);
	}
	const text = Buffer.from(bytes).toString("utf8");
	return text.includes("\ufffd") ? "none" : { length, text };
}

/** Bytes of the character that begins with this byte; 1 where none does. */
export function utf8Length(lead: number): number {
	if (lead < 0xc2 || lead > 0xf4) return 1;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
