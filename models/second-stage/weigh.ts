import type { Task } from "../../src/models/onnx-encoder.ts";
import type { StageWeights } from "../../src/models/second-stage.ts";
import { FALSE_CUTS, isCalibratedOn as isHarmCalibratedOn } from "../harm/cross-validate.ts";
import { calibrate } from "../injection/calibrate.ts";
import type { Text } from "../injection/corpus.ts";
import { FALSE_BLOCKS, isCalibratedOn } from "../injection/cross-validate.ts";

/** What both stages say of a text whose origin neither has seen. */
export interface BothStages {
	readonly text: Text;
	/** Chance of an attack, or of harm, by the first. */
	readonly first: number;
	/** The transformer's output. */
	readonly second: number;
}

/** What is ordinary for a task, and what it is calibrated on, like its first stage. */
const TASK: Readonly<Record<Task, { ordinary: string; falseShare: number; isCalibratedOn: (text: Text) => boolean }>> = {
	injection: { ordinary: "benign-prompts", falseShare: FALSE_BLOCKS, isCalibratedOn },
	harm: { ordinary: "benign-replies", falseShare: FALSE_CUTS, isCalibratedOn: isHarmCalibratedOn },
};

/** What a chance of exactly 0 or 1 is taken for, as where it is used. */
const LEAST_CHANCE = 1e-6;
const logOdds = (chance: number): number => {
	const known = Math.min(1 - LEAST_CHANCE, Math.max(LEAST_CHANCE, chance));
	return Math.log(known / (1 - known));
};

/** Both stages count the same, each in the measure of what it says of ordinary texts; calibrated like the first. */
export function weigh(task: Task, scored: readonly BothStages[]): StageWeights {
	const { ordinary, falseShare, isCalibratedOn } = TASK[task];
	const fine = scored.filter(({ text }) => text.set === ordinary);
	const first = 1 / spread(fine.map((one) => logOdds(one.first)));
	const second = 1 / spread(fine.map((one) => one.second));
	const judged = scored
		.filter(({ text }) => isCalibratedOn(text))
		.map((one) => ({ margin: first * logOdds(one.first) + second * one.second, isAttack: one.text.label === 1 }));
	const { slope, offset } = calibrate(judged, falseShare);
	return { first: slope * first, second: slope * second, offset };
}

/** From the middle to the worst of a hundred. */
function spread(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
	return at(0.99) - at(0.5);
}
