import type { StageWeights } from "../../src/models/second-stage.ts";
import { calibrate } from "../injection/calibrate.ts";
import type { Text } from "../injection/corpus.ts";
import { CALIBRATED_ON, FALSE_BLOCKS } from "../injection/cross-validate.ts";
import { isForTraining } from "../injection/injection-data.ts";

/** What both stages say of a text whose origin neither has seen. */
export interface BothStages {
	readonly text: Text;
	/** Chance of an attack, by the first. */
	readonly first: number;
	/** The transformer's output. */
	readonly second: number;
}

const logOdds = (chance: number): number => Math.log(chance / (1 - chance));

/** Both stages count the same, each in the measure of what it says of benign prompts; calibrated like the first. */
export function weigh(scored: readonly BothStages[]): StageWeights {
	const benign = scored.filter(({ text }) => text.set === "benign-prompts");
	const first = 1 / spread(benign.map((one) => logOdds(one.first)));
	const second = 1 / spread(benign.map((one) => one.second));
	const judged = scored
		.filter(({ text }) => CALIBRATED_ON.includes(text.set) && isForTraining(text))
		.map((one) => ({ margin: first * logOdds(one.first) + second * one.second, isAttack: one.text.label === 1 }));
	const { slope, offset } = calibrate(judged, FALSE_BLOCKS);
	return { first: slope * first, second: slope * second, offset };
}

/** From the middle to the worst of a hundred. */
function spread(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
	return at(0.99) - at(0.5);
}
