import { parseConfig } from "../../src/config/load.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import type { Action, Rule, RuleSet } from "../../src/policy/policy.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";

/** Every built-in recognizer with one action; without `normalize`, texts in disguise are not looked for, and less is held. */
export function allRecognizers(action: Action, normalize = true): Promise<ScannerProgram> {
	return programOf(
		RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, action)),
		normalize,
	);
}

/** The same with a pattern of one's own. */
export function programWith(action: Action, own: Omit<Rule, "action">): Promise<ScannerProgram> {
	return programOf([{ ...own, action }, ...RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, action))]);
}

/** Looks for something that stands in no text, so it never holds any back. */
export function nothingToFind(): Promise<ScannerProgram> {
	const rule = { name: "none", type: "none", category: "pii", label: "NONE", expression: "\\x01\\x02\\x03", score: 1 } as const;
	return programOf([{ ...rule, action: "redact" }], false);
}

/** What answers are inspected with where `security.response_filtering` says this (YAML, without braces). */
export function answerProgram(filtering: string): Promise<ScannerProgram> {
	const parsed = parseConfig(`security: { response_filtering: { ${filtering} } }`, {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	return programFor(compilePolicy(parsed.config.security).response);
}

function programOf(rules: readonly Rule[], normalize = true): Promise<ScannerProgram> {
	return programFor({ rules, normalize, threshold: 0.5, strategy: "remove", allowList: [] });
}

/** Of the rules that a configuration makes. */
export async function programFor(ruleSet: RuleSet): Promise<ScannerProgram> {
	const loaded = await loadArtifact(ruleSet.rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return createScannerProgram(ruleSet, createHyperscanEngine(ruleSet.rules, loaded.artifact));
}
