import type { Char } from "./reference-views.ts";

type Rewrite = (text: readonly Char[]) => Char[];

/** Ends a decoded run. */
const END = "\0";
const CODES: readonly { readonly bits: number; readonly alphabet: string }[] = [
	{ bits: 4, alphabet: "0123456789abcdef" },
	{ bits: 5, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" },
	{ bits: 6, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" },
];

/** The bytes that the longest beginning of a run spells in a code, with the characters that each comes from. */
function spelled(run: readonly Char[], { bits, alphabet }: (typeof CODES)[number]): Char[] {
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

const margin = (at: number): Char[] => [..."\n".repeat(63), END].map((char) => ({ char, from: at, to: at }));

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
	const words = [...source.matchAll(/(?<![0-9A-Za-z])[0-9][0-9A-Za-z]*/g)];
	let rows: Char[][] = WRITINGS.map(() => []);
	let open: { readonly writing: (typeof WRITINGS)[number]; readonly says: Char[] } | undefined;
	const end = (): void => {
		if (open !== undefined)
			out.push(...margin(open.says[0]?.from ?? 0), ...fold(open.says), ...margin(open.says[open.says.length - 1]?.to ?? 0));
		open = undefined;
	};
	for (const [i, { 0: word, index }] of words.entries()) {
		const before = words[i - 1];
		const span = { from: (text[index] as Char).from, to: (text[index + word.length - 1] as Char).to };
		if (before === undefined || !GAP.test(source.slice(before.index + before[0].length, index))) {
			end();
			rows = rows.map(() => []);
		}
		if (open !== undefined) {
			const says = saidIn(word, open.writing);
			if (says !== undefined) {
				open.says.push({ char: says, ...span });
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
		open = { writing: WRITINGS[found] as (typeof WRITINGS)[number], says: rows[found] as Char[] };
		rows = rows.map(() => []);
	}
	end();
	return out;
}

export function decoded(text: readonly Char[], fold: Rewrite): Char[] {
	const out: Char[] = [];
	const source = text.map(({ char }) => (char.length === 1 ? char : "\x7f")).join("");
	for (const { index, 0: all } of source.matchAll(/[A-Za-z0-9+/_-]{16,}/g)) {
		const run = text.slice(index, index + all.length);
		const code = CODES.find((one) => {
			const head = spelled(run.slice(0, 16), one);
			return head.length === Math.floor(one.bits * 2) && head.every(({ char }) => /[ -~\t\n\r]/.test(char));
		});
		if (code === undefined) continue;
		const says = spelled(run, code);
		const invalid = run.findIndex(({ char }) => !new RegExp(`^[${code.alphabet}${code.bits === 4 ? "A-F" : "_-"}]$`).test(char));
		const end = text[index + (invalid < 0 ? run.length : invalid)];
		out.push(...margin((run[0] as Char).from), ...fold(says), ...(end === undefined ? [] : margin(end.from)));
	}
	return out;
}
