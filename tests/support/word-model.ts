import { writeLinearModel } from "../../src/models/linear-model.ts";
import { WordReader } from "../../src/models/word-features.ts";

const BUCKETS = 1 << 16;

/** A model of harm that takes these words for it and every other feature for a sign of the contrary. */
export function wordModel(words: readonly string[]): Buffer {
	const weights = new Int8Array(2 * BUCKETS).fill(-1);
	for (const word of words) {
		const reader = new WordReader(BUCKETS);
		reader.read(`${word} `, (features, count) => {
			for (let i = 0; i < count - 3; i++) weights[2 * (features[i] as number)] = 127;
		});
	}
	const output = { scale: 0.03, bias: -1, slope: 1, offset: 0 };
	return writeLinearModel(
		{
			name: "words",
			trainedOn: "",
			buckets: BUCKETS,
			outputs: [
				{ ...output, name: "harm" },
				{ ...output, name: "hate" },
			],
		},
		weights,
	);
}
