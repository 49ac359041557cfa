import { Counter, Histogram, type Registry } from "prom-client";
import { PREFIX } from "./process-gauges.ts";

/** Seconds: refused requests take under a millisecond, long answers minutes. */
export const DURATION_BUCKETS = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** Makes metrics that a registry exposes; names are without the prefix. */
export interface MetricMaker {
	counter<Label extends string>(name: string, help: string, labelNames?: readonly Label[]): Counter<Label>;
	histogram<Label extends string>(name: string, help: string, label: Label, buckets: number[]): Histogram<Label>;
}

export function metricsIn(registry: Registry): MetricMaker {
	const registers = [registry];
	return {
		counter: (name, help, labelNames = []) => new Counter({ name: PREFIX + name, help, labelNames, registers }),
		histogram: (name, help, label, buckets) => new Histogram({ name: PREFIX + name, help, labelNames: [label], buckets, registers }),
	};
}
