import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { RuleSet } from "../../src/policy/policy.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { escapeContent } from "../support/escape-content.ts";
import { exampleText, publicText } from "../support/examples.ts";
import { runs } from "../support/fuzz.ts";
import { random, randomSlices } from "../support/random.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * Secrets stand in Greek prose and are removed, so any ASCII letter or digit in the output that does not belong to the
 * public words around them is a leaked byte. This does not trust the oracle: it holds whatever the scanner thinks.
 */
const NUM_RUNS = 2000;
const style = { strategy: "remove", key: new Uint8Array(32) } as const;
const GREEK = fc.stringMatching(/^[α-ω ,😀é]{0,12}$/u).map((text) => ` ${text} `);

const SECRETS = RECOGNIZERS.flatMap(({ type, examples }) =>
	examples.match.map((example) => ({ type, text: exampleText(example), rest: publicText(example) })),
);

const DOCUMENT = fc.array(fc.oneof(GREEK, fc.constantFrom(...SECRETS)), { minLength: 1, maxLength: 8 });
const CUTS = fc.record({
	seed: fc.integer(),
	deltas: fc.integer({ min: 1, max: 40 }),
	writes: fc.integer({ min: 1, max: 300 }),
	escaped: fc.boolean(),
});
const CHARACTERS = { seed: 0, deltas: 1, writes: 1, escaped: false };

const programs = new Map<"redact" | "cut", ScannerProgram>();
/** What a view leaves out or reads in another way, between letters. */
const DISGUISED = ["~", "**", "<b>", '" + "', "\\\n", "\u00ad", "\u200b", "&#98;", "\\u0062", "%62", "\uff42", "\u0431", " b "];
/** Rules whose matches go on beyond the pattern. */
const ENDLESS = RECOGNIZERS.filter(({ patterns = [] }) => patterns.some(({ tail }) => tail !== undefined)).map(({ type }) => type);

/** By their beginnings: documents in which a random seed found a fault, and cuts that show it. */
const FOUND = [["%B4111", "dO29Q~", "-----BEGIN PRIVATE KEY"]].map((heads): [typeof SECRETS, typeof CHARACTERS] => [
	heads.map((head) => SECRETS.find(({ text }) => text.startsWith(head)) as (typeof SECRETS)[number]),
	CHARACTERS,
]);

/** Secrets that the scanner takes whole when they stand alone in the prose: what is left is public. */
let wholes: typeof SECRETS = [];

beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) {
		const rules = RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, action));
		const ruleSet: RuleSet = { rules, threshold: 0.5, strategy: "remove", allowList: [] };
		const loaded = await loadArtifact(rules, {});
		if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
		programs.set(action, createScannerProgram(ruleSet, createHyperscanEngine(rules, loaded.artifact)));
	}
	wholes = SECRETS.filter(({ text, rest }) => ascii(visible(answer("redact", [` ${text} `], [1 << 20]))) === ascii(rest));
});

/** What a client sees of an answer whose deltas arrive in TCP writes of these sizes, in turn. */
function answer(
	action: "redact" | "cut",
	deltas: readonly string[],
	sizes: readonly number[],
	escaped = false,
	moveEvery?: number,
): string {
	const event = (delta: object, finish: string | null): string => {
		const json = JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta, finish_reason: finish }] });
		return `data: ${escaped ? escapeContent(json) : json}\n\n`;
	};
	const bytes = Buffer.from([...deltas.map((content) => event({ content }, null)), event({}, "stop"), "data: [DONE]\n\n"].join(""));
	const program = programs.get(action) as ScannerProgram;
	return streamThrough(bytes, { api: "openai-chat", program, style, sizes, ...(moveEvery !== undefined && { moveEvery }) }).out;
}

const ascii = (text: string): string => text.replace(/[^A-Za-z0-9]/g, "");

/** Whether a text is what is left of another when characters are taken out. */
function isSubsequence(part: string, whole: string): boolean {
	let at = 0;
	for (const char of whole) if (char === part[at]) at++;
	return at === part.length;
}

function visible(raw: string): string {
	return [...raw.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json as string).choices[0]?.delta.content ?? "").join("");
}

describe("planted secrets", () => {
	test("most examples are taken whole, so the properties below are about something", () => {
		expect(wholes.length).toBeGreaterThan(SECRETS.length / 2);
		expect(new Set(wholes.map(({ type }) => type)).size).toBe(RECOGNIZERS.length);
	});

	test("half a character, and a value whose trigger has left, survive a move to another lane at every event", () => {
		for (const { text } of SECRETS) {
			const whole = `😀 ${text}${text} 😀`;
			const deltas = Array.from({ length: whole.length }, (_, i) => whole.charAt(i));
			expect(visible(answer("redact", deltas, [90], false, 1))).toBe(visible(answer("redact", [whole], [1 << 20])));
		}
	});

	test("a value without a fixed end ends at one place for every chunking, whatever a view reads there", () => {
		const endless = SECRETS.filter(({ type }) => ENDLESS.includes(type));
		expect(endless.length).toBeGreaterThan(20);
		for (const { text } of endless) {
			const whole = DISGUISED.map((mark) => `${text}aB${mark}c1 ω\n`).join("");
			expect(visible(answer("redact", [...whole], [90]))).toBe(visible(answer("redact", [whole], [1 << 20])));
		}
	});

	test.each(["redact", "cut"] as const)("no byte of a planted secret leaves, whatever the chunking (%s)", (action) => {
		fc.assert(
			fc.property(DOCUMENT, CUTS, (parts, cuts) => {
				const text = parts
					.filter((part) => typeof part === "string" || wholes.includes(part))
					.map((part) => (typeof part === "string" ? part : ` ${part.text} `))
					.join("");
				const next = random(cuts.seed);
				const deltas = randomSlices(text, cuts.deltas, next);
				const sizes = Array.from({ length: 7 }, () => 1 + Math.floor(next() * cuts.writes));
				const out = visible(answer(action, deltas, sizes, cuts.escaped));
				expect(out).toBe(visible(answer(action, [text], [1 << 20])));
				const open = parts.map((part) => (typeof part === "string" || !wholes.includes(part) ? "" : part.rest)).join("");
				// What is removed between digits is kept apart by a marker.
				expect(isSubsequence(ascii(out.replaceAll(/\[\w+ REDACTED\]/g, "")), ascii(open))).toBe(true);
			}),
			Object.assign({ examples: FOUND }, runs(NUM_RUNS)),
		);
	});

	test("adjacent, glued and truncated secrets give the same output for every chunking", () => {
		const part = fc.oneof(
			GREEK,
			fc.constantFrom(...SECRETS).map(({ text }) => text),
			fc.tuple(fc.constantFrom(...SECRETS), fc.nat(60)).map(([{ text }, at]) => text.slice(0, at)),
		);
		fc.assert(
			fc.property(
				fc.array(part, { minLength: 1, maxLength: 6 }),
				CUTS,
				fc.constantFrom("redact" as const, "cut" as const),
				(parts, cuts, action) => {
					const text = parts.join("");
					const next = random(cuts.seed);
					const sizes = Array.from({ length: 7 }, () => 1 + Math.floor(next() * cuts.writes));
					const whole = visible(answer(action, [text], [1 << 20]));
					expect(visible(answer(action, randomSlices(text, cuts.deltas, next), sizes, cuts.escaped))).toBe(whole);
				},
			),
			runs(NUM_RUNS),
		);
	});
});
