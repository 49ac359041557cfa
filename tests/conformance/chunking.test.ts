import { beforeAll, describe, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import type { RedactionStrategy, Rule, RuleSet } from "../../src/policy/policy.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import type { Recognizer } from "../../src/recognizers/recognizer.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText } from "../support/examples.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { chunkings, pick, random, someChunkings } from "../support/random.ts";

/** Types that stand for every kind of rule there is: patterns alone, confirmers, tails, values after a trigger. */
const DOZEN: ReadonlySet<string> = new Set(
	"email phone ssn credit_card iban ip_address aws_key github_token slack_token stripe_key openai_key anthropic_key jwt private_key".split(
		" ",
	),
);
/** Rules, and at least how many chunk boundaries: together a million. As long as FUZZ_SECONDS says, if that is longer. */
const SETS = [
	["every recognizer", RECOGNIZERS, 300_000],
	["a dozen of them", RECOGNIZERS.filter(({ type }) => DOZEN.has(type)), 700_000],
] as const;
/** Single splits of a document; every fortieth is split at every place. */
const SPLITS = 8;
const STRATEGIES = ["mask", "replace", "remove", "hash", "synthetic"] as const;
/** As in answers, where some are held from a later byte on. */
const answerRules = (recognizers: readonly Recognizer[]): Rule[] =>
	recognizers.flatMap((recognizer) => rulesOf(recognizer, recognizer.type === "stripe_key" ? "cut" : "redact", {}));
/** In the order of their units, and in one letter case where case does not count. */
const WORDS = ["apollo", "apollo moon", "c++", "größe", "i.n.r.", "οδοσ", "张伟", "𝒳 ray"];
const custom: Rule[] = [
	...[true, false].map((caseInsensitive): Rule => {
		const name = `words_${caseInsensitive}`;
		return { name, type: name, category: "pii", label: name, expression: "", words: WORDS, caseInsensitive, score: 1, action: "redact" };
	}),
	...[
		["phrase", "\\bquarterly[ ]{1,4}layoffs\\b"],
		["umlaut", "größe{1,3}[0-9]"],
	].map(
		([name = "", expression = ""]): Rule => ({ name, type: name, category: "phrase", label: name, expression, score: 1, action: "redact" }),
	),
];

function inspect(program: ScannerProgram, chunks: readonly string[], strategy: RedactionStrategy): { text: string; findings: string[] } {
	const channel = new Channel(program, { strategy, key: new Uint8Array(32) }, "text");
	let text = "";
	for (const chunk of chunks) text += channel.write([chunk]).texts[0] ?? chunk;
	text += channel.finish();
	const findings = channel.scanner.findings.map(({ type, from, to }) => `${type} ${from}-${to}`);
	channel.close();
	return { text, findings };
}

const PROSE = [
	"the",
	"quarterly",
	"layoffs",
	"sk-",
	"eyJ",
	"at 12:30",
	"naïve",
	"größe1",
	"größe",
	"GRÖSSE",
	"Apollo",
	"apollo",
	"apollo\nmoon",
	"Apollo Moons",
	"C++",
	"c++11",
	"I.N.R.",
	"ΟΔΟΣ",
	"οδος",
	"我叫张伟。",
	"𝒳 Ray",
	"größeee7",
	"😀",
	"é",
	"\n",
	"4111",
	"--",
	"a.b",
	"x@",
	"+1",
	"http://",
	"AKIA",
	"und so weiter",
	"192.168.",
	"::",
	"DE89",
];
const PLANTS = [...RECOGNIZERS.flatMap(({ examples }) => [...examples.match.map(exampleText), ...examples.noMatch]), "quarterly  layoffs"];

function makeDocument(next: () => number): string {
	let text = "";
	for (let part = 0; part < 4 + next() * 8; part++) {
		const plant = pick(PLANTS, next);
		const cutAt = Math.floor(next() * plant.length);
		text += next() < 0.5 ? pick(PROSE, next) : next() < 0.3 ? plant.slice(0, cutAt) : plant;
		text += next() < 0.7 ? " " : pick(["", ".", "-", "x", "7", ", "], next);
	}
	return text.slice(0, 400);
}

describe.each(SETS)("with %s", (_name, recognizers, least) => {
	let production: ScannerProgram;
	let oracle: ScannerProgram;

	beforeAll(async () => {
		const rules = [...answerRules(recognizers), ...custom];
		const ruleSet: RuleSet = { rules, threshold: 0.5, strategy: "mask", allowList: [] };
		const loaded = await loadArtifact(rules, {});
		if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
		production = createScannerProgram(ruleSet, createHyperscanEngine(rules, loaded.artifact));
		oracle = createScannerProgram(ruleSet, createReferenceEngine(rules));
	});

	test("every chunking of every document gives the oracle's text and findings", () => {
		const deadline = Date.now() + FUZZ_SECONDS * 1000;
		let boundaries = 0;
		for (let seed = FIRST_SEED; boundaries < least || Date.now() < deadline; seed++) {
			const next = random(seed);
			const text = makeDocument(next);
			const strategy = pick(STRATEGIES, next);
			const expected = inspect(oracle, [text], strategy);
			for (const chunks of seed % 40 === 0 ? chunkings(text, next) : someChunkings(text, next, SPLITS)) {
				const actual = inspect(production, chunks, strategy);
				boundaries += chunks.length;
				if (actual.text !== expected.text || actual.findings.join() !== expected.findings.join()) {
					expect({ seed, strategy, chunks, ...actual }).toEqual({ seed, strategy, chunks, ...expected });
				}
			}
		}
		expect(boundaries).toBeGreaterThanOrEqual(least);
	}, 3_600_000);
});
