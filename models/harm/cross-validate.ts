import { createHash } from "node:crypto";
import { createHarmModel, type HarmModel } from "../../src/models/harm-model.ts";
import { type Calibration, calibrate } from "../injection/calibrate.ts";
import type { Text } from "../injection/corpus.ts";
import { leaveOneSourceOut } from "../injection/folds.ts";
import { type Example, type TrainOptions, trainLogistic } from "../injection/logistic.ts";
import { quantise } from "../injection/quantise.ts";
import { HARMS } from "./categories.ts";
import { clusterFolds } from "./cluster-folds.ts";
import { harmExamples, harmTexts } from "./harm-data.ts";

const OUTPUTS = ["harm", ...HARMS];
const OPTIONS: TrainOptions = {
	buckets: 1 << 17,
	outputs: OUTPUTS.length,
	epochs: 6,
	rate: 0.2,
	l2: 1e-5,
	seed: 17,
	minExamples: 2,
};

/** Share of ordinary answers that may reach the score that cuts by default. */
const FALSE_CUTS = 0.002;
const UNCALIBRATED: Calibration = { slope: 1, offset: 0 };

export interface Scored {
	readonly text: Text;
	/** By a model that has not learned the text, nor what is left out with it. */
	readonly score: number;
}

interface Prepared {
	readonly text: Text;
	readonly examples: readonly Example[];
}

/** Scores of all texts but our own, each by a model that has learned nothing of its source, or of its template or question. */
export function crossValidate(dir: string, leaveOut: "sources" | "clusters"): Scored[] {
	const prepared = prepare(dir);
	const texts = prepared.map(({ text }) => text);
	return (leaveOut === "sources" ? leaveOneSourceOut(texts) : clusterFolds(texts)).flatMap(({ judged, isLearned, origin }) => {
		const { model } = train(
			prepared.filter(({ text }) => isLearned(text)),
			UNCALIBRATED,
			"",
			1,
		);
		process.stderr.write(`${origin} left out\n`);
		return judged.map((text) => ({ text, score: model.score(text.text) }));
	});
}

/** What a score is once it is calibrated by these. */
export function calibrated(scored: readonly Scored[]): (score: number) => number {
	const { slope, offset } = calibrationOf(scored);
	return (score) => 1 / (1 + Math.exp(-(slope * marginOf(score) + offset)));
}

/** The calibration by these scores of models that have not seen the texts. */
function calibrationOf(scored: readonly Scored[]): Calibration {
	const judged = scored
		.filter(({ text }) => text.set === "benign-replies" || (text.set === "harm-text" && text.label === 1))
		.map(({ text, score }) => ({ margin: marginOf(score), isAttack: text.label === 1 }));
	return calibrate(judged, FALSE_CUTS);
}

/** The model file, trained on everything and calibrated on texts that were left out. */
export function trainHarm(dir: string): Buffer {
	const prepared = prepare(dir);
	const hash = createHash("sha256").update(JSON.stringify(OPTIONS));
	for (const { text } of prepared) hash.update(`\0${text.label}\0${text.text}`);
	return train(prepared, calibrationOf(crossValidate(dir, "clusters")), hash.digest("hex")).bytes;
}

const marginOf = (score: number): number => Math.log(score / (1 - score));

function prepare(dir: string): Prepared[] {
	return harmTexts(dir).map((text) => ({ text, examples: harmExamples(text, OPTIONS.buckets) }));
}

function train(
	prepared: readonly Prepared[],
	calibration: Calibration,
	trainedOn: string,
	outputs = OUTPUTS.length,
): { readonly bytes: Buffer; readonly model: HarmModel } {
	const weights = trainLogistic(
		prepared.flatMap(({ examples }) => examples),
		{ ...OPTIONS, outputs },
	);
	const about = { name: "harm", trainedOn, buckets: OPTIONS.buckets };
	const bytes = quantise(weights, OUTPUTS.slice(0, outputs), about, [calibration]);
	return { bytes, model: createHarmModel(bytes) };
}
