import type { Char } from "./reference-views.ts";

type Rewrite = (text: readonly Char[]) => Char[];

/** Ends a decoded run. */
const END = "\0";
const UTF8 = {
	whole: "[ -~\\t\\n\\r]|[\\xc2-\\xdf][\\x80-\\xbf]|[\\xe0-\\xef][\\x80-\\xbf]{2}|[\\xf0-\\xf4][\\x80-\\xbf]{3}",
	head: "[\\xc2-\\xdf]|[\\xe0-\\xef][\\x80-\\xbf]?|[\\xf0-\\xf4][\\x80-\\xbf]{0,2}",
};
const UTF16LE = { whole: "[ -~\\t\\n\\r]\\0", head: "[ -~\\t\\n\\r]" };
const UTF16BE = { whole: "\\0[ -~\\t\\n\\r]", head: "\\0" };

interface Code {
	readonly bits: 4 | 5 | 6;
	readonly alphabet: string;
	/** A character of a text, and the beginning of one. */
	readonly text: typeof UTF8;
}

const HEX = "0123456789abcdef";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CODES: readonly Code[] = [
	...[UTF8, UTF16LE, UTF16BE].map((text) => ({ bits: 4 as const, alphabet: HEX, text })),
	{ bits: 5, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", text: UTF8 },
	...[UTF8, UTF16LE, UTF16BE].map((text) => ({ bits: 6 as const, alphabet: BASE64, text })),
];
const isText = ({ text: { whole, head } }: Code, bytes: string): boolean => new RegExp(`^(?:${whole})*(?:${head})?$`).test(bytes);

/** The bytes that the longest beginning of a run spells in a code, with the characters that each comes from. */
function spelled(run: readonly Char[], { bits, alphabet }: Code): Char[] {
	let written = "";
	for (const { char } of run) {
		const plain = bits === 4 ? char.toLowerCase() : bits === 6 ? char.replace("-", "+").replace("_", "/") : char;
		const value = alphabet.indexOf(plain);
		if (value < 0) break;
		written += value.toString(2).padStart(bits, "0");
	}
	return (written.match(/[01]{8}/g) ?? []).map((byte, i) => ({
		char: String.fromCharCode(Number.parseInt(byte, 2)),
		from: (run[Math.floor((i * 8) / bits)] as Char).from,
		to: (run[Math.ceil((i * 8 + 8) / bits) - 1] as Char).to,
	}));
}

/** Between two parts of a partial view. */
export const margin = (at: number): Char[] => [..."\n".repeat(63), END].map((char) => ({ char, from: at, to: at }));

/** What tag characters and variation selectors spell. */
export function hidden(text: readonly Char[], fold: Rewrite): Char[] {
	const out: Char[] = [];
	const source = text.map(({ char }) => spelledBy(char) ?? "");
	for (let at = 0; at < text.length; at++) {
		let end = at;
		while (source[end] !== undefined && source[end] !== "") end++;
		if (end - at >= 8) {
			const says = text.slice(at, end).map((char, i) => ({ ...char, char: source[at + i] as string }));
			out.push(...margin((text[at] as Char).from), ...fold(says), ...margin((text[end - 1] as Char).to));
		}
		at = Math.max(at, end);
	}
	return out;
}

/** A byte as a character, or nothing. */
function spelledBy(char: string): string | undefined {
	const [first = 0] = [...char].map((one) => one.codePointAt(0) as number);
	if (/[\u{e0020}-\u{e007e}]/u.test(char)) return String.fromCharCode(first % 0x100);
	if (/[\ufe00-\ufe0f]/.test(char)) return String.fromCharCode(first % 0x100);
	return /[\u{e0100}-\u{e01ef}]/u.test(char) ? String.fromCharCode((first % 0x100) + 16) : undefined;
}

const WRITINGS: readonly (readonly [form: RegExp, base: number])[] = [
	[/^([1-9][0-9]{1,2})$/, 10],
	[/^(?:0[xX]|00)?([0-9a-fA-F]{2})$/, 16],
	[/^(?:0[bB])?0?([01]{7})$/, 2],
	[/^(?:0[oO]?)?(1?[0-7]{2})$/, 8],
];
const GAP = /^[\0-/:-@[-`{-~]{1,20}(?:[uU]\+|[cC][hH][aA]?[rR]\()?$/;

function saidIn(code: string, [form, base]: (typeof WRITINGS)[number]): string | undefined {
	const says = String.fromCharCode(Number.parseInt(form.exec(code)?.[1] ?? "0", base));
	return /^[\n -~]$/.test(says) ? says : undefined;
}

/** What lists of character codes spell. */
export function codes(text: readonly Char[], fold: Rewrite): Char[] {
	const out: Char[] = [];
	const source = text.map(({ char }) => (char.length === 1 ? char : "\x7f")).join("");
	// The words that begin with a digit, and for each writing what the last of them spell in a row.
	const all = [...source.matchAll(/(?<![0-9A-Za-z])[0-9][0-9A-Za-z]*/g)];
	const isName = ({ 0: word, index }: RegExpExecArray): boolean =>
		/^\d{1,7}$/.test(word) && source.startsWith('":', index + word.length) && (word.length < 4 || source[index - 1] === '"');
	const words = all.filter((word) => !isName(word));
	/** What stands between two places, without the digits of names. */
	const between = (from: number, to: number): string => {
		let gap = source.slice(from, to);
		for (const { 0: word, index } of all.filter(({ index }) => index >= from && index < to).reverse())
			gap = gap.slice(0, index - from) + gap.slice(index - from + word.length);
		return gap;
	};
	let rows: Char[][] = WRITINGS.map(() => []);
	let open: { readonly writing: (typeof WRITINGS)[number]; readonly says: Char[]; end: number } | undefined;
	const end = (): void => {
		if (open !== undefined)
			out.push(
				...margin(open.says[0]?.from ?? 0),
				...fold(open.says),
				...margin(text[open.end]?.from ?? open.says[open.says.length - 1]?.to ?? 0),
			);
		open = undefined;
	};
	for (const [i, { 0: word, index }] of words.entries()) {
		const before = words[i - 1];
		const span = { from: (text[index] as Char).from, to: (text[index + word.length - 1] as Char).to };
		if (before === undefined || !GAP.test(between(before.index + before[0].length, index))) {
			end();
			rows = rows.map(() => []);
		}
		if (open !== undefined) {
			const says = saidIn(word, open.writing);
			if (says !== undefined) {
				open.says.push({ char: says, ...span });
				open.end = index + word.length;
				continue;
			}
			end();
		}
		rows = rows.map((row, writing) => {
			const says = saidIn(word, WRITINGS[writing] as (typeof WRITINGS)[number]);
			return says === undefined ? [] : [...row, { char: says, ...span }];
		});
		const wordy = rows.findIndex((row) => row.length === 8 && row.filter(({ char }) => /[0-9A-Za-z]/.test(char)).length >= 6);
		const found = wordy < 0 ? rows.findIndex((row) => row.length === 8) : wordy;
		if (found < 0) continue;
		open = { writing: WRITINGS[found] as (typeof WRITINGS)[number], says: rows[found] as Char[], end: index + word.length };
		rows = rows.map(() => []);
	}
	end();
	return out;
}

const latin1 = (bytes: readonly Char[]): string => bytes.map(({ char }) => char).join("");

/** Bytes of UTF-8 as characters; what is none stays apart from all that is. */
function charactersOf(bytes: readonly Char[]): Char[] {
	return [...latin1(bytes).matchAll(new RegExp(`${UTF8.whole}|[^]`, "g"))].map(({ 0: one, index }) => ({
		char: one.length > 1 ? Buffer.from(one, "latin1").toString() : one < "\x80" ? one : "\u5b57",
		from: (bytes[index] as Char).from,
		to: (bytes[index + one.length - 1] as Char).to,
	}));
}

interface Run {
	readonly code: Code;
	readonly digits: Char[];
	readonly end: number;
}

/** The code at `at`, with the lines that follow, and where it ends. */
function codeAt(text: readonly Char[], source: string, at: number): Run | undefined {
	const [head] = /^[A-Za-z0-9+/_-]{0,16}/.exec(source.slice(at)) as RegExpExecArray;
	const missing = 16 - head.length;
	const code = CODES.find(
		(one) =>
			missing <= { 4: 0, 5: 3, 6: 2 }[one.bits] &&
			source.startsWith("=".repeat(missing), at + head.length) &&
			digitsAt(one, head) === head.length &&
			isText(one, latin1(spelled(text.slice(at, at + head.length), one))),
	);
	if (code === undefined) return undefined;
	let digits = text.slice(at, at + digitsAt(code, source.slice(at)));
	let end = at + digits.length;
	for (let isLast = false; !isLast; ) {
		const seam = seamAt(text, source, { code, digits, end });
		if (seam === undefined) break;
		const length = digitsAt(code, source.slice(end + seam));
		isLast = length < 16;
		digits = [...digits, ...text.slice(end + seam, end + seam + length)];
		end += seam + length;
	}
	return { code, digits, end };
}

const digitsAt = ({ alphabet, bits }: Code, source: string): number =>
	(new RegExp(`^[${alphabet}${bits === 4 ? "A-F" : bits === 6 ? "_-" : ""}]*`).exec(source)?.[0] ?? "").length;

/** Characters between the end of a line and the next one of the same code. */
function seamAt(text: readonly Char[], source: string, { code, digits, end }: Run): number | undefined {
	const [gap] = /^[^0-9A-Za-z\x7f-\uffff]{0,40}/.exec(source.slice(end)) as RegExpExecArray;
	const before = spelled(digits, code);
	const isHalf = before.length % 2 === 1;
	const head =
		code.text === UTF8
			? (new RegExp(`(?:${UTF8.head})$`).exec(latin1(before))?.[0] ?? "")
			: isHalf
				? code.text === UTF16BE
					? "\0"
					: "x"
				: "";
	return [/[-+/_]*$/.exec(gap)?.index ?? 0, gap.length].find((seam) => {
		const [next] = /^[A-Za-z0-9+/_-]{0,16}/.exec(source.slice(end + seam)) as RegExpExecArray;
		const behind = source[end + seam + next.length] ?? '"';
		const says = spelled([...digits, ...text.slice(end + seam, end + seam + next.length)], code).slice(before.length);
		const isEnd = /[=\r\n"'`<\\)\]}]/.test(behind) || !(behind === ":" || /^[A-Z]?[a-z]*$/.test(next));
		const isLine = next.length === 16 || (isEnd && !/[,:;]/.test(gap));
		return /[\n"'`]/.test(gap) && next !== "" && isLine && digitsAt(code, next) === next.length && isText(code, head + latin1(says));
	});
}

