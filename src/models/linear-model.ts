import { WordReader } from "./word-features.ts";

/** First bytes of a model file: name and version of the format. */
const MAGIC = "SLPM0001";

/** What stands in a model file before its weights, as JSON. */
export interface LinearHeader {
	readonly name: string;
	/** Content hash of the training data and settings, hexadecimal. */
	readonly trainedOn: string;
	/** A power of two. */
	readonly buckets: number;
	readonly outputs: readonly LinearOutput[];
}

export interface LinearOutput {
	readonly name: string;
	/** Weight of one step of the 8-bit weights. */
	readonly scale: number;
	readonly bias: number;
	/** Platt: the probability is the logistic of `slope` times the margin plus `offset`. */
	readonly slope: number;
	readonly offset: number;
}

/** A linear classifier over hashed word features: one margin per output. */
export interface LinearModel {
	readonly header: LinearHeader;
	/** Adds the weights of a word's features to `sums`, one per output. */
	add(features: Uint32Array, count: number, sums: Float64Array): void;
	/** The weights of output `k`, by bucket: for who asks for one output word by word. */
	column(k: number): Int8Array;
	/** Probability, 0…1, of output `k` of a text whose `count` features have this sum of weights. */
	probability(k: number, sum: number, count: number): number;
	/** The same before calibration, and its calibration. */
	margin(k: number, sum: number, count: number): number;
	calibrated(k: number, margin: number): number;
}

/** Reads a model file. Throws with a clear message where it is none: a model that does not load must not start. */
export function readLinearModel(bytes: Uint8Array): LinearModel {
	const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (view.toString("latin1", 0, MAGIC.length) !== MAGIC) throw new Error("not a model file of this version");
	const headerEnd = MAGIC.length + 4 + view.readUInt32LE(MAGIC.length);
	const header = JSON.parse(view.toString("utf8", MAGIC.length + 4, headerEnd)) as LinearHeader;
	const width = header.outputs.length;
	const weights = new Int8Array(view.buffer, view.byteOffset + headerEnd, view.length - headerEnd);
	if (weights.length !== header.buckets * width) throw new Error("the model file is not whole");
	const margin = (k: number, sum: number, count: number): number => {
		const { scale, bias } = header.outputs[k] as LinearOutput;
		return count === 0 ? bias : sum * scale * lengthScale(count) + bias;
	};
	const calibrated = (k: number, value: number): number => {
		const { slope, offset } = header.outputs[k] as LinearOutput;
		return 1 / (1 + Math.exp(-(slope * value + offset)));
	};
	return {
		header,
		add(features, count, sums) {
			if (width === 1) {
				let sum = 0;
				for (let i = 0; i < count; i++) sum += weights[features[i] as number] as number;
				sums[0] = (sums[0] as number) + sum;
				return;
			}
			for (let i = 0; i < count; i++) {
				const at = (features[i] as number) * width;
				for (let k = 0; k < width; k++) sums[k] = (sums[k] as number) + (weights[at + k] as number);
			}
		},
		column: (k) => weights.filter((_, at) => at % width === k),
		probability: (k, sum, count) => calibrated(k, margin(k, sum, count)),
		margin,
		calibrated,
	};
}

/** From so many features on a text says no more by being longer. */
const FULL_FEATURES = 1024;

/** What the sum of a text's weights is multiplied by: a short text is allowed to be less sure, a long one is an average. */
export function lengthScale(features: number): number {
	return features <= FULL_FEATURES ? 1 / Math.sqrt(features) : Math.sqrt(FULL_FEATURES) / features;
}

/** The file of a model with these weights: output `k` of bucket `b` at `b * outputs + k`. */
export function writeLinearModel(header: LinearHeader, weights: Int8Array): Buffer {
	const json = Buffer.from(JSON.stringify(header));
	const length = Buffer.alloc(4);
	length.writeUInt32LE(json.length);
	return Buffer.concat([Buffer.from(MAGIC), length, json, Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength)]);
}

/** A stretch of a text, in words. */
export interface Windows {
	readonly words: number;
	readonly stride: number;
	/** A text of fewer features is believed the less, in proportion: a word or two say little, whatever their weights. */
	readonly sureFrom: number;
}

/**
 * Highest probability of each output over the text as a whole and its windows, so that a short attack in a long text
 * is not diluted.
 */
export function scoreWindows(model: LinearModel, text: string, windows: Windows): Float64Array {
	const width = model.header.outputs.length;
	const total = new Float64Array(width);
	/** After each word: the sums of all outputs, and the number of features. */
	const sums: number[] = [];
	let features = 0;
	const onWord = (hashed: Uint32Array, count: number, { mark }: { readonly mark: number }): void => {
		model.add(hashed, count, total);
		features += count;
		if (mark !== 0) return;
		for (let k = 0; k < width; k++) sums.push(total[k] as number);
		sums.push(features);
	};
	const reader = new WordReader(model.header.buckets);
	reader.read(text, onWord);
	reader.finish(onWord);

	const best = new Float64Array(width);
	for (let k = 0; k < width; k++) best[k] = model.probability(k, total[k] as number, features);
	const row = width + 1;
	const words = sums.length / row;
	for (let from = 0; from + windows.stride < words && words > windows.words; from += windows.stride) {
		const last = (Math.min(words, from + windows.words) - 1) * row;
		const before = (from - 1) * row;
		const at = (index: number): number => (sums[last + index] as number) - (from === 0 ? 0 : (sums[before + index] as number));
		for (let k = 0; k < width; k++) best[k] = Math.max(best[k] as number, model.probability(k, at(k), at(width)));
	}
	return best.map((score) => score * Math.min(1, features / windows.sureFrom));
}
