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
const MOST_PER_BYTE = 20;

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

function questionsAbout(text: string): number {
	const bytes = Buffer.from(text);
	const stream = engine.openStream();
	const matches = new Matches();
	stream.scan(bytes, 0, 0, bytes.length, matches);
	stream.finish(bytes, 0, bytes.length, matches);
	let asked = 0;
	const counting: CandidateProgram = {
		...program,
		confirm: (rule, match) => {
			asked++;
			return program.confirm(rule, match);
		},
	};
	new Candidates(counting, () => undefined).offer(matches, { bytes, length: bytes.length, ended: true }, 0, 0);
	return asked;
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
])("%s ask few questions", (_name, text) => {
	expect(questionsAbout(text) / Buffer.byteLength(text)).toBeLessThan(MOST_PER_BYTE);
});
