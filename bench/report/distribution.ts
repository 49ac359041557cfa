/** Percentiles of a set of samples, in the unit of the samples. NaN where there were none. */
export interface Distribution {
	readonly count: number;
	readonly mean: number;
	readonly p50: number;
	readonly p90: number;
	readonly p95: number;
	readonly p99: number;
	readonly p999: number;
	readonly max: number;
}

/** Exact: sorts all samples. Percentile p is the smallest sample that at least p of all samples do not exceed. */
export function distribution(samples: Iterable<number>): Distribution {
	const sorted = Float64Array.from(samples).sort();
	const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
	const mean = sorted.reduce((sum, sample) => sum + sample, 0) / sorted.length;
	return { count: sorted.length, mean, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** The middle of a few repetitions. */
export function median(values: readonly number[]): number {
	return distribution(values).p50;
}
