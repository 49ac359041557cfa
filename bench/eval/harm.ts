import { calibrated, crossValidate, type Scored, type TextScore } from "../../models/harm/cross-validate.ts";
import type { SentenceTrace } from "../../models/harm/trace.ts";
import { sourceOf, type Text } from "../../models/injection/corpus.ts";
import { heldOutScores, outputOf } from "../../models/second-stage/held-out.ts";
import { weigh } from "../../models/second-stage/weigh.ts";
import { together } from "../../src/models/second-stage.ts";
import { SUSPICION } from "../../src/scanner/harm-scanner.ts";
import { auc } from "./auc.ts";

/** The score that cuts by default. */
const CUT_SCORE = 0.7;

/**
 * `npm run eval -- harm`: the learned model on texts it has not learned. Once every source is left out, once a part of every
 * source. Harmful texts are ranked against ordinary answers, and against the harmless texts of their own source, which are
 * made to look like them. `misses`: a set whose errors at the default threshold are listed by id.
 */
export function printHarm(dir: string, misses: string | undefined): void {
	const parts = crossValidate(dir, "clusters");
	const toChance = calibrated(parts);
	printScores("a part of every source left out", parts, toChance);
	printHolds(parts, toChance);
	const sources = crossValidate(dir, "sources");
	printScores("every source left out once", sources, toChance);
	printSecondStage(sources, toChance);
	if (misses === undefined) return;
	for (const { text, score } of parts)
		if (text.set === misses && (text.label === 1) !== toChance(score) >= CUT_SCORE)
			process.stderr.write(`${text.label === 1 ? "MISSED" : "FALSE"} ${text.id} ${toChance(score).toFixed(3)}\n`);
}

/** What an encoder says that has not seen the source, by itself and together with the first stage. */
function printSecondStage(sources: readonly Scored[], toChance: (score: number) => number): void {
	const outputs = heldOutScores();
	const stages = sources.map(({ text, score }) => ({ text, first: toChance(score), second: outputOf(outputs, "harm", text) }));
	const alone = stages.map(({ text, second }) => ({ text, score: 1 / (1 + Math.exp(-second)) }));
	printScores("the transformer, every source left out", alone, calibrated(alone));
	const weights = weigh("harm", stages);
	const both = stages.map(({ text, first, second }) => ({ text, score: together(weights, first, second) }));
	printScores("both, every source left out", both, (score) => score);
}

function printScores(title: string, scored: readonly TextScore[], toChance: (score: number) => number): void {
	const write = (line: string): boolean => process.stdout.write(`${line}\n`);
	const scoresOf = (isWanted: (text: Text) => boolean): number[] => scored.filter(({ text }) => isWanted(text)).map(({ score }) => score);
	const replies = scoresOf(({ set }) => set === "benign-replies");
	const cut = (scores: readonly number[]): string =>
		`${((100 * scores.filter((score) => toChance(score) >= CUT_SCORE).length) / scores.length).toFixed(1)} %`;
	const row = (name: string, harmful: readonly number[], harmless: readonly number[]): boolean =>
		write(
			[
				name.padEnd(40),
				String(harmful.length).padStart(7),
				ranked(harmful, replies),
				ranked(harmful, harmless),
				cut(harmful).padStart(9),
				(harmless.length === 0 ? "" : cut(harmless)).padStart(9),
			].join(""),
		);
	write(`\n${title.padEnd(40)}  texts  vs replies  vs own fine      cut  own cut`);
	for (const source of new Set(scored.filter(({ text }) => text.label === 1).map(({ text }) => nameOf(text))))
		row(
			source,
			scoresOf((text) => text.label === 1 && nameOf(text) === source),
			scoresOf((text) => text.label === 0 && nameOf(text) === source),
		);
	for (const set of ["harm-text", "harm-prompts"])
		row(
			`all of ${set}`,
			scoresOf((text) => text.label === 1 && text.set === set),
			scoresOf((text) => text.label === 0 && text.set === set),
		);
	write("\nordinary texts that would be cut by default");
	for (const set of ["benign-replies", "benign-prompts", "benign-hard-negatives"]) {
		const scores = scoresOf((text) => text.set === set);
		write(`${set.padEnd(40)}${String(scores.length).padStart(7)}${cut(scores).padStart(9)}`);
	}
}

/** What waits in ordinary answers, and how much of a sentence that is cut has left before it was suspect. */
function printHolds(scored: readonly Scored[], toChance: (score: number) => number): void {
	const sentencesOf = (isWanted: (text: Text) => boolean): readonly SentenceTrace[] =>
		scored.filter(({ text }) => isWanted(text)).flatMap(({ sentences }) => sentences);
	const leftOf = ({ rises, units }: SentenceTrace): number =>
		rises.find(({ score }) => toChance(score) >= CUT_SCORE * SUSPICION)?.units ?? units;
	const sum = (sentences: readonly SentenceTrace[], unitsOf: (sentence: SentenceTrace) => number): number =>
		sentences.reduce((total, sentence) => total + unitsOf(sentence), 0);
	const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;
	const ordinary = sentencesOf(({ set }) => set === "benign-replies");
	const all = sum(ordinary, ({ units }) => units);
	const waiting = ordinary.filter((sentence) => leftOf(sentence) < sentence.units);
	const cut = sentencesOf(({ kind, label }) => kind === "jailbroken-reply" && label === 1).filter(
		({ score }) => toChance(score) >= CUT_SCORE,
	);
	process.stdout.write(`
of ordinary answers ${share(waiting.length, ordinary.length)} of the sentences wait, and ${share(all - sum(ordinary, leftOf), all)} of the characters
of the sentences of jailbroken answers that are cut ${share(
		sum(cut, leftOf),
		sum(cut, ({ units }) => units),
	)} of the characters have left
`);
}

/** Comments without toxic words stand beside those with. */
const nameOf = (text: Text): string => sourceOf(text).replace("-nontoxic", "-toxic");

const ranked = (harmful: readonly number[], harmless: readonly number[]): string =>
	(harmless.length === 0 ? "-" : auc(harmful, harmless).toFixed(3)).padStart(12);
