import { beforeAll, expect, test } from "vitest";
import type { RuleSet } from "../../../src/policy/policy.ts";
import { rulesOf } from "../../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../../src/recognizers/registry.ts";
import { type CandidateProgram, Candidates, createCandidateProgram } from "../../../src/scanner/candidates.ts";
import { distinctPatterns } from "../../../src/scanner/compile-rules.ts";
import { type Engine, Matches } from "../../../src/scanner/engine.ts";
import { createHyperscanEngine } from "../../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../../src/scanner/pattern-database.ts";
import { FIRST_SEED } from "../../support/fuzz.ts";
import { pick, random } from "../../support/random.ts";

/** What one text can make the scanner do, counted: time would depend on the machine. */
const BYTES = 4000;
/** Questions to confirmers per byte. One for every pair of starts and ends, and every rule, would be hundreds. */
const MOST_PER_BYTE = 16;
/** Places of patterns per byte: a look at each costs as much as many questions. One for each piece that a match ends in would be ten times as many. */
const MOST_LOOKED_AT = 2;

let engine: Engine;
let program: CandidateProgram;
/** The same, which asks every rule about everything but triggers. */
let unsparing: CandidateProgram;

beforeAll(async () => {
	const rules = RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, "redact"));
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	engine = createHyperscanEngine(rules, loaded.artifact);
	const ruleSet: RuleSet = { rules, threshold: 0.5, strategy: "remove", allowList: [] };
	program = createCandidateProgram(ruleSet);
	const isTrigger = distinctPatterns(rules).map(({ source }) => source.core !== undefined);
	unsparing = { ...program, rulesAt: (pattern, ...rest) => (isTrigger[pattern] === true ? program.rulesAt(pattern, ...rest) : undefined) };
});

/** Confirmers asked about matches, and places looked at where one could begin, in a text that comes in pieces of so many bytes. */
function questionsAbout(text: string, size: number): { readonly asked: number; readonly looked: number } {
	let [asked, looked] = [0, 0];
	const counting: CandidateProgram = {
		...program,
		confirm: (rule, match) => {
			asked++;
			return program.confirm(rule, match);
		},
		rulesAt: (pattern, window, from) => {
			looked++;
			return program.rulesAt(pattern, window, from);
		},
	};
	offerAll(counting, text, size);
	return { asked, looked };
}

/** What is confirmed in a text that comes in pieces of so many bytes. */
function offerAll(program: CandidateProgram, text: string, size: number): string[] {
	const bytes = Buffer.from(text);
	const found: string[] = [];
	const candidates = new Candidates(program, (rule, from, to) => found.push(`${rule} ${from}-${to}`));
	const stream = engine.openStream();
	let release = 0;
	for (let from = 0; from < bytes.length; from += size) {
		const length = Math.min(bytes.length, from + size);
		const matches = new Matches();
		const before = release;
		release = stream.scan(bytes, before, from, length, matches);
		if (length === bytes.length) stream.finish(bytes, release, length, matches);
		const window = { bytes: bytes.subarray(0, length), ended: length === bytes.length };
		candidates.settle(window, 0);
		candidates.offer(matches, window, 0, before);
	}
	stream.close();
	return found.sort();
}

/** Digits that repeat after 7919 only, with something between each and the next. */
const digits = (between: (i: number) => string): string =>
	Array.from({ length: BYTES }, (_, i) => `${(i * 7919) % 10}${between(i)}`)
		.join("")
		.slice(0, BYTES);

test.each<[string, string]>([
	["spaced digits", digits(() => " ")],
	["digits with separators of all kinds", digits((i) => " -./"[(i * i) % 5] ?? "")],
	["digits only", digits(() => "")],
	["pairs", digits((i) => (i % 2 === 0 ? "" : " "))],
	["groups of four", digits((i) => (i % 4 === 3 ? " " : ""))],
	["digits and letters in turn", digits((i) => ` ${String.fromCharCode(65 + (i % 26))} `)],
	["words that go before no number", "the 4 1 1 1 1 1 1 1 1 1 1 1 1 ".repeat(BYTES / 30)],
	["addresses that are none", "4.1.".repeat(BYTES / 4)],
	["at signs", "a@b.".repeat(BYTES / 4)],
	["invisible characters", "\u200b".repeat(BYTES / 3)],
	["assignments", "password='".repeat(BYTES / 10)],
	["escapes", "%34%20".repeat(BYTES / 6)],
])("%s ask few questions, and not more of them in small pieces", (_name, text) => {
	const perByte = (size: number, of: "asked" | "looked"): number => questionsAbout(text, size)[of] / Buffer.byteLength(text);
	expect(perByte(BYTES, "asked")).toBeLessThan(MOST_PER_BYTE);
	expect(perByte(2, "asked")).toBeLessThan(MOST_PER_BYTE);
	expect(perByte(2, "looked")).toBeLessThan(MOST_LOOKED_AT);
});

const WORDS = ["ssn ", "PESEL: ", "card ", "No. ", "$", "v1.", "see ", "#", "(", "SSN is 457-55-5462 ", "CPF ", "sin ", "SSN 7 "];
const VALUES = [
	"457-55-5462",
	"457 55 5462",
	"44051401458",
	"4111 1111 1111 1111",
	"111.444.777-35",
	"046 454 286",
	"2024-01-02",
	"1001",
	"7",
	"3420108912318",
];
const GAPS = [" ", " ", "", "-", ".", "/", ", ", ". ", "\n"];

test("what is not asked would not have been confirmed", () => {
	let confirmed = 0;
	for (let seed = FIRST_SEED; seed < FIRST_SEED + 800; seed++) {
		const next = random(seed);
		let text = "";
		for (let part = 0; part < 8; part++) {
			const digits = String(Math.floor(next() * 10 ** Math.floor(1 + next() * 9)));
			text += `${next() < 0.3 ? pick(WORDS, next) : ""}${next() < 0.4 ? pick(VALUES, next) : digits}${pick(GAPS, next)}`;
		}
		const found = offerAll(program, text, 1 + Math.floor(next() * text.length));
		expect(found, text).toEqual(offerAll(unsparing, text, text.length));
		confirmed += found.length;
	}
	expect(confirmed).toBeGreaterThan(400);
});
