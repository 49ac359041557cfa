import { digitOf } from "../../src/normalize/number-words.ts";
import type { Char } from "./reference-views.ts";

const WORD = "[A-Za-z0-9+]";
/** A separator and one character or number word that stands alone, for runs kept apart by blanks and by punctuation, or in quotes or brackets. */
const NUMBER_WORD = "[A-Za-z]{2,7}(?![A-Za-z0-9])";
const ALONE = "[A-Za-z0-9](?![A-Za-z0-9])";
const AFTER_BLANK = `(?![ \\t\\n])(${ALONE}|${NUMBER_WORD}|[!-/:-@[-\`{-~](?=[ \\t\\n]|$))`;
/** A comma between two groups of a run that has begun. */
const GROUP_STEP = new RegExp(`^([,;][ \\t\\n]{1,3})${AFTER_BLANK}`);
const STEPS = [
	new RegExp(`^([ \\t\\n]{1,4})${AFTER_BLANK}`),
	new RegExp(`^([-.,/_|:;~*][-.,/_|:;~* \\t]{0,3})(?![-.,/_|:;~* \\t])(${ALONE}|${NUMBER_WORD})`),
	/^(?<gap>(?<quote>["'`])[ \t]{0,2},[ \t\r\n]{0,24}\k<quote>)(?!\k<quote>)(?<unit>[ -~])(?=\k<quote>|$)/,
	/^(?<gap>\},? ?\{)(?<unit>[ -|~])(?=\}|$)/,
	/^(?<gap>\),? ?\()(?<unit>[ -(*-~])(?=\)|$)/,
	/^(?<gap>\],? ?\[)(?<unit>[ -\\^-~])(?=\]|$)/,
];

interface Step {
	readonly gap: string;
	readonly length: number;
	readonly text: string;
}

/** The separator and the unit of one step of a run; undefined where there is none. `same`: what the separator must be. */
function step(source: string, expression: RegExp, same?: string): Step | undefined {
	const found = expression.exec(source);
	const [all, first = "", second = ""] = found ?? [];
	const { gap = first, unit = second } = found?.groups ?? {};
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

/** What is quoted-printable at the beginning, and what it says. */
function quotedAt(rest: string, written: string, line: number): [length: number, says: string] | undefined {
	if (!/[!-<>-~]$/.test(written)) return undefined;
	const digits = /^=([0-9A-F][A-F])/.exec(rest)?.[1];
	const says = digits === undefined ? "" : String.fromCharCode(Number.parseInt(digits, 16));
	if (/^[ -~]$/.test(says)) return [3, says];
	const soft = /^=\r?\n(?=[!-~])/.exec(rest)?.[0];
	return soft !== undefined && line >= 72 && line <= 75 ? [soft.length, ""] : undefined;
}

/** Bytes of the line that end before a place. */
function lineBefore(text: readonly Char[], at: number): number {
	const line = text.slice(text.slice(0, at).findLastIndex(({ char }) => char === "\n") + 1, at);
	return Buffer.byteLength(line.map(({ char }) => char).join(""));
}

/** Text without what stands between the characters of one word. */
export function compact(text: readonly Char[]): Char[] {
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
			write(gap.length, gap.length > (steps[0]?.gap.length ?? 0) && !/^["'`)}\]]/.test(gap) ? " " : "");
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
		const quoted = quotedAt(rest, written, lineBefore(text, at)) ?? [1, text[at]?.char as string];
		if (afterWord.length > 0) {
			write(word.length, digitOf(word) as string);
			join(afterWord);
		} else if (afterOne.length > 0) join(afterOne);
		else if (gap !== undefined) write(gap.length, "-");
		else if (mark !== "") write(mark.length, "");
		else write(...quoted);
	}
	return out;
}
