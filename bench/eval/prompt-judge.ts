import type { Speaker } from "../../src/core/speaker.ts";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import { type AskedQuestions, judgeInjection, type PromptRisk } from "../../src/inspect/prompt-risk.ts";
import type { InjectionModel } from "../../src/models/injection-model.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";

/** Judges one text by the rules and, where they are given, a model and a second stage. */
export type PromptJudge = (text: string, speaker: Speaker, model?: () => InjectionModel, questions?: AskedQuestions) => PromptRisk;

export async function createJudge(policy: Policy): Promise<PromptJudge> {
	const rules = policy.prompt.rules.filter(({ isSignal }) => isSignal === true);
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const prompt = { ...policy.prompt, rules };
	const program = createScannerProgram(prompt, createHyperscanEngine(rules, loaded.artifact));
	const style = { strategy: "mask" as const, key: new Uint8Array(32) };
	return (text, speaker, model, questions) => {
		const injection = policy.injection && { ...policy.injection, isLearned: model !== undefined, hasSecondStage: questions !== undefined };
		const texts = [{ channel: "text", speaker, text, signals: inspectWhole(program, style, text).scanner.signals }];
		return judgeInjection(texts, { prompt, injection }, program, { model, questions });
	};
}
