import type { Action, Rule, RuleSet } from "../../src/policy/policy.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram, type ScannerProgram } from "../../src/scanner/text-scanner.ts";

/** Every built-in recognizer with one action. */
export async function allRecognizers(action: Action): Promise<ScannerProgram> {
	const rules: Rule[] = RECOGNIZERS.flatMap(({ type, category, label, patterns }) =>
		patterns.map((pattern) => ({ ...pattern, type, category, label, action })),
	);
	const ruleSet: RuleSet = { rules, threshold: 0.5, strategy: "remove", allowList: [] };
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return createScannerProgram(ruleSet, createHyperscanEngine(rules, loaded.artifact));
}