export function decoded(text: readonly Char[], fold: Rewrite): Char[] {
	const out: Char[] = [];
	const source = text.map(({ char }) => (char.length === 1 ? char : "\uffff")).join("");
	for (let at = 0; at < text.length; at++) {
		const run = codeAt(text, source, at);
		if (run !== undefined) {
			const behind = text[run.end]?.from;
			out.push(...margin((text[at] as Char).from), ...fold(charactersOf(spelled(run.digits, run.code))));
			if (behind !== undefined) out.push(...margin(behind));
			at = run.end;
		}
		// A code begins behind a symbol, or where a word does.
		while (/[A-Za-z0-9]/.test(source[at] ?? " ")) at++;
	}
	return out;
}

/** What the rows of hex dumps spell. */
export function dumped(text: readonly Char[], fold: Rewrite): Char[] {
	const out: Char[] = [];
	const source = text.map(({ char }) => (char.length === 1 ? char : "\uffff")).join("");
	let bytes: Char[] = [];
	let next = -1;
	/** `at`: where something else begins; nothing at the end of the text. */
	const end = (at?: number): void => {
		if (bytes.length > 0) out.push(...margin((bytes[0] as Char).from), ...fold(charactersOf(bytes)));
		if (bytes.length > 0 && at !== undefined) out.push(...margin(at));
		bytes = [];
	};
	for (const { 0: line, index } of source.matchAll(/[^\n]*(?:\n|$)/g)) {
		const [, before = "", offset = ""] = /^([ \t>|]*)(0[0-9a-fA-F]{2,6}[08]:[ \t]{1,3}|0[0-9a-fA-F]{4,6}[08][ \t]{1,3})/.exec(line) ?? [];
		const at = before.length + offset.length;
		const groups = groupsOf(line.slice(at).replace(/[\r\n]+$/, ""));
		const isRow =
			offset !== "" &&
			groups.length > 0 &&
			!text.slice(index, index + line.length).some(({ char }) => /^[\u{c0000}-\u{fffff}]/u.test(char)) &&
			Buffer.byteLength(
				text
					.slice(index + before.length, index + line.length)
					.map(({ char }) => char)
					.join("")
					.replace(/\n$/, ""),
			) <= 160;
		if (line === "") break;
		if (!isRow || Number.parseInt(offset, 16) !== next) end((text[index] as Char).from);
		if (!isRow) continue;
		const last = text[index + line.replace(/\n$/, "").length - 1] as Char;
		for (const [start, group] of groups)
			for (let i = 0; i < group.length; i += 2)
				bytes.push({
					char: String.fromCharCode(Number.parseInt(group.slice(i, i + 2), 16)),
					from: (text[index + at + start + i] as Char).from,
					to: last.to,
				});
		next = Number.parseInt(offset, 16) + groups.reduce((sum, [, group]) => sum + group.length / 2, 0);
	}
	end();
	return out;
}

/** The groups of hexadecimal digits of a row, and where each begins. */
function groupsOf(row: string): (readonly [start: number, group: string])[] {
	const [first = ""] = /^(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{4}|[0-9a-fA-F]{2})(?=[ \t\r]|$)/.exec(row) ?? [];
	if (first === "") return [];
	const groups: (readonly [number, string])[] = [[0, first]];
	for (let at = first.length; groups.at(-1)?.[1].length === first.length; ) {
		const [all = "", gap = "", group = ""] =
			/^( {1,2}(?! ))((?:[0-9a-fA-F]{2}){1,2}|[0-9a-fA-F]{8})(?=[ \t\r]|$)/.exec(row.slice(at)) ?? [];
		const isMiddle = first.length === 2 && groups.length === 8;
		if (all === "" || group.length > first.length || (gap.length === 2 && !isMiddle)) break;
		groups.push([at + gap.length, group]);
		at += all.length;
	}
	return groups;
}
