import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { distinctPatterns, type PatternSource } from "./compile-rules.ts";
import type { Engine, EngineStream, Matches } from "./engine.ts";

/**
 * The oracle: slow and obvious. Keeps the whole text, releases nothing before its end, and finds every match with
 * `RegExp`. It shares no code with the byte compiler and the automata. For texts of a few KB.
 */
export function createReferenceEngine(rules: readonly PatternSource[]): Engine {
	const patterns = distinctPatterns(rules).map(({ source }) => split(source));
	return { maxWidth: Number.POSITIVE_INFINITY, openStream: () => new ReferenceStream(patterns) };
}

interface SplitPattern {
	/** Matches the body anywhere: most patterns are in no text at all. */
	readonly anywhere: RegExp;
	/** Matches the body at `lastIndex`, whatever its length. */
	readonly begins: RegExp;
	readonly whole: RegExp;
	readonly left: Check;
	readonly right: Check;
}

/** Whether the edge holds between two neighbouring characters; undefined is the edge of the text. */
type Check = (before: string | undefined, after: string | undefined) => boolean;

const isWord = (char: string | undefined): boolean => char !== undefined && /^[A-Za-z0-9_]$/.test(char);

function split({ expression, caseInsensitive, words }: PatternSource): SplitPattern {
	if (words !== undefined) return splitWords(words, caseInsensitive === true);
	const ast = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(expression, 0, expression.length, { unicode: true });
	const elements = ast.alternatives.length === 1 ? (ast.alternatives[0]?.elements ?? []) : [];
	const head = elements.at(0);
	const tail = elements.at(-1);
	const flags = caseInsensitive === true ? "is" : "us";
	const left = head?.type === "Assertion" ? check(head, "before", flags) : undefined;
	const right = tail?.type === "Assertion" && tail !== head ? check(tail, "after", flags) : undefined;
	const body = expression.slice(left === undefined ? 0 : (head?.end ?? 0), right === undefined ? undefined : tail?.start);
	return {
		anywhere: new RegExp(`(?:${body})`, flags),
		begins: new RegExp(`(?:${body})`, `${flags}y`),
		whole: new RegExp(`^(?:${body})$`, flags),
		left: left ?? (() => true),
		right: right ?? (() => true),
	};
}

/** Neighbours that are letters of one word; scripts without spaces have no words. */
const joins: Check = (before, after) => [before, after].every((char) => char !== undefined && LETTER.test(char) && !NO_SPACES.test(char));
const LETTER = /^[\p{L}\p{N}\p{M}_]/u;
const NO_SPACES = /^[\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

function splitWords(words: readonly string[], caseInsensitive: boolean): SplitPattern {
	const body = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replaceAll(" ", "\\s")).join("|");
	const flags = caseInsensitive ? "iu" : "u";
	return {
		anywhere: new RegExp(body, flags),
		begins: new RegExp(`(?:${body})`, `${flags}y`),
		whole: new RegExp(`^(?:${body})$`, flags),
		left: (before, after) => !joins(before, after),
		right: (before, after) => !joins(before, after),
	};
}

function check(assertion: AST.Assertion, side: "before" | "after", flags: string): Check {
	if (assertion.kind === "word") return (before, after) => isWord(before) !== isWord(after);
	const inner = assertion.raw.replace(/^\(\?<?!/, "").slice(0, -1);
	const refused = new RegExp(`^(?:${inner})$`, flags);
	return (before, after) => {
		const neighbour = side === "before" ? before : after;
		return neighbour === undefined || !refused.test(neighbour);
	};
}

class ReferenceStream implements EngineStream {
	readonly #patterns: readonly SplitPattern[];
	#bytes = Buffer.alloc(0);

	constructor(patterns: readonly SplitPattern[]) {
		this.#patterns = patterns;
	}

	scan(window: Uint8Array, heldFrom: number, newFrom: number, end: number): number {
		this.#bytes = Buffer.concat([this.#bytes, window.subarray(newFrom, end)]);
		return heldFrom;
	}

	finish(_window: Uint8Array, heldFrom: number, end: number, matches: Matches): void {
		const text = this.#bytes.toString("utf8");
		const offsets = byteOffsets(text);
		const shift = end - this.#bytes.length;
		const chars = [...text].length === text.length;
		for (const [pattern, split] of this.#patterns.entries()) {
			if (!split.anywhere.test(text)) continue;
			for (const [from, to] of matchesOf(split, text, chars)) {
				const start = (offsets[from] as number) + shift;
				if (start >= heldFrom) matches.add(pattern, start, (offsets[to] as number) + shift);
			}
		}
	}

	close(): void {
		this.#bytes = Buffer.alloc(0);
	}
}

const WIDEST = 1024;

/** Every `[from, to)` in UTF-16 indices, ascending `from`. `simple`: no surrogate pairs, so every index is a character. */
function* matchesOf({ begins, whole, left, right }: SplitPattern, text: string, simple: boolean): Generator<readonly [number, number]> {
	for (let from = 0; from < text.length; from++) {
		if (!simple && /[\udc00-\udfff]/.test(text[from] as string)) continue;
		begins.lastIndex = from;
		if (!left(characterBefore(text, from, simple), characterAt(text, from, simple)) || !begins.test(text)) continue;
		for (let to = from + 1; to <= Math.min(text.length, from + WIDEST); to++) {
			if (whole.test(text.slice(from, to)) && right(characterBefore(text, to, simple), characterAt(text, to, simple))) yield [from, to];
		}
	}
}

const characterAt = (text: string, at: number, simple: boolean): string | undefined => (simple ? text[at] : [...text.slice(at, at + 2)][0]);
const characterBefore = (text: string, at: number, simple: boolean): string | undefined =>
	simple ? text[at - 1] : [...text.slice(Math.max(0, at - 2), at)].at(-1);

/** Byte offset of every UTF-16 index, the end included. */
function byteOffsets(text: string): number[] {
	const offsets: number[] = [];
	let at = 0;
	for (const char of text) {
		for (let i = 0; i < char.length; i++) offsets.push(at);
		at += Buffer.byteLength(char);
	}
	offsets.push(at);
	return offsets;
}
