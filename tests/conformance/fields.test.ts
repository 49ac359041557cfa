import { expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { chunkings, pick, random, someChunkings } from "../support/random.ts";
import { REFERENCE_VIEWS } from "../support/reference-views.ts";

const AWS = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const ANTHROPIC = ["sk-ant-", "aB3dE5gH_jK9mN1pQ3rS-tU7vW9xY".repeat(3)].join("");
const SECRETS = [AWS, ANTHROPIC];
/** At least this many chunk boundaries, or as long as FUZZ_SECONDS says. */
const BOUNDARIES = 40_000;

const rules = RECOGNIZERS.filter(({ type }) => ["aws_key", "anthropic_key", "email", "credential"].includes(type)).flatMap((recognizer) =>
	rulesOf(recognizer, "redact", {}),
);
const loaded = await loadArtifact(rules, {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
const ruleSet = { rules, threshold: 0.5, strategy: "replace", allowList: [] } as const;
const production = createScannerProgram(ruleSet, createHyperscanEngine(rules, loaded.artifact));
const oracle = createScannerProgram(ruleSet, createReferenceEngine(rules), REFERENCE_VIEWS);

interface Inspected {
	readonly text: string;
	readonly types: string;
}

/** Arguments of a call. After the chunk `resumeAfter` another lane goes on. */
function inspect(program: ScannerProgram, chunks: readonly string[], resumeAfter = -1): Inspected {
	const style = { strategy: "replace", key: new Uint8Array(32) } as const;
	let channel = new Channel(program, style, "json");
	let text = "";
	for (const [i, chunk] of chunks.entries()) {
		text += channel.write([chunk]).texts[0] ?? chunk;
		if (i !== resumeAfter) continue;
		const state = channel.state();
		channel.close();
		channel = new Channel(program, style, "json", structuredClone(state));
	}
	text += channel.finish();
	const types = channel.scanner.findings.map(({ type }) => type).join();
	channel.close();
	return { text, types };
}

const halves = (secret: string, at: number): [string, string] => [secret.slice(0, at), secret.slice(at)];

test.each([
	["two fields", (a: string, b: string) => ({ a, b })],
	["fields behind another one", (a: string, b: string) => ({ city: "Bern", a, b, unit: "x" })],
	["fields behind two others", (a: string, b: string) => ({ x: "p", city: "Bern", a, b })],
	["a list", (a: string, b: string) => ["x", a, b]],
	["objects within each other", (a: string, b: string) => ({ a: { part: a }, b: [{ part: b }] })],
	["a number between them", (a: string, b: string) => ({ a, n: 5, isLast: true, b })],
])("a secret in %s is found, and no byte of it leaves, for every chunking", (_name, shape) => {
	for (const secret of SECRETS)
		for (const indent of [0, 2]) {
			const json = JSON.stringify(shape(...halves(secret, 11)), null, indent);
			for (const chunks of chunkings(json, random(3))) {
				const { text, types } = inspect(production, chunks);
				expect([chunks, types]).toEqual([chunks, secret === AWS ? "aws_key" : "anthropic_key"]);
				expect(JSON.parse(text)).toBeDefined();
				for (const half of halves(secret, 11)) expect(text).not.toContain(half.slice(0, 6));
			}
		}
});

test("in three fields too, where nothing stands before or behind it", () => {
	const json = JSON.stringify({ a: AWS.slice(0, 4), b: AWS.slice(4, 11), c: AWS.slice(11) });
	expect(inspect(production, [...json]).types).toBe("aws_key");
});

test("a secret within one field leaves the others as they are", () => {
	const json = (key: string): string => JSON.stringify({ a: "x", key, city: "Bern", list: ["1", "2"], password: "hunter2!x", user: "bob" });
	const redacted = JSON.stringify({
		a: "x",
		key: "[ANTHROPIC_KEY]",
		city: "Bern",
		list: ["1", "2"],
		password: "[CREDENTIAL_1]",
		user: "bob",
	});
	for (const chunks of chunkings(json(ANTHROPIC), random(4))) expect(inspect(production, chunks).text).toBe(redacted);
	const spread = JSON.stringify({ a: ANTHROPIC.slice(0, 9), b: ANTHROPIC.slice(9), city: "Bern" });
	expect(inspect(production, [spread]).text).toBe('{"a":"[ANTHROPIC_KEY]","":"","city":"Bern"}');
});

test("fields that only happen to follow one another are left alone, and so is text that is no call", () => {
	for (const value of [
		{ type: "sk", key: "ant" },
		{ user: "ann", host: "@corp.com" },
		{ name: "password=", of: "bob" },
		{ a: "AKIA", b: "is how it begins" },
	]) {
		const json = JSON.stringify(value);
		expect(inspect(production, [json])).toEqual({ text: json, types: "" });
	}
	const text = JSON.stringify(halves(AWS, 9));
	const channel = new Channel(production, { strategy: "replace", key: new Uint8Array(32) }, "text");
	expect((channel.write([text]).texts[0] ?? text) + channel.finish()).toBe(text);
});

const NAMES = ["a", "key", "a name", "long".repeat(12), 'q"x', "AKIA", ""];
const FILLERS = ["", "Bern", "sk-", "AKIA", "a@b", ".co", "x, y", '"', "}, {", ":", "é", "password=", AWS, ANTHROPIC];

function makeValue(next: () => number, depth = 0): unknown {
	const kind = next();
	if (depth < 3 && kind < 0.35)
		return Object.fromEntries(Array.from({ length: 1 + next() * 3 }, () => [pick(NAMES, next), makeValue(next, depth + 1)]));
	if (depth < 3 && kind < 0.5) return Array.from({ length: next() * 4 }, () => makeValue(next, depth + 1));
	if (kind < 0.6) return pick([0, -1.5e9, true, null], next);
	const secret = pick(SECRETS, next);
	const from = next() < 0.5 ? 0 : Math.floor(next() * secret.length);
	return next() < 0.4 ? pick(FILLERS, next) : secret.slice(from, next() < 0.4 ? undefined : from + Math.floor(next() * secret.length));
}

test("every chunking of any arguments gives the oracle's text and findings, and so does a move to another lane", () => {
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	let boundaries = 0;
	for (let seed = FIRST_SEED; boundaries < BOUNDARIES || Date.now() < deadline; seed++) {
		const next = random(seed);
		const json = JSON.stringify({ first: makeValue(next), second: makeValue(next) }, null, pick([0, 0, 1], next)).slice(0, 500);
		const expected = inspect(oracle, [json]);
		for (const chunks of someChunkings(json, next, 24)) {
			const actual = inspect(production, chunks);
			boundaries += chunks.length;
			if (actual.text !== expected.text || actual.types !== expected.types)
				expect({ seed, chunks, ...actual }).toEqual({ seed, chunks, ...expected });
			const moved = inspect(production, chunks, Math.floor(next() * chunks.length));
			if (moved.text !== expected.text) expect({ seed, chunks, text: moved.text }).toEqual({ seed, chunks, text: expected.text });
		}
		if (json.length < 500) expect(() => JSON.parse(expected.text)).not.toThrow();
	}
	expect(boundaries).toBeGreaterThanOrEqual(BOUNDARIES);
}, 3_600_000);
