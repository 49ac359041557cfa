import { expect, test } from "vitest";
import { compile } from "../../native/index.js";
import { buildExpressions, checkRules, type PatternSource } from "../../src/scanner/compile-rules.ts";
import { LEFT_CONTEXT_BYTES } from "../../src/scanner/confirm.ts";
import { type Engine, Matches } from "../../src/scanner/engine.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { type Next, pick, random } from "../support/random.ts";

/**
 * Both engines find the same in texts that nobody thought of, for patterns that nobody thought of: few in a set, so that
 * nothing else keeps the automata awake, and counters around those at which they are relaxed. And small pieces, which are
 * read forwards, hold what a long one does, behind which the release point is found by a walk back.
 */
const SETS = 150;
const TEXTS = 30;
/** From so many new bytes on a piece is a long one (`kLongBytes` of the addon). */
const LONG_BYTES = 64;
const LETTERS = ["a", "b", "1", "2", "-", " ", "_", "é", "."];

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const upTo = (most: number, next: Next): number => 1 + Math.floor(next() * most);

function atom(next: Next, depth: number): string {
	const kinds = [
		() => pick(["a", "b", "1", "2", "-", "_", "é", "\\."], next),
		() => pick(["[ab]", "[12]", "\\d", "[a-z0-9]", "[^a-z]", "[a-z]"], next),
	];
	return depth > 0 && next() < 0.3 ? `(?:${times(upTo(3, next), () => sequence(next, depth - 1)).join("|")})` : pick(kinds, next)();
}

function counter(next: Next): string {
	const least = pick([0, 1, 1, 2, 3, 15, 16, 17], next);
	return pick(["", "", "", "?", `{${least},${Math.max(1, least + pick([0, 1, 2, 17], next))}}`], next);
}

function sequence(next: Next, depth: number): string {
	return times(upTo(3, next), () => {
		const one = atom(next, depth);
		return one + (/^\(|\^/.test(one) ? pick(["", "?", "{1,3}", "{0,2}"], next) : counter(next));
	}).join("");
}

const EDGES_BEFORE = ["", "\\b", "(?<![a-z])", "(?<![12_-])"];
const EDGES_BEHIND = ["", "\\b", "(?![a-z])", "(?![12_-])"];

/** Patterns that can be used, at least one. */
function somePatterns(next: Next): PatternSource[] {
	const made = times(upTo(4, next), () => ({
		name: "made",
		...(next() < 0.25 && { isSignal: true as const }),
		// A match of nothing is none.
		expression: `${pick(EDGES_BEFORE, next)}${pick(LETTERS.slice(0, 6), next)}${sequence(next, 1)}${pick(EDGES_BEHIND, next)}`,
	}));
	const usable = made.filter((source) => checkRules([source]).length === 0);
	return usable.length > 0 ? usable : somePatterns(next);
}

/** Letters, and rows of the same, so that counters are reached. */
function someText(next: Next): string {
	return times(upTo(12, next), () => pick(LETTERS, next).repeat(pick([1, 1, 1, 2, 3, 16, 17, 40], next))).join("");
}

/**
 * What the engine finds in the text in these pieces, in order: pattern, start, end; of a signal, which may begin in what has gone
 * out and is told once, the end. Before a piece, all but the context of what is held is taken out of the engine's sight.
 */
function found(engine: Engine, patterns: readonly PatternSource[], pieces: readonly Buffer[], releases?: Map<number, number>): string[] {
	const stream = engine.openStream();
	const seen = new Set<string>();
	let text = Buffer.alloc(0);
	let release = 0;
	const take = (matches: Matches, base: number): void => {
		matches.forEach((pattern, from, to) => {
			const isSignal = patterns[pattern]?.isSignal === true;
			if (!isSignal) expect(base + from).toBeGreaterThanOrEqual(release);
			seen.add([pattern, isSignal ? "any" : base + from, base + to].join());
		});
	};
	for (const piece of pieces) {
		const newFrom = text.length;
		text = Buffer.concat([text, piece]);
		const base = Math.max(0, release - LEFT_CONTEXT_BYTES);
		const matches = new Matches();
		const after = stream.scan(text.subarray(base), release - base, newFrom - base, text.length - base, matches);
		take(matches, base);
		release = base + after;
		releases?.set(text.length, release);
	}
	const base = Math.max(0, release - LEFT_CONTEXT_BYTES);
	const matches = new Matches();
	stream.finish(text.subarray(base), release - base, text.length - base, matches);
	take(matches, base);
	return [...seen].sort();
}

/** Of the first bytes of the text as one piece; undefined where it is no long one. */
function releaseOf(engine: Engine, text: string, length: number): number | undefined {
	if (length < LONG_BYTES) return undefined;
	const stream = engine.openStream();
	const release = stream.scan(Buffer.from(text), 0, 0, length, new Matches());
	stream.close();
	return release;
}

function check(seed: number): void {
	const next = random(seed);
	const patterns = somePatterns(next);
	const expressions = buildExpressions(patterns);
	const serialised = compile(
		expressions,
		expressions.map(() => false),
	);
	const native = createHyperscanEngine(patterns, { key: `engines ${seed} ${expressions.join()}`, serialised });
	const reference = createReferenceEngine(patterns);
	for (let i = 0; i < TEXTS; i++) {
		const text = someText(next);
		const expected = found(reference, patterns, [Buffer.from(text)]);
		for (const most of [1, 3, 8, 300, text.length]) {
			const characters = [...text];
			const pieces: Buffer[] = [];
			while (characters.length > 0) pieces.push(Buffer.from(characters.splice(0, upTo(most, next)).join("")));
			const releases = new Map<number, number>();
			const seen = found(native, patterns, pieces, releases);
			const expression = patterns.map((source) => source.expression);
			expect({ seed, expression, text, most, seen }).toEqual({ seed, expression, text, most, seen: expected });
			const other = new Map([...releases].map(([length, release]) => [length, releaseOf(native, text, length) ?? release]));
			expect({ seed, expression, text, most, releases }).toEqual({ seed, expression, text, most, releases: other });
		}
	}
}

test("random patterns in small sets: Hyperscan and its automata find in every chunking what RegExp finds in the whole text", () => {
	for (let seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) check(seed);
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	for (let seed = FIRST_SEED + SETS; Date.now() < deadline; seed++) check(seed);
});
