import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { compilePolicy } from "../../../src/policy/compile-policy.ts";
import { threatRule } from "../../../src/policy/threat-rule.ts";
import { RECOGNIZERS } from "../../../src/recognizers/registry.ts";
import type { ScannerProgram } from "../../../src/scanner/text-scanner.ts";
import { random, randomSlices } from "../../support/random.ts";
import { allRecognizers, programFor } from "../../support/scanner-program.ts";
import { throughChannel } from "../../support/through-channel.ts";

/** What the strategies write, for every label, in sentences that make a number or a word a finding. */
const STYLE = { strategy: "replace", key: new Uint8Array(32) } as const;
const LABELS = [...new Set(RECOGNIZERS.map(({ label }) => label))];
const WRITTEN: Readonly<Record<string, (label: string) => string>> = {
	"numbered by appearance": (label) => `[${label}_100]`,
	"numbered by value": (label) => `[${label}_48213377]`,
	hashed: (label) => `[${label}:5f0a9c1e77b2]`,
	"without a number": (label) => `[${label}]`,
	masked: (label) => `[${label} REDACTED]`,
};
const SENTENCES: readonly ((one: string, other: string) => string)[] = [
	(one, other) => `${one}, ${other}`,
	(one, other) => `phone ${one}, CVV ${other}, PIN ${one}, MRN ${other}, password ${one}`,
	(one, other) => `| phone | password |\n|---|---|\n| ${one} | ${other} |`,
	(one, other) => `api_key=${one}\nAuthorization: Bearer ${other}`,
	(one, other) => `\\${one.replaceAll("_", "\\_")} and \\${other.replaceAll("_", "\\_")}`,
];

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const typesIn = (pieces: readonly string[]): string[] => throughChannel(program, STYLE, pieces).findings.map(({ type }) => type);

describe.each(Object.entries(WRITTEN))("what stands in the place of a finding, %s,", (_name, write) => {
	test("is none itself, whole and in pieces", () => {
		for (const [i, label] of LABELS.entries()) {
			const other = LABELS[(i * 7 + 3) % LABELS.length] ?? label;
			const text = SENTENCES[i % SENTENCES.length]?.(write(label), write(other)) ?? "";
			expect({ text, types: typesIn([text]) }).toEqual({ text, types: [] });
			expect({ text, types: typesIn(randomSlices(text, 9, random(i))) }).toEqual({ text, types: [] });
		}
	});

	test.each(["PHONE", "MEDICAL_RECORD", "CVV", "AWS_KEY"])("is none in any sentence: %s", (label) => {
		for (const sentence of SENTENCES) {
			const text = sentence(write(label), write("GITLAB_TOKEN"));
			expect({ text, types: typesIn([text]) }).toEqual({ text, types: [] });
		}
	});
});

test.each([
	["[TEL_48213377] is my phone", "phone"],
	["my phone is [phone 48213377]", "phone"],
	["[PHONE_415-555-2671]", "phone"],
	["my SSN is [457-55-5462]", "ssn"],
	["[EMAIL_jane@corp.com]", "email"],
	["password: [hunT3r2!xQ9]", "credential"],
	["[AWS_KEY], AKIAIOSFODNN7EXAMPLF", "aws_key"],
	["Aadhaar [IN_AADHAAR:234123412346]", "in_aadhaar"],
])("what only looks like it is found: %s", (text, type) => {
	expect(typesIn([text])).toContain(type);
});

const pack = threatRule({ name: "p/mark", expression: "\\[BLOCKED\\]", caseInsensitive: false, action: "cut" });

test.each([
	["a word", 'pii_protection: { custom_patterns: [{ name: confidential, words: ["[CONFIDENTIAL]"] }] }', [], "a [CONFIDENTIAL] note"],
	["a pattern", "pii_protection: { custom_patterns: [{ name: ticket, pattern: '\\[TICKET_\\d{4}\\]' }] }", [], "on [TICKET_1234]"],
	["a phrase", 'blocked_phrases: ["[BLOCKED]"]', [], "is [BLOCKED] here"],
	["a pattern of a pack", "", [pack], "is [BLOCKED] here"],
])("%s that the operator looks for is found where it looks like a replacement", async (_what, security, packs, text) => {
	const parsed = parseConfig(`security: { ${security} }`, {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	const { response } = compilePolicy(parsed.config.security);
	const own = await programFor({ ...response, rules: [...response.rules, ...packs] });
	expect(throughChannel(own, STYLE, [text]).findings).toHaveLength(1);
});
