import type { Speaker } from "../core/speaker.ts";
import { type InjectionModel, shippedInjectionModel } from "../models/injection-model.ts";
import type { InjectionPolicy, Policy, RuleSet } from "../policy/policy.ts";
import type { Detection } from "../scanner/detector.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import {
	type InjectionFinding,
	type InjectionReport,
	judgeSignals,
	NO_INJECTION,
	noisyOr,
	riskInLength,
	type SignalPlace,
	speakerTrust,
	writtenPlaces,
} from "../verdict/injection.ts";
import { crescendo, type TextRisk, type Turn } from "./crescendo.ts";
import type { CallerTexts, KnownText } from "./known-texts.ts";
import type { Questions } from "./questions.ts";

/** One text of a prompt with the signals that were seen in it. */
export interface PromptText {
	/** Its name in reports: `text:3`. */
	readonly channel: string;
	readonly text: string;
	readonly speaker: Speaker;
	readonly signals: readonly Detection[];
	/** Of the same text in earlier requests. */
	readonly known?: KnownText | undefined;
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
/** What a caller whose requests were blocked of late adds counts where the prompt itself says so much: alone it blocks nobody. */
const HISTORY_FROM = 0.3;
/** UTF-16 units on each side of the seam of two texts: a signal may be torn in two. */
const SEAM_UNITS = 64;

export type AskedQuestions = Pick<Questions, "about" | "isLate">;

type JudgedPolicy = Pick<Policy, "prompt"> & { readonly injection?: Policy["injection"] | undefined };

export interface JudgeOptions {
	readonly model?: (() => InjectionModel) | undefined;
	/** What the caller's blocked requests of late say, 0…1. */
	readonly history?: number | undefined;
	/** Where the policy has a second stage: what it is asked. Absent: it is not. */
	readonly questions?: AskedQuestions | undefined;
	/** Absent: nothing is remembered. */
	readonly known?: CallerTexts | undefined;
	/** Called between two texts: other work may be done. */
	readonly pause?: (() => void) | undefined;
}

/** Judges all texts of a prompt, each by itself and those of the user also together. */
export function judgeInjection(
	texts: readonly PromptText[],
	{ injection, prompt: ruleSet }: JudgedPolicy,
	program: ScannerProgram,
	{ model = shippedInjectionModel, history = 0, questions, known, pause }: JudgeOptions = {},
): PromptRisk {
	if (injection === undefined) return { risk: 0, action: "allow", reports: [] };
	const learned = injection.isLearned === true ? inTime(model(), injection.timeout?.ms) : undefined;
	const second = injection.hasSecondStage === true && questions !== undefined ? { questions, sureFrom: injection.threshold } : undefined;
	const judge: Judge = (places, said) => {
		pause?.();
		const text = Buffer.from(said.text);
		const report = places.length === 0 ? NO_INJECTION : judgeSignals(places, text, said.speaker);
		const { risk, findings } = withLearned(report, said, mostLearned(report, injection), learned, second);
		return { risk: riskInLength(risk, text.length), findings };
	};
	const single = texts.map((said) => ({ channel: said.channel, ...judge([...placesOf(said.signals, ruleSet), ...writtenIn(said)], said) }));
	const said = texts.filter(({ speaker, text }) => speaker === "user" && text !== "");
	const runs = adjacentRuns(texts);
	const judgeAll: Judge = (places, said) => judge(places, { ...said, known: known?.of("text", said.text) });
	const joined = runs.map((run) => judgeJoined(run, ADJACENT.trust, ruleSet, judgeAll, program));
	const turns = said.slice(-TURNS.most);
	// With nothing between them they were read together already, and at more weight.
	if (!runs.some((run) => turns.every((text) => run.includes(text)))) joined.push(judgeJoined(turns, TURNS.trust, ruleSet, judgeAll));
	const inText = [...single, ...joined, crescendo(turnsOf(texts, single, ruleSet))];
	const all = [...inText, callerHistory(worstOf(inText), history)];
	const actionOf = (risk: number): PromptRisk["action"] => (risk < injection.threshold ? "allow" : injection.action);
	const risk = worstOf(all);
	const reports = all
		.filter((report) => report.risk >= MIN_REPORTED_RISK)
		.map((report) => {
			const action = actionOf(report.risk) === "block" ? ("cut" as const) : ("flag" as const);
			return { ...report, findings: report.findings.map((finding) => Object.assign({}, finding, { action })) };
		});
	const late = learned?.isLate() === true || second?.questions.isLate === true ? (injection.timeout?.action ?? "allow") : "allow";
	if (late === "allow") return { risk, action: actionOf(risk), reports };
	const action = late === "block" ? ("cut" as const) : ("flag" as const);
	const unsure = { channel: "model", risk: 0, findings: [{ type: "model_timeout", score: 0, from: 0, to: 0, action }] };
	return { risk, action: actionOf(risk) === "block" ? "block" : late, reports: [...reports, unsure] };
}

/** A model with little time. */
interface TimedModel {
	/** Undefined: the time is over, nobody knows. */
	score(said: Said): number | undefined;
	isLate(): boolean;
}

/** The time of all texts of a prompt counts together. One text is short work: its length is bounded. */
function inTime(model: InjectionModel, timeoutMs = Number.POSITIVE_INFINITY): TimedModel {
	let spent = 0;
	/** A conversation may say one thing many times. */
	const scores = new Map<string, number>();
	return {
		score({ text, known }) {
			if (spent > timeoutMs) return undefined;
			const from = performance.now();
			const score = known?.learned ?? scores.get(text) ?? model.score(text);
			scores.set(text, score);
			if (known !== undefined) known.learned = score;
			spent += performance.now() - from;
			return score;
		},
		isLate: () => spent > timeoutMs,
	};
}

const worstOf = (reports: readonly TextRisk[]): number => reports.reduce((worst, { risk }) => Math.max(worst, risk), 0);

/** A doubtful prompt is more so from somebody who was blocked a moment ago. */
function callerHistory(worst: number, history: number): TextRisk {
	const risk = worst < HISTORY_FROM || history === 0 ? 0 : noisyOr([worst, history]);
	return { channel: "caller", risk, findings: risk === 0 ? [] : [{ type: "caller_history", score: history, from: 0, to: 0 }] };
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

/** What an agent says for its user it says in the same words each time: that is one turn. */
function turnsOf(texts: readonly PromptText[], reports: readonly TextRisk[], ruleSet: RuleSet): Turn[] {
	const first = new Map(texts.toReversed().map(({ text }, i) => [text, texts.length - 1 - i]));
	return texts.flatMap(({ speaker, text, signals }, i) =>
		speaker === "user" && first.get(text) === i
			? [
					{
						risk: reports[i]?.risk ?? 0,
						signals: new Set(placesOf(signals, ruleSet).map(({ signal }) => signal)),
						isReply: texts[i - 1]?.speaker === "assistant",
					},
				]
			: [],
	);
}

type Said = Pick<PromptText, "text" | "speaker" | "known">;
type Judge = (places: readonly SignalPlace[], said: Said) => InjectionReport;

function writtenIn({ text, known }: Said): readonly SignalPlace[] {
	const places = known?.written ?? writtenPlaces(text);
	if (known !== undefined) known.written = places;
	return places;
}

/** What the model may say by itself: below the default threshold, for it takes some ordinary texts of few or odd words for attacks. */
const MAX_LEARNED_ALONE = 0.65;
/** So much the rules must say for it not to be by itself: some words of theirs stand in any long text. */
const RULES_FROM = 0.1;
/** System prompts and what tools say about themselves are orders, and orders are what it looks for. */
const LEARNED_OF: ReadonlySet<Speaker> = new Set(["user", "assistant", "foreign"]);

/** A text of less risk is fine, and one of `sureFrom` is not: the second stage is asked about what lies between. */
const UNSURE_FROM = 0.03;

interface AskedStage {
	readonly questions: AskedQuestions;
	readonly sureFrom: number;
}

/** Rules that were not asked say nothing about what the model says: where it is chosen alone it decides alone. */
function mostLearned({ risk }: InjectionReport, { isLearnedAlone }: InjectionPolicy): number {
	return risk >= RULES_FROM || isLearnedAlone === true ? 1 : MAX_LEARNED_ALONE;
}

/** What the learned models say stands beside the families of the rules, as one more that may be right. */
function withLearned(
	report: InjectionReport,
	said: Said,
	most: number,
	model: TimedModel | undefined,
	second: AskedStage | undefined,
): InjectionReport {
	const { text, speaker } = said;
	const score = LEARNED_OF.has(speaker) ? model?.score(said) : undefined;
	if (score === undefined) return report;
	const first = withFamily(report, text, Math.min(most, score * speakerTrust(speaker)));
	if (second === undefined || first.risk < UNSURE_FROM || first.risk >= second.sureFrom) return first;
	const both = second.questions.about(text);
	return both === undefined ? first : withFamily(report, text, both * speakerTrust(speaker));
}

function withFamily(report: InjectionReport, text: string, score: number): InjectionReport {
	const risk = noisyOr([report.risk, score]);
	if (score < MIN_REPORTED_RISK) return { ...report, risk };
	const finding = { type: "learned_injection", score, from: 0, to: Buffer.byteLength(text) };
	return { risk, findings: [...report.findings, finding] };
}

/** Several texts read as one. With `seams`, signals torn in two are looked for as well. */
function judgeJoined(parts: readonly PromptText[], trust: number, ruleSet: RuleSet, judge: Judge, seams?: ScannerProgram): TextRisk {
	const places: SignalPlace[] = [];
	let length = 0;
	for (const [i, { text, signals }] of parts.entries()) {
		const before = parts[i - 1]?.text.slice(-SEAM_UNITS) ?? "";
		if (seams !== undefined && before !== "" && text !== "")
			places.push(...placesOf(scanSignals(seams, before + text.slice(0, SEAM_UNITS)), ruleSet, length - Buffer.byteLength(before)));
		places.push(...placesOf(signals, ruleSet, length));
		length += Buffer.byteLength(text);
	}
	const { risk, findings } =
		parts.length < 2 ? NO_INJECTION : judge(places, { text: parts.map(({ text }) => text).join(""), speaker: "user" });
	return { channel: "joined", risk: risk * trust, findings };
}

function scanSignals(program: ScannerProgram, text: string): readonly Detection[] {
	const scanner = program.open();
	scanner.write(Buffer.from(text));
	scanner.finish();
	scanner.close();
	return scanner.signals;
}
