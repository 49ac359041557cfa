import { parseConfig } from "../../src/config/load.ts";
import { createTextInspector, type TextInspection } from "../../src/inspect/inspect-text.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import type { RuleSet } from "../../src/policy/policy.ts";
import { RECOGNIZERS, selectRecognizers } from "../../src/recognizers/registry.ts";
import { printDisguiseMatrix } from "./disguise-matrix.ts";
import {
	type BenignResult,
	evaluateBenign,
	evaluateCredData,
	evaluateExamples,
	evaluateLabelled,
	evaluateUnit,
	type KindResult,
} from "./evaluate.ts";
import { printHarm } from "./harm.ts";
import { printLearnedInjection } from "./injection-learned.ts";
import { printInjectionRules } from "./injection-rules.ts";
import { printKinds } from "./kinds.ts";
import { printNames } from "./names.ts";
import { printNameFolds } from "./names-folds.ts";
import { printPromptTime } from "./prompt-time.ts";
import { printProviderSecrets } from "./provider-secrets.ts";
import { printReport } from "./report.ts";

/** `npm run eval -- [--json] [--limit ROWS] [--misses KIND]`: detection on the corpora of CORPORA_DIR. `npm run eval -- disguises`: disguise × type. `npm run eval -- injection`: the learned model on unseen sources; `-- injection-rules`: the rules; `-- prompt-time`: what a decision takes. `npm run eval -- harm`: the model for harm in answers. `npm run eval -- names`: the token model. `npm run eval -- secrets`: those with a provider's prefix. */
const args = process.argv.slice(2);
const valueOf = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
const loaded = parseConfig("{}", {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
const policy = compilePolicy(loaded.config.security);
if (args[0] === "disguises") {
	await printDisguiseMatrix(policy.response);
	process.exit(0);
}
if (args[0] === "kinds") {
	await printKinds();
	process.exit(0);
}
const dir = process.env["CORPORA_DIR"];
if (dir === undefined) {
	process.stderr.write("CORPORA_DIR is not set — give the folder that holds pii-anon-eval/dev.jsonl and the others\n");
	process.exit(2);
}
const limit = Number(valueOf("--limit") ?? Number.POSITIVE_INFINITY);
const misses = valueOf("--misses");
if (args[0] === "harm") {
	printHarm(dir, misses);
	process.exit(0);
}
if (args[0] === "injection") {
	await printLearnedInjection(policy, dir, misses);
	process.exit(0);
}
if (args[0] === "prompt-time") {
	await printPromptTime(policy, dir);
	process.exit(0);
}
if (args[0] === "injection-rules") {
	await printInjectionRules(policy, dir, limit, misses);
	process.exit(0);
}
if (args[0] === "names") {
	if (args.includes("--folds")) printNameFolds(dir);
	else await printNames(dir, misses);
	process.exit(0);
}

export interface EvalReport {
	readonly recognizers: number;
	readonly kinds: readonly KindResult[];
	readonly benign: readonly BenignResult[];
}

const inspectorOf = async (ruleSet: RuleSet): Promise<(bytes: Uint8Array) => TextInspection> => {
	// Attacks and marks are measured elsewhere.
	const data = ruleSet.rules.filter(({ category }) => category !== "injection");
	const inspector = await createTextInspector({ ...ruleSet, rules: data.map((rule) => ({ ...rule, action: "redact" as const })) });
	if (!inspector.ok) throw new Error(JSON.stringify(inspector.faults));
	return (bytes) => inspector.inspect(bytes);
};
const everything = await inspectorOf(policy.response);
if (args[0] === "secrets") {
	printProviderSecrets(dir, everything, misses);
	process.exit(0);
}
const byDefault = await inspectorOf(policy.prompt);
/** Types of a list of detection names. */
const typesOf = (names: readonly string[]): ReadonlySet<string> => new Set(selectRecognizers(names).map(({ type }) => type));

const context = { dir, limit, inspect: everything, typesOf, misses };
const report: EvalReport = {
	recognizers: RECOGNIZERS.length,
	kinds: [...evaluateLabelled(context), ...evaluateCredData(context), ...evaluateExamples(context), ...evaluateUnit(context)],
	benign: [...evaluateBenign(context, "all recognizers"), ...evaluateBenign({ ...context, inspect: byDefault }, "default policy")],
};
process.stdout.write(args.includes("--json") ? `${JSON.stringify(report, null, "\t")}\n` : printReport(report));
