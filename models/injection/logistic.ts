import { lengthScale } from "../../src/models/linear-model.ts";
import { WordReader } from "../../src/models/word-features.ts";
import { seededRandom, shuffle } from "./random.ts";

/** One text as the trainer sees it. */
export interface Example {
	readonly features: Uint32Array;
	/** One per output; NaN: not known. */
	readonly targets: readonly number[];
	readonly weight: number;
}

export interface TrainOptions {
	readonly buckets: number;
	readonly outputs: number;
	readonly epochs: number;
	readonly rate: number;
	readonly l2: number;
	readonly seed: number;
	/** Features of fewer examples are left out. */
	readonly minExamples: number;
}

export interface Weights {
	/** Output `k` of bucket `b` at `b * outputs + k`. */
	readonly values: Float32Array;
	readonly biases: Float64Array;
}

interface Sample {
	readonly features: Uint32Array;
	readonly scale: number;
	readonly target: number;
	readonly weight: number;
}

export function featuresOf(text: string, buckets: number): Uint32Array {
	const all: number[] = [];
	const onWord = (features: Uint32Array, count: number): void => {
		for (let i = 0; i < count; i++) all.push(features[i] as number);
	};
	const reader = new WordReader(buckets);
	reader.read(text, onWord);
	reader.finish(onWord);
	return Uint32Array.from(all);
}

/** Logistic regression per output by Adagrad, over features scaled as `lengthScale` says. */
export function trainLogistic(examples: readonly Example[], options: TrainOptions): Weights {
	const { buckets, outputs, epochs, rate, l2, seed } = options;
	const values = new Float32Array(buckets * outputs);
	const squares = new Float32Array(buckets * outputs).fill(0.01);
	const biases = new Float64Array(outputs);
	const biasSquares = new Float64Array(outputs).fill(1);
	const kept = frequentFeatures(examples, options);
	const step = ({ features, scale, target, weight }: Sample, k: number): void => {
		let sum = 0;
		for (const feature of features) sum += values[feature * outputs + k] as number;
		const error = (1 / (1 + Math.exp(-(sum * scale + (biases[k] as number)))) - target) * weight;
		biasSquares[k] = (biasSquares[k] as number) + error * error;
		biases[k] = (biases[k] as number) - (rate * error) / Math.sqrt(biasSquares[k] as number);
		for (const feature of features) {
			const at = feature * outputs + k;
			const gradient = error * scale + l2 * (values[at] as number);
			squares[at] = (squares[at] as number) + gradient * gradient;
			values[at] = (values[at] as number) - (rate * gradient) / Math.sqrt(squares[at] as number);
		}
	};
	const random = seededRandom(seed);
	const order = examples.map((_, i) => i);
	for (let epoch = 0; epoch < epochs; epoch++) {
		for (const index of shuffle(order, random)) {
			const { targets, weight } = examples[index] as Example;
			const features = kept[index] as Uint32Array;
			const count = (examples[index] as Example).features.length;
			if (features.length === 0) continue;
			const scale = lengthScale(count);
			for (let k = 0; k < outputs; k++) {
				const target = targets[k] as number;
				if (!Number.isNaN(target)) step({ features, scale, target, weight }, k);
			}
		}
	}
	return { values, biases };
}

function frequentFeatures(examples: readonly Example[], { buckets, minExamples }: TrainOptions): Uint32Array[] {
	const seen = new Uint16Array(buckets);
	const lastIn = new Int32Array(buckets).fill(-1);
	for (const [i, { features }] of examples.entries()) {
		for (const feature of features) {
			if (lastIn[feature] === i) continue;
			lastIn[feature] = i;
			if ((seen[feature] as number) < 0xffff) seen[feature] = (seen[feature] as number) + 1;
		}
	}
	return examples.map(({ features }) => features.filter((feature) => (seen[feature] as number) >= minExamples));
}
