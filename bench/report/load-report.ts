import { DIRECT } from "../contestants/contestant.ts";
import type { LoadResult } from "../load/load.ts";
import type { ScenarioResult } from "../suites/proxy.ts";
import { lineChart } from "./chart.ts";
import { type Distribution, median } from "./distribution.ts";
import { shown, type Table } from "./table.ts";

type Percentile = "p50" | "p90" | "p99" | "p999";

/** Median over the runs of what a contestant shows beyond the same percentile without any proxy, ms. */
function added(
	runs: readonly LoadResult[],
	direct: readonly LoadResult[],
	of: (result: LoadResult) => Distribution,
	at: Percentile,
): number {
	return (median(runs.map((run) => of(run)[at])) - median(direct.map((run) => of(run)[at]))) / 1000;
}

/** Paced: what is added per token. Flood: what gets through. */
export function loadTable({ scenario, results }: ScenarioResult): Table {
	const direct = results[DIRECT.name] ?? [];
	const middle = (runs: readonly LoadResult[], of: (run: LoadResult) => number): number => median(runs.map(of));
	const isFlood = scenario.workload.rate === 0;
	const rows = Object.entries(results).map(([name, runs]) => {
		const cost = [
			middle(runs, (run) => run.cpuPerToken),
			middle(runs, (run) => run.rss) / 2 ** 20,
			`${shown(middle(runs, (run) => run.undelivered) * 100)} %`,
			outcomes(runs),
		];
		if (isFlood) return [name, middle(runs, (run) => run.tokensPerSecond), ...cost.slice(0, 2), cost[3] as string];
		const latency = (at: Percentile): number => added(runs, direct, (run) => run.latency, at);
		const first = (at: Percentile): number => added(runs, direct, (run) => run.firstToken, at);
		return [name, latency("p50"), latency("p90"), latency("p99"), latency("p999"), first("p50"), first("p99"), ...cost];
	});
	const harness = middle(direct, (run) => run.harnessCpuPerToken);
	const slip = middle(Object.values(results).flat(), (run) => run.scheduleSlip) / 1000;
	return {
		title: scenario.name,
		note: isFlood
			? `the load itself uses ${shown(harness)} µs of CPU per token, on the same cores`
			: `ms beyond 'no proxy' (which has p50 ${shown(middle(direct, (run) => run.latency.p50) / 1000)}, p99 ${shown(middle(direct, (run) => run.latency.p99) / 1000)} ms); the load itself: ${shown(harness)} µs of CPU per token, p99 of its schedule slip ${shown(slip)} ms`,
		columns: isFlood
			? ["", "tokens/s", "CPU µs/token", "RSS MiB", "answers"]
			: ["", "p50", "p90", "p99", "p99.9", "first p50", "first p99", "CPU µs/token", "RSS MiB", "lost", "answers"],
		rows,
	};
}

function outcomes(runs: readonly LoadResult[]): string {
	const sum: Record<string, number> = {};
	for (const run of runs) for (const [name, count] of Object.entries(run.outcomes)) sum[name] = (sum[name] ?? 0) + count;
	return Object.entries(sum)
		.map(([name, count]) => `${count} ${name}`)
		.join(", ");
}

const SHARES: readonly (readonly [number, keyof Distribution])[] = [
	[0.5, "p50"],
	[0.9, "p90"],
	[0.95, "p95"],
	[0.99, "p99"],
	[0.999, "p999"],
];

/** Latency of a token over its rank: the flatter, the steadier. */
export function loadChart({ scenario, results }: ScenarioResult): string {
	return lineChart({
		title: `Latency of a token: ${scenario.name}`,
		x: "percentile",
		y: "ms",
		xLabel: (x) => (x < 10 ? "0" : `${100 - 100 / x}`),
		curves: Object.entries(results).map(([name, runs]) => ({
			name,
			points: SHARES.map(([share, at]) => [1 / (1 - share), median(runs.map((run) => run.latency[at])) / 1000] as const),
		})),
	});
}
