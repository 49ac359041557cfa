import type { Speaker } from "../core/speaker.ts";
import { shippedInjectionModel } from "../models/injection-model.ts";
import type { Policy, RuleSet } from "../policy/policy.ts";
import type { Detection } from "../scanner/detector.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import {
	type InjectionFinding,
	type InjectionReport,
	judgeSignals,
	NO_INJECTION,
	type SignalPlace,
	speakerTrust,
} from "../verdict/injection.ts";

/** One text of a prompt with the signals that were seen in it. */
export interface PromptText {
	/** Its name in reports: `text:3`. */
	readonly channel: string;
	readonly text: string;
	readonly speaker: Speaker;
	readonly signals: readonly Detection[];
}

/** The report of one text, or of several that are read as one. */
export interface TextReport {
	/** Of the text, or `joined`. */
	readonly channel: string;
	readonly risk: number;
	readonly findings: readonly AttackFinding[];
}

/** Nothing is rewritten for its sake, so it never redacts. */
export interface AttackFinding extends InjectionFinding {
	readonly action: "flag" | "cut";
}

export interface PromptRisk {
	/** Chance 0…1 that the prompt attacks. */
	readonly risk: number;
	/** What the policy does about it. */
	readonly action: "allow" | "flag" | "block";
	/** Of the texts that look like it. */
	readonly reports: readonly TextReport[];
}

/** Reports that say less are not worth a line in the audit trail. */
const MIN_REPORTED_RISK = 0.3;
/** Texts of the user that follow each other are one text to the model, whatever pieces it came in. */
const ADJACENT = { most: 64, trust: 0.97 } as const;
/** Turns with answers between them may belong together, but seldom do. */
const TURNS = { most: 8, trust: 0.75 } as const;
/** UTF-16 units on each side of the seam of two texts: a signal may be torn in two. */
const SEAM_UNITS = 64;

type JudgedPolicy = Pick<Policy, "prompt"> & { readonly injection?: Policy["injection"] | undefined };

/** Judges all texts of a prompt, each by itself and those of the user also together. */
export function judgeInjection(
	texts: readonly PromptText[],
	{ injection, prompt: ruleSet }: JudgedPolicy,
	program: ScannerProgram,
): PromptRisk {
	if (injection === undefined) return { risk: 0, action: "allow", reports: [] };
	const isLearned = injection.isLearned === true;
	const judge = (places: readonly SignalPlace[], text: string, speaker: Speaker): InjectionReport =>
		withLearned(places.length === 0 ? NO_INJECTION : judgeSignals(places, Buffer.from(text), speaker), text, speaker, isLearned);
	const single = texts.map(({ channel, text, speaker, signals }) => ({
		channel,
		...judge(placesOf(signals, ruleSet), text, speaker),
	}));
	const said = texts.filter(({ speaker, text }) => speaker === "user" && text !== "");
	const runs = adjacentRuns(texts).map((run) => judgeJoined(run, ADJACENT.trust, ruleSet, judge, program));
	const turns = judgeJoined(said.slice(-TURNS.most), TURNS.trust, ruleSet, judge);
	const all = [...single, ...runs, turns];
	const actionOf = (risk: number): PromptRisk["action"] => (risk < injection.threshold ? "allow" : injection.action);
	const risk = all.reduce((worst, report) => Math.max(worst, report.risk), 0);
	const reports = all
		.filter((report) => report.risk >= MIN_REPORTED_RISK)
		.map((report) => {
			const action = actionOf(report.risk) === "block" ? ("cut" as const) : ("flag" as const);
			return { ...report, findings: report.findings.map((finding) => ({ ...finding, action })) };
		});
	return { risk, action: actionOf(risk), reports };
}

/** Texts of the user with nothing of anybody else between them. */
function adjacentRuns(texts: readonly PromptText[]): readonly (readonly PromptText[])[] {
	const runs: PromptText[][] = [[]];
	for (const text of texts) {
		if (text.speaker === "user") runs.at(-1)?.push(text);
		else if (runs.at(-1)?.length !== 0) runs.push([]);
	}
	return runs.filter(({ length }) => length > 1).map((run) => run.slice(-ADJACENT.most));
}

/** The signals of one text. */
function placesOf(signals: readonly Detection[], ruleSet: RuleSet, shift = 0): SignalPlace[] {
	return signals.map(({ rule, from, to }) => ({
		signal: ruleSet.rules[rule]?.type as SignalPlace["signal"],
		from: from + shift,
		to: to + shift,
	}));
}

type Judge = (places: readonly SignalPlace[], text: string, speaker: Speaker) => InjectionReport;

/** What the model may say by itself: below the default threshold, for it takes some ordinary texts of few or odd words for attacks. */
const MAX_LEARNED_ALONE = 0.65;

/** What the learned model says stands beside the families of the rules; the higher of the two is the risk. */
function withLearned(report: InjectionReport, text: string, speaker: Speaker, isLearned: boolean): InjectionReport {
	const most = report.findings.length > 0 ? 1 : MAX_LEARNED_ALONE;
	const score = isLearned ? Math.min(most, shippedInjectionModel().score(text) * speakerTrust(speaker)) : 0;
	if (score < MIN_REPORTED_RISK) return report;
	const finding = { type: "learned_injection", score, from: 0, to: Buffer.byteLength(text) };
	return { risk: Math.max(report.risk, score), findings: [...report.findings, finding] };
}

/** Several texts read as one. With `seams`, signals torn in two are looked for as well. */
function judgeJoined(
	parts: readonly PromptText[],
	trust: number,
	ruleSet: RuleSet,
	judge: Judge,
	seams?: ScannerProgram,
): InjectionReport & { readonly channel: string } {
	const places: SignalPlace[] = [];
	let length = 0;
	for (const [i, { text, signals }] of parts.entries()) {
		const before = parts[i - 1]?.text.slice(-SEAM_UNITS) ?? "";
		if (seams !== undefined && before !== "" && text !== "")
			places.push(...placesOf(scanSignals(seams, before + text.slice(0, SEAM_UNITS)), ruleSet, length - Buffer.byteLength(before)));
		places.push(...placesOf(signals, ruleSet, length));
		length += Buffer.byteLength(text);
	}
	const { risk, findings } = parts.length < 2 ? NO_INJECTION : judge(places, parts.map(({ text }) => text).join(""), "user");
	return { channel: "joined", risk: risk * trust, findings };
}

function scanSignals(program: ScannerProgram, text: string): readonly Detection[] {
	const scanner = program.open();
	scanner.write(Buffer.from(text));
	scanner.finish();
	scanner.close();
	return scanner.signals;
}
