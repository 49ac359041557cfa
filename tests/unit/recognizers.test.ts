import { expect, test } from "vitest";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import { rulesOf, type SensitiveFrom } from "../../src/policy/recognizer-rules.ts";
import { CALL_TARGET } from "../../src/recognizers/call-targets.ts";
import { CANARY } from "../../src/recognizers/canary.ts";
import { CONFIRMERS } from "../../src/recognizers/confirmers.ts";
import { EXFILTRATION_LINK } from "../../src/recognizers/links.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { AI_SECRETS } from "../../src/recognizers/secrets-ai.ts";
import { TEXT_MARKS } from "../../src/recognizers/text-marks.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText, markedText } from "../support/examples.ts";

const ALL = [...RECOGNIZERS, ...TEXT_MARKS, EXFILTRATION_LINK, CANARY, CALL_TARGET];

/** As in prompts, or as in answers. */
async function programOf(sensitiveFrom?: SensitiveFrom): Promise<ScannerProgram> {
	const rules = ALL.flatMap((recognizer) =>
		rulesOf(recognizer, "redact", sensitiveFrom).map((rule) => ({ ...rule, ...(rule.category === "injection" && { threshold: 0 }) })),
	);
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return createScannerProgram({ rules, threshold: 0.5, strategy: "mask", allowList: [] }, createHyperscanEngine(rules, loaded.artifact));
}

const [inPrompts, inAnswers] = await Promise.all([programOf(), programOf({})]);

interface Found {
	readonly type: string;
	readonly text: string;
}

function findingsIn(program: ScannerProgram, text: string): Found[] {
	const bytes = Buffer.from(text);
	return inspectWhole(program, { strategy: "mask", key: new Uint8Array(32) }, text).scanner.findings.map(({ type, from, to }) => ({
		type,
		text: bytes.toString("utf8", from, to),
	}));
}

for (const { type, examples } of ALL) {
	test(`${type} is found in its examples and only there`, () => {
		for (const example of examples.match) {
			const marked = markedText(example)?.split(/⟧[^⟦]*⟦/);
			const found = findingsIn(inPrompts, exampleText(example)).filter((finding) => finding.type === type);
			expect([example, found.map(({ text }) => text)]).toEqual([example, marked ?? [expect.any(String)]]);
			const parts = findingsIn(inAnswers, exampleText(example)).filter((finding) => finding.type === type);
			expect([example, parts.map(({ text }, i) => found[i]?.text.endsWith(text))]).toEqual([example, found.map(() => true)]);
		}
		for (const text of examples.noMatch)
			for (const program of [inPrompts, inAnswers])
				expect([text, findingsIn(program, text).filter((found) => found.type === type)]).toEqual([text, []]);
	});
}

test("each pattern has an example: one that no text of its type reaches could be wrong unseen", () => {
	// Those that are made from another one by a rule are tried in every disguise.
	const isMade = (name: string): boolean => /_(?:rot13|reversed|lower)$/.test(name);
	const missed = RECOGNIZERS.flatMap(({ patterns = [], examples }) => {
		const texts = examples.match.map(exampleText);
		const isMet = (expression: string, flags: string): boolean => texts.some((text) => new RegExp(expression, flags).test(text));
		return patterns
			.filter(({ name, expression, caseInsensitive }) => !isMade(name) && !isMet(expression, caseInsensitive ? "isu" : "su"))
			.map(({ name }) => name);
	});
	expect(missed).toEqual([]);
});

test("the set has the breadth that is promised", () => {
	const kinds = (category: string): number => RECOGNIZERS.filter((recognizer) => recognizer.category === category).length;
	const countries = new Set(RECOGNIZERS.flatMap(({ groups = [] }) => groups.filter((group) => group.startsWith("national_id:"))));
	expect(kinds("pii")).toBeGreaterThanOrEqual(150);
	expect(kinds("secret")).toBeGreaterThanOrEqual(149);
	expect(countries.size).toBeGreaterThanOrEqual(70);
});

test("a token with a prefix is found in ROT13 too, where neither reading is made of words", () => {
	const turned = (text: string): string =>
		text.replace(/[A-Za-z]/g, (char) => String.fromCharCode(char.charCodeAt(0) + (/[A-Ma-m]/.test(char) ? 13 : -13)));
	const tokens = AI_SECRETS.flatMap(({ type, examples }) => examples.match.map((example) => [type, exampleText(example)] as const));
	const found = tokens.filter(([type, text]) => findingsIn(inPrompts, turned(text)).some((finding) => finding.type === type));
	// Some prefixes are words without their sign: they are looked for as they stand only.
	expect(new Set(tokens.map(([type]) => type)).size - new Set(found.map(([type]) => type)).size).toBeLessThanOrEqual(2);
	expect(findingsIn(inPrompts, turned(["AKIA", "IOSFODNN7", "EXAMPLE"].join("")))).toMatchObject([{ type: "aws_key" }]);
	for (const text of [
		"fx-button-primary-2024-large-outlined-rounded",
		"us_presidential_elections_in_the_state",
		"cn-how-to-build-a-web-server-in-2024-with-node",
	])
		expect(findingsIn(inPrompts, text)).toEqual([]);
});

test("a Confluent secret proves itself by its checksum", () => {
	const [head, check] = [["cflt", "T8d8RzkNseTMEDKcjNM1BZTFPHqRn/dQm9q7w6SjzZ12wZfwjaJdip"].join(""), "HZtDjw"];
	const score = (text: string): number | undefined => CONFIRMERS.get("confluent_key")?.({ text, compact: "", left: "", right: undefined });
	expect(score(head + check)).toBe(0.99);
	expect(score(head + [...check].reverse().join(""))).toBe(0.97);
});

test("a token of which the vendor says how long it is is no other length, and one key held down is none", () => {
	const groq = ["gsk_", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2".repeat(2).slice(0, 52)].join("");
	expect(findingsIn(inPrompts, `key ${groq}.`)).toMatchObject([{ type: "groq_key" }]);
	for (const text of [`key ${groq}9.`, `key ${groq}-9.`, `sgp_${"5".repeat(20)}${"a".repeat(20)}`])
		expect(findingsIn(inPrompts, text)).toEqual([]);
});

test("a name for a Slack token, or one written to be counted, is none", () => {
	for (const text of ["xoxb-Slack_BOT_TOKEN", "xoxb-xoxb-my-bot-token", `ntn_${"1234567890".repeat(6)}`])
		expect(findingsIn(inPrompts, text)).toEqual([]);
});
