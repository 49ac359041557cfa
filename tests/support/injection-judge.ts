import { parseConfig } from "../../src/config/load.ts";
import type { Speaker } from "../../src/core/speaker.ts";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import { type JudgeOptions, judgeInjection, type PromptRisk } from "../../src/inspect/prompt-risk.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";

/** Judges what was said by a policy's rules and, where it has them, models. */
export type JudgeBy = (policy: Policy, texts: readonly (readonly [speaker: Speaker, text: string])[], options?: JudgeOptions) => PromptRisk;

/** The default policy, by its rules for attacks alone, or by other judges. */
export async function loadInjectionJudge(judges = "rule_based"): Promise<{ readonly policy: Policy; readonly judgeBy: JudgeBy }> {
	const parsed = parseConfig(`security: { pii_protection: { enabled: false }, prompt_injection: { detection_models: [${judges}] } }`, {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	const policy = compilePolicy(parsed.config.security);
	const loaded = await loadArtifact(policy.prompt.rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const program = createScannerProgram(policy.prompt, createHyperscanEngine(policy.prompt.rules, loaded.artifact));
	const style = { strategy: "mask" as const, key: new Uint8Array(32) };
	const judgeBy: JudgeBy = ({ prompt: ruleSet, injection }, texts, { model, history, questions } = {}) => {
		const prompt = texts.map(([speaker, text], i) => ({
			channel: `text:${i}`,
			speaker,
			text,
			signals: inspectWhole(program, style, text).scanner.signals,
		}));
		return judgeInjection(prompt, { prompt: ruleSet, injection }, program, { model, history, questions });
	};
	return { policy, judgeBy };
}
