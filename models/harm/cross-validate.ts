import { createHash } from "node:crypto";
import { createHarmModel } from "../../src/models/harm-model.ts";
import { writeLinearModel } from "../../src/models/linear-model.ts";
import { type Calibration, calibrate } from "../injection/calibrate.ts";
import type { Text } from "../injection/corpus.ts";
import { leaveOneSourceOut } from "../injection/folds.ts";
import { type Example, type TrainOptions, trainLogistic } from "../injection/logistic.ts";
import { quantise } from "../injection/quantise.ts";
import { HARMS } from "./categories.ts";
import { clusterFolds } from "./cluster-folds.ts";
import { harmExamples, harmTexts, kindExamples } from "./harm-data.ts";
import { type SentenceTrace, traceHarm } from "./trace.ts";

const HARM: TrainOptions = { buckets: 1 << 18, outputs: 1, epochs: 20, rate: 0.2, l2: 3e-4, seed: 17, minExamples: 2 };
const KINDS: TrainOptions = { ...HARM, buckets: 1 << 15, outputs: HARMS.length };

/** Share of ordinary answers that may reach the score that cuts by default. */
export const FALSE_CUTS = 0.001;
export const isCalibratedOn = ({ set, label }: Text): boolean => set === "benign-replies" || (set === "harm-text" && label === 1);
/** Kinds are not asked for. */
const NO_KINDS = writeLinearModel({ name: "", trainedOn: "", buckets: 1, outputs: [] }, new Int8Array());
const UNCALIBRATED: Calibration = { slope: 1, offset: 0 };

export interface TextScore {
	readonly text: Text;
	/** By a model that has not learned the text, nor what is left out with it. */
	readonly score: number;
}

export interface Scored extends TextScore {
	readonly sentences: readonly SentenceTrace[];
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
		const learned = prepared.filter(({ text }) => isLearned(text));
		const model = createHarmModel(train(learned, UNCALIBRATED, ""), NO_KINDS);
		process.stderr.write(`${origin} left out\n`);
		return judged.map((text) => {
			const sentences = traceHarm(model, text.text);
			return { text, sentences, score: sentences.reduce((worst, { score }) => Math.max(worst, score), 0) };
		});
	});
}

/** What a score is once it is calibrated by these. */
export function calibrated(scored: readonly TextScore[]): (score: number) => number {
	const { slope, offset } = calibrationOf(scored);
	return (score) => 1 / (1 + Math.exp(-(slope * marginOf(score) + offset)));
}

/** The calibration by these scores of models that have not seen the texts. */
function calibrationOf(scored: readonly TextScore[]): Calibration {
	const judged = scored
		.filter(({ text }) => isCalibratedOn(text))
		.map(({ text, score }) => ({ margin: marginOf(score), isAttack: text.label === 1 }));
	return calibrate(judged, FALSE_CUTS);
}

export interface HarmFiles {
	readonly harm: Buffer;
	readonly kinds: Buffer;
}

/** The model files, trained on everything and calibrated on texts that were left out. */
export function trainHarm(dir: string): HarmFiles {
	const hash = createHash("sha256").update(JSON.stringify([HARM, KINDS]));
	const texts = harmTexts(dir);
	for (const { text, label } of texts) hash.update(`\0${label}\0${text}`);
	const trainedOn = hash.digest("hex");
	return { harm: train(prepare(dir), calibrationOf(crossValidate(dir, "clusters")), trainedOn), kinds: trainKinds(texts, trainedOn) };
}

/** A text without a word has the score 0. */
const marginOf = (score: number): number => Math.log(Math.max(score, Number.EPSILON) / Math.max(1 - score, Number.EPSILON));

function prepare(dir: string): Prepared[] {
	return harmTexts(dir).map((text) => ({ text, examples: harmExamples(text, HARM.buckets) }));
}

function train(prepared: readonly Prepared[], calibration: Calibration, trainedOn: string): Buffer {
	const weights = trainLogistic(
		prepared.flatMap(({ examples }) => examples),
		HARM,
	);
	return quantise(weights, ["harm"], { name: "harm", trainedOn, buckets: HARM.buckets }, [calibration]);
}

function trainKinds(texts: readonly Text[], trainedOn: string): Buffer {
	const weights = trainLogistic(
		texts.flatMap((text) => kindExamples(text, KINDS.buckets)),
		KINDS,
	);
	return quantise(weights, HARMS, { name: "kinds of harm", trainedOn, buckets: KINDS.buckets }, []);
}
