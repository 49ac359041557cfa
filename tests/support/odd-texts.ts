import { gzipSync } from "node:zlib";
import { type Next, pick } from "./random.ts";

const FINDABLE = [
	"4111 1111 1111 1111",
	"4532015112830366",
	"jane.roe@acme-corp.com",
	["AKIA", "IOSFODNN7", "EXAMPLQ"].join(""),
	["ghp", "_16C7e42F292c6912E7710c838347Ae178B4a"].join(""),
	"457-55-5462",
	"DE89370400440532013000",
	["sk-proj", "-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"].join(""),
	"+49 30 901820",
	"password=Tr0ub4dor&3xyz",
	["-----BEGIN RSA", "PRIVATE KEY-----"].join(" "),
];
const PROSE = ["The quick brown fox ", "said: ", "is ", "\n\n", " ", "key: ", "card ", "number ", "| a | b |\n|---|---|\n", "12 "];
/** What begins or ends something, and here mostly does not. */
const MARKS = ["`", "```js\n", '{"', '":"', '"}', "\\", '"', "'", "<b>", "<!--", "-->", "<", "&", "&#", "%", "\\u", "\\x", "=?", "?="];
const GAPS = ["\u200b", " ", "-", ".", "\u00ad", "\u202e", "**", "<b></b>", "\ufe0f", "\n", "_", "\u0301", "\u2063"];
const ENCLOSURES = ['""', "''", "{}", "()", "[]"];
const BREAKS = ["\n", "\r\n", "\\n", "\n> ", "\n+ ", " ", "=\r\n"];
/** Beyond Unicode, half of a pair, invisible, a look-alike, ordinary; beyond 32 and 53 bits. */
const CODES = [
	0x110000, 0x10ffff, 0xd800, 0xdfff, 0, 0x7f, 0x80, 0x200b, 0xfeff, 0xfffd, 0xe0041, 0xfe0f, 0xe0100, 0x1f600, 65, 0x430, 0xff21,
];
const LARGE_CODES = [99_999_999_999, 2 ** 31, 2 ** 53];
/** Beyond Unicode, half of a pair, overlong, five bytes, UTF-16, edges of Unicode. */
const BROKEN = [
	[0xf4, 0x90, 0x80, 0x80],
	[0xed, 0xa0, 0x80],
	[0xc0, 0x80],
	[0xf8, 0x88, 0x80, 0x80, 0x80],
	[0xff, 0xfe, 0x41, 0],
	[0xf4, 0x8f, 0xbf, 0xbf, 0xef, 0xbf, 0xbd, 0xef, 0xbb, 0xbf],
];
const NUMBER_WORDS = [
	"one",
	"two",
	"four",
	"five hundred",
	"double",
	"triple",
	"million",
	"oh",
	"zero",
	"neuf",
	"zwei",
	"thirty",
	"-",
	"and",
];
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Prose, findings in disguise, and codes that are broken, cut off, nested in each other or spell no text. */
export function oddText(next: Next): string {
	const int = (end: number): number => Math.floor(next() * end);
	const some = <T>(most: number, make: () => T): T[] => Array.from({ length: 1 + int(most) }, make);
	const of = <T>(list: readonly T[]): T => pick(list, next);
	const findable = (): string => of(FINDABLE);
	const code = (): number => of([() => of(CODES), () => of(LARGE_CODES), () => int(0x110000), () => int(128)])();
	const character = (): string => {
		const value = code();
		return value <= 0x10ffff ? String.fromCodePoint(value) : String.fromCharCode(value & 0xffff);
	};
	const run = (): Buffer =>
		of([
			() => Buffer.from(of(BROKEN)),
			() => Buffer.from(some(20, () => int(256))),
			() => Buffer.from(some(20, () => 0x80 + int(128))),
			() => Buffer.alloc(int(20)),
			() => Buffer.from(findable()),
			() => Buffer.from(findable(), "utf16le"),
			() => gzipSync(findable()),
			() => Buffer.from("x".repeat(int(40)) + findable()),
		])();
	const bytes = (): Buffer => Buffer.concat(some(2, run));
	const escaped = (mark: string, radix: number, width: number): string =>
		[...bytes()].map((byte) => mark + byte.toString(radix).padStart(width, "0")).join("");
	const broken = (text: string): string => text.replaceAll(new RegExp(`.{${of([2, 4, 16, 64, 76])}}`, "g"), `$&${of(BREAKS)}`);
	const written: readonly (() => string)[] = [
		() => of(PROSE),
		() => of(MARKS),
		findable,
		() => findable().split("").join(of(GAPS)),
		() => {
			const [open = "", close = ""] = of(ENCLOSURES);
			return `[${[...findable()].map((char) => open + char + close).join(of(["", " ", ", ", ",\n  "]))}]`;
		},
		() => findable().split("").reverse().join(""),
		() => `"${halves(findable()).join(of(['" + "', '", "', '" "']))}"`,
		() => [int(10_000), findable(), int(10_000)].join(of([" ", " - ", ""])),
		() => of(["<!--", '<a href="', "data:text/plain,"]) + findable(),
	];
	const coded: readonly (() => string)[] = [
		() => findable().replaceAll(/[ -~]/g, (char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))),
		() => [...bytes()].map((byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)).join(""),
		() => of([bytes().toString("base64"), bytes().toString("base64url"), bytes().toString("hex"), base32(bytes())]),
		() => broken(of([bytes().toString("base64"), bytes().toString("hex")])),
		() =>
			of([
				escaped("\\x", 16, 2),
				escaped("%", 16, 2),
				escaped("=", 16, 2).toUpperCase(),
				escaped("\\", 8, 1),
				escaped(of(["", " "]), 2, 8),
			]),
		() => `=?${of(["utf-8", "iso-8859-1", "x-unknown", ""])}?${of(["B", "Q", "b", "q", "X"])}?${bytes().toString("base64")}?=`,
		() => `${of(["\\u{", "\\u", "\\U000", "&#x"])}${code().toString(16)}${of(["}", "", ";"])}`,
		() => `&${of(["#", ""])}${of([code(), "amp", "nbsp", "zwj", "NotEqualTilde", "xx"])}${of([";", ""])}`,
		() => {
			const [open, close] = of([
				["[", "]"],
				["String.fromCharCode(", ")"],
				["bytes([", "])"],
				['{"0":', "}"],
				["", ""],
			]) as [string, string];
			return open + some(30, () => of([code(), int(256), 65 + int(26), -1, 1e308, 0.5])).join(of([",", ", ", " ", ";", "\n"])) + close;
		},
		() => JSON.stringify(of([{ ...bytes() }, { type: "Buffer", data: [...bytes()] }])),
		() => JSON.stringify(JSON.stringify(JSON.stringify({ a: bytes().toString("latin1"), b: findable() }))),
		() => some(8, character).join(""),
		() => some(20, () => of(NUMBER_WORDS)).join(" "),
		() => of(["9", ".- /", "e\u0301", "a\u0300\u0301\u0302\u0303", "\u0000\u0001\u001b[31m\u009b"]).repeat(int(30)),
		() =>
			`${int(99_999).toString(16).padStart(8, "0")}: ${bytes().toString("hex").replaceAll(/..../g, "$& ")} |${bytes().toString("latin1")}|\n`,
	];
	return some(4, () => of(of([written, coded]))()).join(of(["", "", " ", "\n"]));
}

const halves = (text: string): string[] => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)];

/** RFC 4648, with a padding that need not be right. */
function base32(bytes: Buffer): string {
	const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
	return `${bits.replaceAll(/.{5}/g, (five) => BASE32[Number.parseInt(five, 2)] as string).replaceAll(/[01]+$/g, "")}==`;
}
