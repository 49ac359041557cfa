import { beforeAll, expect, test } from "vitest";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import type { RuleSet } from "../../src/policy/policy.ts";
import { EXFILTRATION_LINK } from "../../src/recognizers/links.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { TEXT_MARKS } from "../../src/recognizers/text-marks.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram, type ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText, markedText } from "../support/examples.ts";

const ALL = [...RECOGNIZERS, ...TEXT_MARKS, EXFILTRATION_LINK];
const ruleSet: RuleSet = {
	rules: ALL.flatMap(({ type, category, label, patterns }) =>
		patterns.map((pattern) => ({
			...pattern,
			type,
			category,
			label,
			action: "redact" as const,
			...(category === "injection" && { threshold: 0 }),
		})),
	),
	threshold: 0.5,
	strategy: "mask",
	allowList: [],
};
let program: ScannerProgram;

beforeAll(async () => {
	const loaded = await loadArtifact(ruleSet.rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	program = createScannerProgram(ruleSet, createHyperscanEngine(ruleSet.rules, loaded.artifact));
});

interface Found {
	readonly type: string;
	readonly text: string;
}

function findingsIn(text: string): Found[] {
	const bytes = Buffer.from(text);
	return inspectWhole(program, { strategy: "mask", key: new Uint8Array(32) }, text).scanner.findings.map(({ type, from, to }) => ({
		type,
		text: bytes.toString("utf8", from, to),
	}));
}

for (const { type, examples } of ALL) {
	test(`${type} is found in its examples and only there`, () => {
		for (const example of examples.match) {
			const marked = markedText(example);
			const found = findingsIn(exampleText(example)).filter((finding) => finding.type === type);
			expect([example, found.map(({ text }) => text)]).toEqual([example, marked === undefined ? [expect.any(String)] : [marked]]);
		}
		for (const text of examples.noMatch) expect([text, findingsIn(text).filter((found) => found.type === type)]).toEqual([text, []]);
	});
}
