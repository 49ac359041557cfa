import { expect, test } from "vitest";
import { compile } from "../../native/index.js";
import { buildExpressions, checkRules, type PatternSource } from "../../src/scanner/compile-rules.ts";
import { LEFT_CONTEXT_BYTES } from "../../src/scanner/confirm.ts";
import { type Engine, Matches } from "../../src/scanner/engine.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { type Next, pick, random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";

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

interface Reading {
	/** Pattern, start, end of each match, of a signal, which may begin in what has gone out, the end; in order. */
	readonly found: readonly string[];
	/** By the length of the text so far. */
	readonly releases: ReadonlyMap<number, number>;
}

/** Before a piece, all but the context of what is held is taken out of the engine's sight. Every so many pieces another stream goes on. */
function read(
	engine: Engine,
	patterns: readonly PatternSource[],
	pieces: readonly Buffer[],
	moveEvery = Number.POSITIVE_INFINITY,
): Reading {
	let stream = engine.openStream();
	const found: string[] = [];
	const releases = new Map<number, number>();
	let text = Buffer.alloc(0);
	let release = 0;
	const scan = (base: number, newFrom: number): void => {
		const matches = new Matches();
		const released = stream.scan(text.subarray(base), release - base, newFrom - base, text.length - base, matches);
		take(matches, base);
		release = base + released;
	};
	const take = (matches: Matches, base: number): void => {
		matches.forEach((pattern, from, to) => {
			const isSignal = patterns[pattern]?.isSignal === true;
			if (!isSignal) expect(base + from).toBeGreaterThanOrEqual(release);
			found.push([pattern, isSignal ? "any" : base + from, base + to].join());
		});
	};
	const before = (): number => Math.max(0, release - LEFT_CONTEXT_BYTES);
	for (const [i, piece] of pieces.entries()) {
		const newFrom = text.length;
		text = Buffer.concat([text, piece]);
		scan(before(), newFrom);
		releases.set(text.length, release);
		if ((i + 1) % moveEvery !== 0) continue;
		stream.close();
		stream = engine.openStream();
		scan(before(), before());
		expect(release).toBe(releases.get(text.length));
	}
	const matches = new Matches();
	stream.finish(text.subarray(before()), release - before(), text.length - before(), matches);
	take(matches, before());
	return { found: found.sort(), releases };
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
		const expected = [...new Set(read(reference, patterns, [Buffer.from(text)]).found)];
		for (const most of [1, 3, 8, 300, text.length]) {
			const characters = [...text];
			const pieces: Buffer[] = [];
			while (characters.length > 0) pieces.push(Buffer.from(characters.splice(0, upTo(most, next)).join("")));
			const of = { seed, expressions: patterns.map(({ expression }) => expression), text, most };
			const { found, releases } = read(native, patterns, pieces);
			expect({ ...of, found }).toEqual({ ...of, found: expected });
			const inOnePiece = new Map([...releases].map(([length, release]) => [length, releaseOf(native, text, length) ?? release]));
			expect({ ...of, releases }).toEqual({ ...of, releases: inOnePiece });
			const moved = read(native, patterns, pieces, upTo(4, next));
			// What is held is read again.
			expect({ ...of, found: [...new Set(moved.found)], releases: moved.releases }).toEqual({ ...of, found: expected, releases });
		}
	}
}

test("random patterns in small sets: Hyperscan and its automata find in every chunking what RegExp finds in the whole text", () => {
	for (let seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) check(seed);
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	for (let seed = FIRST_SEED + SETS; Date.now() < deadline; seed++) check(seed);
});

test("random letters and digits, which make new states at every byte until the automaton forgets them all, hide no key", async () => {
	const program = await allRecognizers("redact");
	const next = random(7);
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const key = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
	const text = times(60, () => `${times(1000, () => pick([...letters], next)).join("")} ${key} `).join("");
	const findings = (pieces: readonly string[]): readonly number[] => {
		const scanner = program.open();
		for (const piece of pieces) scanner.write(Buffer.from(piece));
		scanner.finish();
		scanner.take(Number.POSITIVE_INFINITY);
		const found = scanner.takeFindings().map(({ from }) => from);
		scanner.close();
		return found;
	};
	const expected = times(60, () => 0).map((_, i) => (i + 1) * 1001 + i * (key.length + 1));
	expect(findings([text])).toEqual(expect.arrayContaining(expected));
	expect(findings(randomSlices(text, 4, next))).toEqual(findings([text]));
});
