import { createHash } from "node:crypto";
import { createInjectionModel, type InjectionModel } from "../../src/models/injection-model.ts";
import { type Calibration, calibrate, type Judged } from "./calibrate.ts";
import type { Text } from "./corpus.ts";
import { leaveOneSourceOut, originOf } from "./folds.ts";
import { injectionExamples, injectionTexts, isForTraining } from "./injection-data.ts";
import { type Example, type TrainOptions, trainLogistic, type Weights } from "./logistic.ts";
import { ownTexts } from "./own-texts/own-texts.ts";
import { quantise } from "./quantise.ts";

const OPTIONS: TrainOptions = { buckets: 1 << 18, outputs: 1, epochs: 8, rate: 0.2, l2: 1e-4, seed: 7, minExamples: 2 };

/** Share of benign prompts, the hard ones among them, that may reach the score that blocks by default. */
export const FALSE_BLOCKS = 0.004;
const CALIBRATED_ON = ["injection-direct", "benign-prompts", "benign-hard-negatives"];
export const isCalibratedOn = (text: Text): boolean => CALIBRATED_ON.includes(text.set) && isForTraining(text);

const UNCALIBRATED: Calibration = { slope: 1, offset: 0 };

export interface Scored {
	readonly text: Text;
	/** Index of the origin that was left out for it. */
	readonly fold: number;
	/** By a model that did not learn the text's source. Not calibrated. */
	readonly score: number;
	/** By the same model, as it would be shipped. */
	calibrated(calibration: Calibration): number;
	/** What the same model says of a part of the text. Not calibrated. */
	scoreOf(part: string): number;
}

interface Prepared {
	readonly text: Text;
	readonly examples: readonly Example[];
}

/**
 * Scores of all texts, each by a model that has learned nothing of its source. `more` are judged, never learned: with their
 * source where it is left out.
 */
export function crossValidate(dir: string, more: readonly Text[] = []): Scored[] {
	const prepared = prepare(dir);
	const folds = leaveOneSourceOut(prepared.map(({ text }) => text));
	const foldOf = (text: Text): number =>
		Math.max(
			0,
			folds.findIndex(({ origin }) => origin === originOf(text)),
		);
	return folds.flatMap(({ judged, isLearned }, i) => {
		const learned = prepared.filter(({ text }) => isLearned(text));
		const weights = train(learned);
		const model = createInjectionModel(pack(weights, UNCALIBRATED));
		let shipped: { readonly calibration: Calibration; readonly model: InjectionModel } | undefined;
		return [...judged, ...more.filter((text) => foldOf(text) === i)].map((text) => ({
			text,
			fold: i,
			score: model.score(text.text),
			scoreOf: model.score,
			calibrated(calibration) {
				if (shipped?.calibration !== calibration) shipped = { calibration, model: createInjectionModel(pack(weights, calibration)) };
				return shipped.model.score(text.text);
			},
		}));
	});
}

/** The model file, trained on everything and calibrated on scores of sources that were left out. */
export function trainInjection(dir: string): Buffer {
	const prepared = prepare(dir);
	const calibration = calibrationOf(crossValidate(dir));
	const hash = createHash("sha256").update(JSON.stringify(OPTIONS));
	for (const { text } of prepared) hash.update(`\0${text.label}\0${text.text}`);
	return pack(train(prepared), calibration, hash.digest("hex"));
}

export function calibrationOf(scored: readonly Scored[]): Calibration {
	return calibrate(calibrationData(scored), FALSE_BLOCKS);
}

function calibrationData(scored: readonly Scored[]): Judged[] {
	return scored
		.filter(({ text }) => isCalibratedOn(text))
		.map(({ text, score }) => ({ margin: marginOf(score), isAttack: text.label === 1 }));
}

const marginOf = (score: number): number => Math.log(score / (1 - score));

function prepare(dir: string): Prepared[] {
	return [...injectionTexts(dir), ...ownTexts()].map((text) => ({ text, examples: injectionExamples(text, OPTIONS.buckets) }));
}

function train(prepared: readonly Prepared[]): Weights {
	return trainLogistic(
		prepared.flatMap(({ examples }) => examples),
		OPTIONS,
	);
}

function pack(weights: Weights, calibration: Calibration, trainedOn = ""): Buffer {
	return quantise(weights, ["injection"], { name: "injection", trainedOn, buckets: OPTIONS.buckets }, [calibration]);
}
