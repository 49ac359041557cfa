import { createTextInspector, type TextInspection } from "../../src/inspect/inspect-text.ts";
import type { Policy, RuleSet } from "../../src/policy/policy.ts";
import { RECOGNIZERS, selectRecognizers } from "../../src/recognizers/registry.ts";
import {
	type BenignResult,
	evaluateBenign,
	evaluateCredData,
	evaluateExamples,
	evaluateLabelled,
	evaluateUnit,
	type KindResult,
} from "./evaluate.ts";
import { printReport } from "./report.ts";
import type { EvalOptions } from "./suite.ts";

export interface DetectionReport {
	readonly recognizers: number;
	readonly kinds: readonly KindResult[];
	readonly benign: readonly BenignResult[];
}

/** `npm run eval [-- detection]`: precision and recall of every kind on the corpora, and what is found in ordinary text. */
export async function printDetection({ policy, dir, limit, misses, json }: EvalOptions): Promise<void> {
	const everything = await inspectEverything(policy);
	const byDefault = await inspectData(policy.prompt);
	const context = { dir, limit, inspect: everything, typesOf, misses };
	const report: DetectionReport = {
		recognizers: RECOGNIZERS.length,
		kinds: [...evaluateLabelled(context), ...evaluateCredData(context), ...evaluateExamples(context), ...evaluateUnit(context)],
		benign: [...evaluateBenign(context, "all recognizers"), ...evaluateBenign({ ...context, inspect: byDefault }, "default policy")],
	};
	process.stdout.write(json ? `${JSON.stringify(report, null, "\t")}\n` : printReport(report));
}

/** With every recognizer of data: what is looked for in answers. */
export function inspectEverything({ response }: Policy): Promise<(bytes: Uint8Array) => TextInspection> {
	return inspectData(response);
}

/** Attacks and marks are measured elsewhere. */
async function inspectData(ruleSet: RuleSet): Promise<(bytes: Uint8Array) => TextInspection> {
	const data = ruleSet.rules.filter(({ category }) => category !== "injection");
	const inspector = await createTextInspector({ ...ruleSet, rules: data.map((rule) => ({ ...rule, action: "redact" as const })) });
	if (!inspector.ok) throw new Error(JSON.stringify(inspector.faults));
	return (bytes) => inspector.inspect(bytes);
}

/** Types of a list of detection names. */
function typesOf(names: readonly string[]): ReadonlySet<string> {
	return new Set(selectRecognizers(names).map(({ type }) => type));
}
