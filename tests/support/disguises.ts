/** A way to write a text so that a program does not see it and a reader does. Deterministic. */
export interface Disguise {
	readonly name: string;
	readonly apply: (text: string) => string;
	/** Whether it changes or keeps this kind of text readable; default: all kinds. */
	readonly suits?: (text: string) => boolean;
}

const each = (text: string, write: (char: string, index: number) => string): string => [...text].map(write).join("");
const code = (char: string): number => char.codePointAt(0) as number;
const hex = (char: string, width: number): string => code(char).toString(16).padStart(width, "0");
const between = (mark: string) => (text: string) => [...text].join(mark);
const shift = (text: string, from: RegExp, offset: number): string =>
	each(text, (char) => (from.test(char) ? String.fromCodePoint(code(char) + offset) : char));
const digits = (zero: number) => (text: string) =>
	each(text, (char) => (/\d/.test(char) ? String.fromCodePoint(zero + Number(char)) : char));
const hasDigit = (text: string): boolean => /\d/.test(text);
const CYRILLIC: Readonly<Record<string, string>> = {
	A: "А",
	B: "В",
	C: "С",
	E: "Е",
	H: "Н",
	I: "І",
	J: "Ј",
	K: "К",
	M: "М",
	O: "О",
	P: "Р",
	S: "Ѕ",
	T: "Т",
	X: "Х",
	a: "а",
	c: "с",
	e: "е",
	i: "і",
	j: "ј",
	o: "о",
	p: "р",
	s: "ѕ",
	x: "х",
	y: "у",
};

/** Read by the view `folded`. */
export const FOLDED_DISGUISES: readonly Disguise[] = [
	{ name: "zero-width spaces", apply: between("\u200b") },
	{ name: "zero-width joiners", apply: between("\u200d") },
	{ name: "word joiners", apply: between("\u2060") },
	{ name: "invisible operators", apply: between("\u2063") },
	{ name: "soft hyphens", apply: between("\u00ad") },
	{ name: "byte order marks", apply: between("\ufeff") },
	{ name: "Hangul fillers", apply: between("\u3164") },
	{ name: "combining grapheme joiners", apply: between("\u034f") },
	{ name: "replacement characters", apply: between("\ufffd") },
	{ name: "object replacement characters", apply: between("\ufffc") },
	{ name: "characters of private use", apply: between("\ue000") },
	{ name: "noncharacters", apply: between("\u{1fffe}") },
	{ name: "bidi marks", apply: (text) => `\u202d${[...text].join("\u200e")}\u202c` },
	{ name: "tag characters between", apply: between("\u{e0041}") },
	{ name: "variation selectors between", apply: between("\ufe0f") },
	{ name: "control characters", apply: between("\u0001") },
	{ name: "terminal colours", apply: between("\u001b[1;31m") },
	{ name: "full-width forms", apply: (text) => shift(text, /[!-~]/, 0xfee0) },
	{ name: "mathematical bold", apply: (text) => shift(shift(shift(text, /[A-Z]/, 0x1d3bf), /[a-z]/, 0x1d3b9), /[0-9]/, 0x1d79e) },
	{
		name: "circled letters",
		apply: (text) => shift(shift(text, /[A-Z]/, 0x2475), /[a-z]/, 0x246f),
		suits: (text) => /[A-Za-z]/.test(text),
	},
	{ name: "squared letters", apply: (text) => shift(text, /[A-Z]/, 0x1f12f), suits: (text) => /[A-Z]/.test(text) },
	{ name: "Cyrillic look-alikes", apply: (text) => each(text, (char) => CYRILLIC[char] ?? char), suits: (text) => /[A-Za-z]/.test(text) },
	{ name: "Arabic-Indic digits", apply: digits(0x660), suits: hasDigit },
	{ name: "Devanagari digits", apply: digits(0x966), suits: hasDigit },
	{ name: "Thai digits", apply: digits(0xe50), suits: hasDigit },
	{ name: "N'Ko digits", apply: digits(0x7c0), suits: hasDigit },
	{
		name: "superscript digits",
		apply: (text) => each(text, (char) => (/\d/.test(char) ? ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(char)] as string) : char)),
		suits: hasDigit,
	},
	{ name: "keycaps", apply: (text) => each(text, (char) => (/\d/.test(char) ? `${char}\ufe0f\u20e3` : char)), suits: hasDigit },
	{ name: "underlined", apply: (text) => each(text, (char) => `${char}\u0332`) },
	{ name: "accents", apply: (text) => each(text, (char) => (/[A-Za-z0-9]/.test(char) ? `${char}\u0301` : char)) },
	{ name: "wide blanks", apply: (text) => text.replaceAll(" ", "\u2003"), suits: (text) => text.includes(" ") },
	{ name: "no-break hyphens", apply: (text) => text.replaceAll("-", "\u2011"), suits: (text) => text.includes("-") },
	{ name: "decimal entities", apply: (text) => each(text, (char) => `&#${code(char)};`) },
	{ name: "hexadecimal entities", apply: (text) => each(text, (char) => `&#x${hex(char, 2)};`) },
	{ name: "backslashes of Markdown", apply: (text) => text.replaceAll(/[_.@+=-]/g, "\\$&"), suits: (text) => /[_.@+=-]/.test(text) },
	{ name: "percent encoding", apply: (text) => each(text, (char) => `%${hex(char, 2)}`) },
	{ name: "double percent encoding", apply: (text) => each(text, (char) => `%25${hex(char, 2)}`) },
	{ name: "Unicode escapes", apply: (text) => each(text, (char) => `\\u${hex(char, 4)}`) },
	{ name: "braced Unicode escapes", apply: (text) => each(text, (char) => `\\u{${hex(char, 1)}}`) },
	{ name: "long Unicode escapes", apply: (text) => each(text, (char) => `\\U${hex(char, 8)}`) },
	{ name: "byte escapes", apply: (text) => each(text, (char) => `\\x${hex(char, 2)}`) },
	{ name: "octal escapes", apply: (text) => each(text, (char) => `\\${code(char).toString(8).padStart(3, "0")}`) },
	{ name: "escapes of escapes", apply: (text) => each(text, (char) => `&#92;u${hex(char, 4)}`) },
	{ name: "escapes of full-width forms", apply: (text) => each(shift(text, /[!-~]/, 0xfee0), (char) => `\\u${hex(char, 4)}`) },
	{ name: "percent-encoded full-width forms", apply: (text) => encodeURIComponent(shift(text, /[!-~]/, 0xfee0)) },
];

