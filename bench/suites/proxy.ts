import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BARE } from "../contestants/bare.ts";
import { DIRECT } from "../contestants/contestant.ts";
import { LITELLM } from "../contestants/litellm.ts";
import { NGINX } from "../contestants/nginx.ts";
import { PORTKEY } from "../contestants/portkey.ts";
import { OURS } from "../contestants/secure-llm-proxy.ts";
import { type Entrant, startAll } from "../contestants/start-all.ts";
import { type LoadGenerator, type LoadResult, startLoad } from "../load/load.ts";
import { untilIdle } from "../load/process-cost.ts";
import { loadChart, loadTable } from "../report/load-report.ts";
import { FULL, type Scenario, SMOKE, WARM_UP } from "./scenarios.ts";
import type { Effort, Suite, SuiteResult } from "./suite.ts";

/** Results of one scenario by contestant, in the order of the runs. */
export interface ScenarioResult {
	readonly scenario: Scenario;
	readonly results: Readonly<Record<string, readonly LoadResult[]>>;
}

/**
 * The whole, side by side: all contestants stay up, and every scenario is run through one after the other, so that each
 * comparison is of neighbours in time on the same cores.
 */
export const proxySuite: Suite = async (effort, log) => {
	const workDir = mkdtempSync(join(tmpdir(), "bench-"));
	const load = await startLoad();
	const list = effort.kind === "smoke" ? [DIRECT, ...OURS.slice(0, 2)] : [DIRECT, NGINX, ...BARE, PORTKEY, LITELLM, ...OURS];
	const { entrants, absent } = await startAll(list, load.upstreamPort, workDir, log);
	try {
		if (effort.kind === "full")
			for (const scenario of WARM_UP) await runScenario(scenario, entrants, load, { ...effort, repetitions: 1 }, log);
		const results: ScenarioResult[] = [];
		for (const scenario of effort.kind === "smoke" ? SMOKE : FULL)
			if (effort.loads.length === 0 || effort.loads.includes(scenario.id))
				results.push(await runScenario(scenario, entrants, load, effort, log));
		return report(results, entrants, absent);
	} finally {
		await Promise.all(entrants.map(({ running }) => running.stop()));
		load.close();
		rmSync(workDir, { recursive: true, force: true });
	}
};

async function runScenario(
	scenario: Scenario,
	entrants: readonly Entrant[],
	load: LoadGenerator,
	effort: Effort,
	log: (line: string) => void,
): Promise<ScenarioResult> {
	const results: Record<string, LoadResult[]> = {};
	for (let run = 0; run < (scenario.repeated === true ? effort.repetitions : 1); run++) {
		for (const { contestant, running } of entrants) {
			if (scenario.tooMuchFor?.includes(contestant.name) === true) continue;
			log(`${scenario.name}: ${contestant.name}`);
			const result = await load.run(running.target, scenario.workload, scenario.windowMs, running.pids);
			await untilIdle(running.pids);
			results[contestant.name] = [...(results[contestant.name] ?? []), result];
		}
	}
	return { scenario, results };
}

function report(results: readonly ScenarioResult[], entrants: readonly Entrant[], absent: Record<string, string>): SuiteResult {
	const notes = Object.fromEntries(entrants.map(({ contestant }) => [contestant.name, contestant.note]));
	return {
		tables: results.map(loadTable),
		charts: Object.fromEntries(
			results.filter(({ scenario }) => scenario.workload.rate > 0).map((result) => [`${result.scenario.id}.svg`, loadChart(result)]),
		),
		data: { contestants: notes, absent, scenarios: results },
	};
}
