import { type LinearHeader, type LinearOutput, writeLinearModel } from "../../src/models/linear-model.ts";
import type { Weights } from "./logistic.ts";

/** Weights beyond this share are clipped: a few large ones would cost all others their precision. */
const CLIPPED_SHARE = 0.00002;

/** The model file: 8-bit weights, one step size per output. */
export function quantise(
	{ values, biases }: Weights,
	names: readonly string[],
	about: Pick<LinearHeader, "name" | "trainedOn" | "buckets">,
	calibration: readonly { readonly slope: number; readonly offset: number }[],
): Buffer {
	const width = names.length;
	const weights = new Int8Array(values.length);
	const outputs: LinearOutput[] = names.map((name, k) => {
		const column = values.filter((_, at) => at % width === k);
		const sizes = column.map(Math.abs).sort();
		const largest = sizes[Math.floor(sizes.length * (1 - CLIPPED_SHARE)) - 1] ?? 1;
		const scale = largest / 127;
		for (let b = 0; b < column.length; b++)
			weights[b * width + k] = Math.max(-127, Math.min(127, Math.round((column[b] as number) / scale)));
		return { name, scale, bias: biases[k] as number, slope: calibration[k]?.slope ?? 1, offset: calibration[k]?.offset ?? 0 };
	});
	return writeLinearModel({ ...about, outputs }, weights);
}
