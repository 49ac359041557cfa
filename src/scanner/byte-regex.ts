import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { ASCII_FOLD, type ByteSet, codePointSequences, emptySet, hasByte, setOfRange } from "./byte-set.ts";

/** A pattern's body over bytes of UTF-8. */
export type Node =
	| { readonly kind: "bytes"; readonly set: ByteSet }
	| { readonly kind: "concat"; readonly parts: readonly Node[] }
	| { readonly kind: "alt"; readonly options: readonly Node[] }
	| { readonly kind: "repeat"; readonly node: Node; readonly min: number; readonly max: number };

/** What must hold at one end of a match. `notIn`: the neighbouring byte is not in the set; the edge of the text is fine. */
export type Edge = { readonly kind: "none" } | { readonly kind: "wordBoundary" } | { readonly kind: "notIn"; readonly set: ByteSet };

export interface ByteRegex {
	readonly body: Node;
	readonly left: Edge;
	readonly right: Edge;
	/** Bytes of the shortest and the longest match. */
	readonly minWidth: number;
	readonly maxWidth: number;
}

export type ParsedPattern =
	| { readonly ok: true; readonly regex: ByteRegex }
	| { readonly ok: false; readonly reason: string; readonly remedy: string };

/** Bytes. */
export const MAX_PATTERN_WIDTH = 1024;
const MAX_POSITIONS = 4000;

/** Why a pattern is refused; thrown inside this file only. */
class RefusedPattern extends Error {
	readonly remedy: string;
	constructor(reason: string, remedy: string) {
		super(reason);
		this.remedy = remedy;
	}
}

/** Parses the common subset of Hyperscan and JavaScript and lowers it to bytes. Refusals are values. */
export function parsePattern(expression: string, caseInsensitive: boolean): ParsedPattern {
	try {
		return { ok: true, regex: lower(expression, caseInsensitive) };
	} catch (error) {
		if (error instanceof RefusedPattern) return { ok: false, reason: error.message, remedy: error.remedy };
		return {
			ok: false,
			reason: `it is not a valid regular expression: ${(error as Error).message}`,
			remedy: "Correct the syntax; the flavour is JavaScript's with the u flag.",
		};
	}
}

function lower(expression: string, caseInsensitive: boolean): ByteRegex {
	const ast = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(expression, 0, expression.length, { unicode: true });
	const fold = caseInsensitive;
	const only = ast.alternatives.length === 1 ? ast.alternatives[0] : undefined;
	const elements = [...(only?.elements ?? [])];
	const left = only === undefined ? NONE : edgeOf(elements.at(0), "left", fold);
	if (left.kind !== "none") elements.shift();
	const right = only === undefined ? NONE : edgeOf(elements.at(-1), "right", fold);
	if (right.kind !== "none") elements.pop();
	const body = only === undefined ? alternatives(ast.alternatives, fold) : concat(elements.map((element) => lowerElement(element, fold)));
	const { min, max, positions } = measure(body);
	if (min === 0) throw new RefusedPattern("it can match nothing at all", "Require at least one character.");
	if (max > MAX_PATTERN_WIDTH)
		throw new RefusedPattern(
			`it can match up to ${max} bytes, more than ${MAX_PATTERN_WIDTH}`,
			"Lower the counters, or split the pattern.",
		);
	if (positions > MAX_POSITIONS)
		throw new RefusedPattern(
			`it expands to ${positions} positions, more than ${MAX_POSITIONS}`,
			"Lower the counters, or split the pattern.",
		);
	return { body, left, right, minWidth: min, maxWidth: max };
}

const NONE: Edge = { kind: "none" };

function edgeOf(element: AST.Element | undefined, side: "left" | "right", fold: boolean): Edge {
	if (element?.type !== "Assertion") return NONE;
	if (element.kind === "word" && !element.negate) return { kind: "wordBoundary" };
	if (
		(side === "left" ? element.kind === "lookbehind" : element.kind === "lookahead") &&
		"negate" in element &&
		element.negate &&
		"alternatives" in element
	) {
		const [alternative] = element.alternatives;
		const inner =
			element.alternatives.length === 1 && alternative?.elements.length === 1
				? lowerElement(alternative.elements[0] as AST.Element, fold)
				: undefined;
		if (inner?.kind === "bytes") return { kind: "notIn", set: inner.set };
		throw new RefusedPattern(
			"a lookaround holds more than one ASCII character",
			"Use one character class such as (?<![A-Za-z0-9]) or (?![0-9]).",
		);
	}
	return NONE;
}

function alternatives(list: readonly AST.Alternative[], fold: boolean): Node {
	const options = list.map((alternative) => concat(alternative.elements.map((element) => lowerElement(element, fold))));
	return options.length === 1 ? (options[0] as Node) : { kind: "alt", options };
}

function concat(parts: readonly Node[]): Node {
	return parts.length === 1 ? (parts[0] as Node) : { kind: "concat", parts };
}