const isUnbroken = (text: string): boolean => !/\s/.test(text);
/** Begins with a letter or digit, and no character of it is a quote, a bracket or escaped. */
const isQuotable = (text: string): boolean => /^[A-Za-z0-9+][^"'\\(){}[\]\n]{4,}$/.test(text);
const spelled = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** Behind the first character those whose code ends with a letter, as `=3D` does. */
const QUOTED = /(?<=.)[*-/:-?J-OZ-_j-oz-~]/g;
const quotedPrintable = (char: string): string => `=${hex(char, 2).toUpperCase()}`;
/** RFC 2045: lines of 76 characters with the mark. */
const softBreaks = (text: string): string => text.replaceAll(/[^\n]{75}(?=[^\n])/g, "$&=\r\n");

/** Read by the view `compact`. */
export const COMPACT_DISGUISES: readonly Disguise[] = [
	{ name: "spaced out", apply: between(" "), suits: isUnbroken },
	{ name: "spaced out twice", apply: between("  "), suits: isUnbroken },
	{ name: "hyphenated", apply: between("-"), suits: (text) => /^[A-Za-z0-9]+$/.test(text) },
	{ name: "dotted", apply: between("."), suits: (text) => /^[A-Za-z0-9]+$/.test(text) },
	{ name: "comma-separated", apply: between(", "), suits: (text) => /^[A-Za-z0-9]+$/.test(text) },
	{ name: "spaced full-width forms", apply: (text) => [...shift(text, /[!-~]/, 0xfee0)].join("\u3000"), suits: isUnbroken },
	{
		name: "dotted groups",
		apply: (text) => text.replaceAll(/(?<=\d)[ -](?=\d)/g, "."),
		suits: (text) => /\d{4}[ -]\d/.test(text) && !text.startsWith("x"),
	},
	{ name: "slashed groups", apply: (text) => text.replaceAll(/(?<=\d)[ -](?=\d)/g, " / "), suits: (text) => /\d{2}[ -]\d/.test(text) },
	{
		name: "thin blanks of LaTeX",
		apply: (text) => text.replaceAll(/(?<=\d)[ -](?=\d)/g, "\\,"),
		suits: (text) => /\d{2}[ -]\d/.test(text),
	},
	{
		name: "number words",
		apply: (text) => [...text].map((char) => spelled[Number(char)] ?? char).join(" "),
		suits: (text) => /^\d+$/.test(text),
	},
	{
		name: "number words in groups",
		apply: (text) =>
			text.replaceAll(/\d{12,}/g, (run) =>
				(run.match(/\d{1,4}/g) ?? []).map((group) => [...group].map((char) => spelled[Number(char)]).join(" ")).join(", "),
			),
		suits: (text) => /^\d{12,}$/.test(text),
	},
	{ name: "bold characters", apply: (text) => [...text].join("**"), suits: isUnbroken },
	{ name: "code spans", apply: (text) => text.replace(/(?<=\w)(?=\w{4})/, "`"), suits: isUnbroken },
	{ name: "tags between", apply: between("<b></b>"), suits: isUnbroken },
	{ name: "HTML comments between", apply: between("<!-- -->"), suits: isUnbroken },
	{ name: "a list of characters", apply: (text) => JSON.stringify([...text]), suits: isQuotable },
	{ name: "a list of characters in lines", apply: (text) => JSON.stringify([...text], null, 4), suits: isQuotable },
	{
		name: "characters in single quotes",
		apply: (text) => `[${[...text].map((char) => `'${char}'`).join(", ")}].join('')`,
		suits: isQuotable,
	},
	{ name: "groups of LaTeX", apply: (text) => [...text].map((char) => `{${char}}`).join(""), suits: isQuotable },
	{ name: "characters in parentheses", apply: (text) => [...text].map((char) => `(${char})`).join(" "), suits: isQuotable },
	{ name: "added literals", apply: (text) => `"${halves(text).join('" + "')}"`, suits: isUnbroken },
	{ name: "adjacent literals", apply: (text) => `"${halves(text).join('" "')}"`, suits: isUnbroken },
	{ name: "dotted literals", apply: (text) => `'${halves(text).join("' . '")}'`, suits: isUnbroken },
	{ name: "folded lines", apply: (text) => text.replaceAll(/[A-Za-z0-9]{4}(?=[A-Za-z0-9])/g, "$&\r\n "), suits: isUnbroken },
	{
		name: "quoted-printable",
		apply: (text) => text.replaceAll(QUOTED, quotedPrintable),
		suits: (text) => /^[!-~]{8,}$/.test(text) && text.search(QUOTED) >= 0,
	},
	{
		name: "soft line breaks",
		apply: (text) =>
			softBreaks(`\n${"Here it is, as it was asked for some time ago, at ".padEnd(76 - (text.length >> 1), ".").slice(0, 68)} ${text}`),
		suits: isUnbroken,
	},
	{ name: "literals over two lines", apply: (text) => `"${halves(text).join('" \\\n    "')}"`, suits: isUnbroken },
];

const encode = (encoding: "base64" | "base64url" | "hex") => (text: string) => Buffer.from(text).toString(encoding);
const wide = (encoding: "base64" | "hex") => (text: string) => Buffer.from(text, "utf16le").toString(encoding);
const inSentence = (apply: (text: string) => string) => (text: string) =>
	apply(`Here it is, as it was asked for some time ago: ${text} - enjoy`);
const isLong = (least: number) => (text: string) => text.length >= least;

/** Read by no view: found only where a recognizer has a pattern for it, since what they say cannot be told from ordinary text before its end. */
export const MISSED_DISGUISES: readonly Disguise[] = [
	{ name: "reversed", apply: (text) => [...text].reverse().join("") },
	{
		name: "ROT13",
		apply: (text) =>
			each(text, (char) => (/[a-z]/i.test(char) ? String.fromCharCode(code(char) + (/[a-m]/i.test(char) ? 13 : -13)) : char)),
		suits: (text) => /[A-Za-z]/.test(text),
	},
];

const selector = (char: string): string => String.fromCodePoint(code(char) < 16 ? 0xfe00 + code(char) : 0xe00f0 + code(char));

/** RFC 4648. */
function base32(text: string): string {
	const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
	return (bits.match(/.{1,5}/g) ?? []).map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}

/** Read by the view `decoded`. Shorter codes are not looked at. */
export const DECODED_DISGUISES: readonly Disguise[] = [
	{ name: "base64", apply: encode("base64"), suits: isLong(10) },
	{ name: "base64 for URLs", apply: encode("base64url"), suits: isLong(12) },
	{ name: "base64 of a sentence", apply: (text) => encode("base64")(`Here it is: ${text} - enjoy`) },
	{ name: "hexadecimal", apply: encode("hex"), suits: isLong(8) },
	{ name: "upper-case hexadecimal", apply: (text) => encode("hex")(text).toUpperCase(), suits: isLong(8) },
	{ name: "base32", apply: base32, suits: isLong(10) },
	{ name: "PowerShell's encoded command", apply: inSentence(wide("base64")), suits: isLong(8) },
	{ name: "hexadecimal of UTF-16", apply: wide("hex"), suits: isLong(8) },
	{ name: "hexadecimal of UTF-16, high bytes first", apply: (text) => each(text, (char) => hex(char, 4)), suits: isLong(8) },
	...(
		[
			["base64 in lines", encode("base64"), 24, "\n"],
			["base64 in lines of 50 characters", inSentence(encode("base64")), 50, "\r\n"],
			["base64 in lines of a patch", (text: string) => `+${encode("base64")(text)}`, 25, "\n+"],
			["base64 in quoted lines", inSentence(encode("base64")), 64, "\n> > "],
			["base64 in literals", encode("base64"), 20, '" +\n    "'],
			["base64 in lines that are escaped twice", inSentence(encode("base64url")), 76, "\\\\r\\\\n"],
			["base64 with soft line breaks", encode("base64"), 17, "=\n"],
			["hexadecimal in lines", encode("hex"), 22, "\n  "],
			["base32 in lines", base32, 21, "\n"],
		] as const
	).map(
		([name, apply, width, seam]): Disguise => ({
			name,
			apply: (text) => apply(text).replaceAll(new RegExp(`.{${width}}(?=.)`, "g"), `$&${seam}`),
			suits: isLong(12),
		}),
	),
	{ name: "base64 of an accented sentence", apply: (text) => encode("base64")(`Schlüssel für 東京: ${text}`) },
	{ name: "base64 in a path", apply: (text) => `https://h.example/v1/${encode("base64url")(text)}`, suits: isLong(12) },
	{ name: "base64 with zero-width spaces", apply: (text) => between("\u200b")(encode("base64")(text)), suits: isLong(12) },
	{ name: "tag characters", apply: (text) => `x${shift(text, /[ -~]/, 0xe0000)}`, suits: (text) => /^[ -~]{8,}$/.test(text) },
	{ name: "bytes in variation selectors", apply: (text) => `😀${each(text, selector)}`, suits: isLong(8) },
	...(
		[
			["decimal codes", 10, "", ", "],
			["decimal codes with blanks", 10, "", " "],
			["hexadecimal codes", 16, "0x", ", "],
			["pairs of hexadecimal digits", 16, "", " "],
			["binary codes", 2, "0", " "],
			["octal codes", 8, "0", " "],
			["code points", 16, "U+00", " "],
		] as const
	).map(
		([name, base, before, gap]): Disguise => ({
			name,
			apply: (text) => [...text].map((char) => before + code(char).toString(base).padStart(2, "0")).join(gap),
			suits: (text) => /^[ -~]{8,}$/.test(text),
		}),
	),
	{
		name: "a Uint8Array as JSON",
		apply: (text) => JSON.stringify(Uint8Array.from(Buffer.from(text))),
		suits: (text) => /^[ -~]{8,}$/.test(text),
	},
	{
		name: "codes over lines",
		apply: (text) => `[\n  ${[...text].map((char) => code(char)).join(",\n  ")}\n]`,
		suits: (text) => /^[ -~]{8,}$/.test(text),
	},
	{
		name: "calls of chr",
		apply: (text) => [...text].map((char) => `chr(${code(char)})`).join(" + "),
		suits: (text) => /^[ -~]{8,}$/.test(text),
	},
	{ name: "dump by xxd", apply: (text) => `\n${dumpOf(text, ": ", 2, " ")}`, suits: isLong(8) },
	{ name: "dump by hexdump", apply: (text) => `\n> ${dumpOf(text, "  ", 1, "|").replaceAll("\n", "\n> ")}`, suits: isLong(8) },
	{ name: "base64 of percent encoding", apply: (text) => encode("base64")(each(text, (char) => `%${hex(char, 2)}`)), suits: isLong(4) },
];

/** Rows of 16 bytes in groups, each with what it spells behind it. */
function dumpOf(text: string, behindOffset: string, group: number, edge: string): string {
	const bytes = Buffer.from(`It is: ${text}`);
	const rows = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => bytes.subarray(row * 16, row * 16 + 16));
	const line = (row: Buffer, i: number): string => {
		const groups = (row.toString("hex").match(new RegExp(`.{1,${group * 2}}`, "g")) ?? []).join(" ");
		const digits = group === 1 ? groups.replace(/^(.{23}) (?=.)/, "$1  ") : groups;
		const offset = (i * 16).toString(16).padStart(8, "0");
		return `${offset}${behindOffset}${digits}  ${edge}${row.toString("latin1").replaceAll(/[^ -~]/g, ".")}${edge}`;
	};
	return rows.map(line).join("\n");
}

function halves(text: string): string[] {
	const middle = Math.floor(text.length / 2);
	return [text.slice(0, middle), text.slice(middle)];
}
