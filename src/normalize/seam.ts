import { type Codec, IN_ALPHABET, type Pending, spellsText } from "./codec.ts";

/** What stands between two lines, or two literals, of one code: `\r\n`, `\n> `, `",\n  "`, ` \\\n`, `" + "`, `=\n`. */
const SEAM = /^[^0-9A-Za-z\x80-\xff]{0,40}/;
const PARTS = /[\n"'`]/;
/** In a patch or a comment they stand before a line of code; in a line of base64 they are the code. */
const SYMBOLS = /[-+/_]*$/;
/** Behind one of these stands a member of its own, unless it is as long as a line. */
const MEMBERS = /[,:;]/;
/** The last line may be a short one: before one of these, or before anything else that is no colon if it is not a word. */
const LINE_END = /[=\r\n"'`<\\)\]}]/;
const WORD = /^[A-Z]?[a-z]+$/;

/** So many bytes are left out, and whether the line behind them is too short for another one to follow; or no part of the code follows. */
export type Seam = { readonly length: number; readonly isLast: boolean } | "none" | "more";

/**
 * Where the code goes on whose run was ended by the first byte of `source` (one character for each byte). What follows must spell text, up to
 * `least` bytes of it. `isEnd`: nothing comes behind `source`.
 */
export function seamAt(source: string, codec: Codec, pending: Pending, least: number, isEnd: boolean): Seam {
	const gap = SEAM.exec(source)?.[0] ?? "";
	if (gap.length === source.length) return isEnd ? "none" : "more";
	if (!PARTS.test(gap)) return "none";
	const run = Buffer.from(source, "latin1");
	for (const from of new Set([gap.length - (SYMBOLS.exec(gap)?.[0].length ?? 0), gap.length])) {
		const to = endOfRun(run, from, Math.min(run.length, from + least));
		if (to === from || !spellsText(codec, run, from, to, pending)) continue;
		const isLast = to - from < least;
		if (isLast && to === run.length && !isEnd) return "more";
		if (!isLast || (!MEMBERS.test(gap) && isLine(source.slice(from, to), source[to] ?? "\n"))) return { length: from, isLast };
	}
	return "none";
}

const isLine = (line: string, behind: string): boolean => LINE_END.test(behind) || (behind !== ":" && !WORD.test(line));

/** Index of the first of `window[from, end)` that is of no code. */
export function endOfRun(window: Uint8Array, from: number, end: number): number {
	let at = from;
	while (at < end && IN_ALPHABET[window[at] as number] === 1) at++;
	return at;
}
