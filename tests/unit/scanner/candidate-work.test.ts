import { beforeAll, expect, test } from "vitest";
import type { RuleSet } from "../../../src/policy/policy.ts";
import { rulesOf } from "../../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../../src/recognizers/registry.ts";
import { type CandidateProgram, Candidates, createCandidateProgram } from "../../../src/scanner/candidates.ts";
import { type Engine, Matches } from "../../../src/scanner/engine.ts";
import { createHyperscanEngine } from "../../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../../src/scanner/pattern-database.ts";

/** What one text can make the scanner do, counted: time would depend on the machine. */
const BYTES = 4000;
/** Questions to confirmers per byte. One for every pair of starts and ends, and every rule, would be hundreds. */
const MOST_PER_BYTE = 24;
/** Places of patterns per byte: a look at each costs as much as many questions. One for each piece that a match ends in would be ten times as many. */
const MOST_LOOKED_AT = 2;

let engine: Engine;
let program: CandidateProgram;

beforeAll(async () => {
	const rules = RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, "redact"));
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	engine = createHyperscanEngine(rules, loaded.artifact);
	const ruleSet: RuleSet = { rules, threshold: 0.5, strategy: "remove", allowList: [] };
	program = createCandidateProgram(ruleSet);
});

/** Confirmers asked about matches, and places looked at where one could begin, in a text that comes in pieces of so many bytes. */
function questionsAbout(text: string, size: number): { readonly asked: number; readonly looked: number } {
	const bytes = Buffer.from(text);
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
	const candidates = new Candidates(counting, () => undefined);
	const stream = engine.openStream();
	let release = 0;
	for (let from = 0; from < bytes.length; from += size) {
		const length = Math.min(bytes.length, from + size);
		const matches = new Matches();
		const before = release;
		release = stream.scan(bytes, before, from, length, matches);
		if (length === bytes.length) stream.finish(bytes, release, length, matches);
		candidates.settle({ bytes: bytes.subarray(0, length), ended: false }, 0);
		candidates.offer(matches, { bytes: bytes.subarray(0, length), ended: length === bytes.length }, 0, before);
	}
	return { asked, looked };
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