function lowerElement(element: AST.Element, fold: boolean): Node {
	switch (element.type) {
		case "Character":
			return character(element.value, fold);
		case "CharacterSet":
			return ofCodePoints(rangesOf(element), fold);
		case "CharacterClass":
			return ofCodePoints(classRanges(element), fold);
		case "Group":
		case "CapturingGroup":
			if (element.type === "Group" && element.modifiers !== null)
				throw new RefusedPattern("inline flags are not supported", "Use case_insensitive for the whole pattern.");
			return alternatives(element.alternatives, fold);
		case "Quantifier":
			if (element.max === Number.POSITIVE_INFINITY)
				throw new RefusedPattern(`'${element.raw}' has no upper bound`, "Give it one, such as {1,64}.");
			return { kind: "repeat", node: lowerElement(element.element, fold), min: element.min, max: element.max };
		case "Assertion":
			throw new RefusedPattern(
				`'${element.raw}' is not supported here`,
				"Only \\b, (?<!X) at the beginning and \\b, (?!X) at the end of the whole pattern are, with X one character class.",
			);
		default:
			throw new RefusedPattern(`'${element.raw}' is not supported`, "Write the alternatives out.");
	}
}

type Range = readonly [number, number];
const MAX_CODE_POINT = 0x10ffff;

function rangesOf(set: AST.CharacterSet): Range[] {
	const ascii: Record<string, Range[]> = {
		digit: [[0x30, 0x39]],
		word: [
			[0x30, 0x39],
			[0x41, 0x5a],
			[0x5f, 0x5f],
			[0x61, 0x7a],
		],
		space: [
			[9, 13],
			[32, 32],
			[0xa0, 0xa0],
			[0x1680, 0x1680],
			[0x2000, 0x200a],
			[0x2028, 0x2029],
			[0x202f, 0x202f],
			[0x205f, 0x205f],
			[0x3000, 0x3000],
			[0xfeff, 0xfeff],
		],
	};
	if (set.kind === "any") return [[0, MAX_CODE_POINT]];
	const ranges = ascii[set.kind];
	if (ranges === undefined) throw new RefusedPattern(`'${set.raw}' is not supported`, "List the characters or ranges in a class.");
	return "negate" in set && set.negate ? complement(ranges) : ranges;
}

function classRanges(element: AST.CharacterClass): Range[] {
	const ranges = element.elements.flatMap((member): Range[] => {
		if (member.type === "Character") return [[member.value, member.value]];
		if (member.type === "CharacterClassRange") return [[member.min.value, member.max.value]];
		if (member.type === "CharacterSet") return rangesOf(member as AST.CharacterSet);
		throw new RefusedPattern(`'${member.raw}' is not supported in a class`, "List the characters or ranges.");
	});
	return element.negate ? complement(ranges) : ranges;
}

function complement(ranges: readonly Range[]): Range[] {
	const out: Range[] = [];
	let next = 0;
	for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
		if (from > next) out.push([next, from - 1]);
		next = Math.max(next, to + 1);
	}
	if (next <= MAX_CODE_POINT) out.push([next, MAX_CODE_POINT]);
	return out;
}

const characters = { exact: new Map<number, Node>(), folded: new Map<number, Node>() };

/** Patterns repeat the same few characters by the ten thousand, so each is made once; nodes are never changed. */
function character(codePoint: number, fold: boolean): Node {
	const known = fold ? characters.folded : characters.exact;
	const node = known.get(codePoint) ?? ofCodePoints([[codePoint, codePoint]], fold);
	known.set(codePoint, node);
	return node;
}

/** One code point of the ranges, as bytes. Case folds ASCII letters, and other letters by their simple case pairs. */
function ofCodePoints(ranges: readonly Range[], fold: boolean): Node {
	const ascii = emptySet();
	const wide: Range[] = [];
	for (const [from, to] of ranges) {
		if (from < 0x80) setOfRange(ascii, from, Math.min(to, 0x7f));
		if (to >= 0x80) wide.push([Math.max(from, 0x80), to]);
		if (fold && from === to && from >= 0x80) wide.push(...casePairs(from));
	}
	if (fold)
		for (const [lower, upper] of ASCII_FOLD)
			if (hasByte(ascii, lower) || hasByte(ascii, upper)) setOfRange(setOfRange(ascii, lower, lower), upper, upper);
	const options: Node[] = wide.flatMap(([from, to]) =>
		codePointSequences(from, to).map((sets) => concat(sets.map((set): Node => ({ kind: "bytes", set })))),
	);
	if (ascii.some((byte) => byte !== 0)) options.unshift({ kind: "bytes", set: ascii });
	if (options.length === 0) throw new RefusedPattern("a character class is empty", "Put a character into it.");
	return options.length === 1 ? (options[0] as Node) : { kind: "alt", options };
}

function casePairs(codePoint: number): Range[] {
	const char = String.fromCodePoint(codePoint);
	return [char.toLowerCase(), char.toUpperCase()].flatMap((other): Range[] => {
		const value = other.codePointAt(0) as number;
		return [...other].length === 1 && value >= 0x80 ? [[value, value]] : [];
	});
}

function measure(node: Node): { min: number; max: number; positions: number } {
	switch (node.kind) {
		case "bytes":
			return { min: 1, max: 1, positions: 1 };
		case "concat":
			return node.parts.map(measure).reduce((a, b) => ({ min: a.min + b.min, max: a.max + b.max, positions: a.positions + b.positions }), {
				min: 0,
				max: 0,
				positions: 0,
			});
		case "alt":
			return node.options
				.map(measure)
				.reduce((a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), positions: a.positions + b.positions }));
		case "repeat": {
			const one = measure(node.node);
			return { min: one.min * node.min, max: one.max * node.max, positions: one.positions * node.max };
		}
		default:
			return node satisfies never;
	}
}
