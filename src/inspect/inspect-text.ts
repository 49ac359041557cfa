import { shippedHarmModel } from "../models/harm-model.ts";
import type { HarmPolicy, Policy, RuleSet } from "../policy/policy.ts";
import { severest } from "../policy/severity.ts";
import type { Engine } from "../scanner/engine.ts";
import { createHyperscanEngine } from "../scanner/engine-hyperscan.ts";
import { withHarm } from "../scanner/harm-scanner.ts";
import { loadArtifact } from "../scanner/pattern-database.ts";
import { createScannerProgram } from "../scanner/scanner-program.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import { withNames } from "../scanner/with-names.ts";
import type { Finding } from "../verdict/finding.ts";
import type { PromptAction } from "../verdict/prompt-verdict.ts";
import type { RedactionStyle } from "../verdict/redaction.ts";
import { riskScore } from "../verdict/risk.ts";
import { namesIn, namesLate } from "./asked-names.ts";
import { foreignCanaries } from "./canary.ts";
import type { Explanation } from "./guardrail-dialects.ts";
import { judgeHarm } from "./harm-risk.ts";
import { inspectWhole } from "./inspect-whole.ts";
import { judgeInjection, type PromptRisk } from "./prompt-risk.ts";
import type { Questions } from "./questions.ts";
import { removesText } from "./removed-text.ts";

export interface TextInspection {
	/** What the policy does with the text; `block` also stands for an answer that would be cut. */
	readonly action: PromptAction;
	/** Risk of the text as a whole, 0…1. */
	readonly score: number;
	/** What the score is made of. */
	readonly risks: Explanation["risks"];
	/** Signals of the injection rules. */
	readonly signals: number;
	/** Data in order of the text, then families of attack; byte offsets in its UTF-8 form. Their `action` is the policy's. */
	readonly findings: readonly Finding[];
	/** The text with every finding rewritten, also those that block. */
	readonly redacted: string;
}

/** In the place of a text that is harmful as a whole. */
const HARMFUL = "[HARMFUL CONTENT REDACTED]";

/** An attack is found by several signals together. */
const NO_RULE = -1;

/** `questions`: for the transformers; `pause` is called between the slices of a long text: other work may be done. */
export type InspectText = (text: string, questions?: Questions, pause?: () => void) => TextInspection;

/** What is judged beside the rules. */
export interface Judged {
	readonly injection?: Policy["injection"] | undefined;
	readonly harm?: Policy["harm"] | undefined;
	readonly names?: Policy["names"] | undefined;
}

/** Inspects whole texts to their end: nothing is cut off, so that every finding is known. */
export function bindInspectText(
	ruleSet: RuleSet,
	engine: Engine,
	style: RedactionStyle,
	{ injection, harm, names }: Judged = {},
): InspectText {
	const rules = ruleSet.rules.map((rule) => (rule.action === "cut" ? { ...rule, action: "redact" as const } : rule));
	const program = withWholeHarm(createScannerProgram({ ...ruleSet, rules }, engine), harm);
	const intended = (finding: Finding): Finding["action"] =>
		(finding.category === "harm" ? harm?.action : ruleSet.rules[finding.rule]?.action) ?? finding.action;
	// No text by itself belongs to a conversation.
	const always = { ...style, isOwn: foreignCanaries("") };
	return (text, questions, pause) => {
		const alone = pause === undefined ? always : { ...always, pause };
		const { text: once, scanner } = inspectWhole(withNames(program, namesIn(text, names, questions)), alone, text);
		const left = removesText(scanner.findings, ruleSet) ? inspectWhole(program, { ...alone, isMarked: true }, once) : undefined;
		const harmRisk = judgeHarm(text, harm, questions);
		const findings = [
			...scanner.findings.map((finding) => ({ ...finding, action: intended(finding) })),
			...harmRisk.findings,
			...namesLate(names, questions),
		];
		const judge = (said: string, { signals }: typeof scanner): PromptRisk =>
			judgeInjection([{ channel: "text:0", text: said, speaker: "user", signals }], { injection, prompt: ruleSet }, program, { questions });
		const [whole, rest] = [judge(text, scanner), left && judge(once, left.scanner)];
		const attack = rest !== undefined && rest.risk > whole.risk ? spread(rest, Buffer.byteLength(text)) : whole;
		const action = severest(actionOf(findings), attack.action);
		const risks = {
			attack: attack.risk,
			harm: harmRisk.risk,
			data: riskScore(findings),
		};
		return {
			action,
			score: riskScore(findings, Math.max(risks.attack, risks.harm)),
			risks,
			signals: scanner.signals.length,
			findings: [...findings, ...attackFindings(attack)],
			redacted: harmRisk.findings.some(({ score, action: done }) => score > 0 && done !== "flag") ? HARMFUL : (left?.text ?? once),
		};
	};
}

function withWholeHarm(program: ScannerProgram, harm: HarmPolicy | undefined): ScannerProgram {
	if (harm === undefined) return program;
	return withHarm(program, shippedHarmModel(), { ...harm, action: harm.action === "flag" ? "flag" : "redact" });
}

/** The same risk of a text of so many bytes that reads otherwise: where in it nobody can say. */
function spread({ reports, ...risk }: PromptRisk, bytes: number): PromptRisk {
	const all = { from: 0, to: bytes };
	return { ...risk, reports: reports.map((report) => ({ ...report, findings: report.findings.map((found) => ({ ...found, ...all })) })) };
}

function attackFindings({ reports }: PromptRisk): Finding[] {
	return reports.flatMap(({ findings }) => findings.map((finding) => ({ ...finding, rule: NO_RULE, category: "injection" as const })));
}

function actionOf(findings: readonly Finding[]): PromptAction {
	return findings.map(({ action }) => (action === "cut" ? "block" : action)).reduce<PromptAction>(severest, "allow");
}

export type TextInspector =
	| { readonly ok: true; inspect(bytes: Uint8Array): TextInspection }
	| { readonly ok: false; readonly faults: readonly { readonly pattern: string; readonly reason: string; readonly remedy: string }[] };

/** The lanes' engine for whole texts in this thread: for the command line. `key` keys hashes and surrogates. */
export async function createTextInspector(
	ruleSet: RuleSet,
	key: Uint8Array = new Uint8Array(32),
	judged: Judged = {},
): Promise<TextInspector> {
	const loaded = await loadArtifact(ruleSet.rules, {});
	if (!loaded.ok) return loaded;
	const engine = createHyperscanEngine(ruleSet.rules, loaded.artifact);
	const inspect = bindInspectText(ruleSet, engine, { strategy: ruleSet.strategy, key }, judged);
	return { ok: true, inspect: (bytes) => inspect(Buffer.from(bytes).toString("utf8")) };
}
