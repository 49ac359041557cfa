import { createHarmModel, type HarmModel } from "../../src/models/harm-model.ts";
import { writeLinearModel } from "../../src/models/linear-model.ts";
import { WordReader } from "../../src/models/word-features.ts";

const BUCKETS = 1 << 16;

/** A model of harm that takes these words for it and every other feature for a sign of the contrary; all harm is `hate`. */
export function wordModel(words: readonly string[]): HarmModel {
	const weights = new Int8Array(BUCKETS).fill(-1);
	for (const word of words) {
		const reader = new WordReader(BUCKETS);
		// The last three features are of the words before it.
		reader.read(`${word} `, (features, count) => {
			for (let i = 0; i < count - 3; i++) weights[features[i] as number] = 127;
		});
	}
	const output = { scale: 0.03, bias: -1, slope: 1, offset: 0 };
	const fileOf = (name: string): Buffer =>
		writeLinearModel({ name: "words", trainedOn: "", buckets: BUCKETS, outputs: [{ ...output, name }] }, weights);
	return createHarmModel(fileOf("harm"), fileOf("hate"));
}
