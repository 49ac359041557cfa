import { beforeAll, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import type { Rule, RuleSet } from "../../src/policy/policy.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram, type ScannerProgram } from "../../src/scanner/text-scanner.ts";

/** At least this many chunk boundaries, or as long as FUZZ_SECONDS says. */
const BOUNDARIES = 1_000_000;
const FUZZ_SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 0);
const style = { strategy: "mask", key: new Uint8Array(32) } as const;
const rules: Rule[] = RECOGNIZERS.flatMap(({ type, category, label, patterns }) => patterns.map((pattern) => ({ ...pattern, type, category, label, action: type === "stripe_key" ? ("cut" as const) : ("redact" as const) })));
const custom: Rule[] = [["phrase", "\\bquarterly[ ]{1,4}layoffs\\b"], ["umlaut", "größe{1,3}[0-9]"]].map(([name = "", expression = ""]) => ({ name, type: name, category: "phrase", label: name, expression, score: 1, action: "redact" }));
const ruleSet: RuleSet = { rules: [...rules, ...custom], threshold: 0.5, strategy: "mask", allowList: [] };
let production: ScannerProgram;
let oracle: ScannerProgram;

beforeAll(async () => {
	const loaded = await loadArtifact(ruleSet.rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	production = createScannerProgram(ruleSet, createHyperscanEngine(ruleSet.rules, loaded.artifact));
	oracle = createScannerProgram(ruleSet, createReferenceEngine(ruleSet.rules));
});

function inspect(program: ScannerProgram, chunks: readonly string[]): { text: string; findings: string[] } {
	const channel = new Channel(program, style);
	let text = "";
	for (const chunk of chunks) text += channel.write([chunk]).texts[0] ?? chunk;
	text += channel.finish();
	const findings = channel.scanner.findings.map(({ type, from, to }) => `${type} ${from}-${to}`);
	channel.close();
	return { text, findings };
}

/** Mulberry32: the same documents in every run. */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const PROSE = ["the", "quarterly", "layoffs", "sk-", "eyJ", "at 12:30", "naïve", "größe1", "größeee7", "😀", "é", "\n", "4111", "--", "a.b", "x@", "+1", "http://", "AKIA", "und so weiter", "192.168.", "::", "DE89"];
const PLANTS = [...RECOGNIZERS.flatMap(({ examples }) => [...examples.match, ...examples.noMatch]), "quarterly  layoffs"];

function makeDocument(next: () => number): string {
	const pick = <T,>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
	let text = "";
	for (let part = 0; part < 4 + next() * 8; part++) {
		const plant = pick(PLANTS);
		const cutAt = Math.floor(next() * plant.length);
		text += next() < 0.5 ? pick(PROSE) : next() < 0.3 ? plant.slice(0, cutAt) : plant;
		text += next() < 0.7 ? " " : pick(["", ".", "-", "x", "7", ", "]);
	}
	return text.slice(0, 400);
}

function* chunkings(text: string, next: () => number): Generator<string[]> {
	yield [...Array(text.length).keys()].map((i) => text[i] as string);
	for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)];
	for (const most of [3, 8, 40]) {
		const chunks: string[] = [];
		for (let at = 0; at < text.length; ) {
			const size = 1 + Math.floor(next() * most);
			chunks.push(text.slice(at, at + size));
			at += size;
		}
		yield chunks;
	}
}

test("every chunking of every document gives the oracle's text and findings", () => {
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	let boundaries = 0;
	for (let seed = 1; boundaries < BOUNDARIES || Date.now() < deadline; seed++) {
		const next = random(seed);
		const text = makeDocument(next);
		const expected = inspect(oracle, [text]);
		for (const chunks of chunkings(text, next)) {
			const actual = inspect(production, chunks);
			boundaries += chunks.length;
			if (actual.text !== expected.text || actual.findings.join() !== expected.findings.join()) {
				expect({ seed, chunks, ...actual }).toEqual({ seed, chunks, ...expected });
			}
		}
	}
	expect(boundaries).toBeGreaterThanOrEqual(BOUNDARIES);
}, 3_600_000);
