import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant } from "../contestants/contestant.ts";
import { OURS_DEFAULT, secureLlmProxy } from "../contestants/secure-llm-proxy.ts";
import { inspectAnswer, laneWith } from "../fixtures/lane.ts";
import { text, tokens } from "../fixtures/texts.ts";
import { deltaEvent } from "../fixtures/workload.ts";
import { type LoadGenerator, type LoadResult, startLoad } from "../load/load.ts";
import { median } from "../report/distribution.ts";
import type { Table } from "../report/table.ts";
import { flood, paced, type Scenario } from "./scenarios.ts";
import type { Effort, Suite } from "./suite.ts";

/** How costs grow, as ratios to the first row of each table. */
export const growthSuite: Suite = async (effort, log) => {
	const workDir = mkdtempSync(join(tmpdir(), "bench-growth-"));
	const load = await startLoad();
	const through = async (contestant: Contestant, scenario: Scenario): Promise<LoadResult> => {
		log(`${contestant.name}: ${scenario.name}`);
		const running = await contestant.start(load.upstreamPort, mkdtempSync(join(workDir, "run-")));
		try {
			return await runTwice(load, running, scenario);
		} finally {
			await running.stop();
		}
	};
	try {
		const tables = [await answerLength(effort, log), await openStreams(effort, through), await parallel(effort, through)];
		return { tables, data: tables };
	} finally {
		load.close();
		rmSync(workDir, { recursive: true, force: true });
	}
};

/** The first run warms the process up. */
async function runTwice(load: LoadGenerator, running: Awaited<ReturnType<Contestant["start"]>>, scenario: Scenario): Promise<LoadResult> {
	const { target, pids } = running;
	await load.run(target, { ...scenario.workload, streams: Math.min(100, scenario.workload.streams) }, 500, pids);
	return load.run(target, scenario.workload, scenario.windowMs, pids);
}

async function answerLength(effort: Effort, log: (line: string) => void): Promise<Table> {
	const lane = await laneWith({});
	const events = tokens(text("prose", 40_000, 12)).map((delta) => Buffer.from(deltaEvent(delta, "content", false)));
	const sizes = effort.kind === "smoke" ? [1 << 10, 10 << 10] : [1 << 10, 10 << 10, 100 << 10, 1 << 20, 10 << 20];
	let sid = 0;
	const nsPerKb = sizes.map((size) => {
		log(`answers of ${size >> 10} KiB`);
		const runs = effort.kind === "smoke" ? 1 : 5;
		const answers = Math.max(1, Math.ceil((2 << 20) / size));
		const once = (): number => {
			const before = process.cpuUsage();
			for (let i = 0; i < answers; i++) inspectAnswer(lane, ++sid, chunksOf(events, size));
			const { user, system } = process.cpuUsage(before);
			return ((user + system) * 1000) / ((answers * size) / 1024);
		};
		once();
		return median(Array.from({ length: runs }, once));
	});
	return {
		title: "Cost of a lane by length of the answer (raw SSE bytes)",
		columns: ["", "ns of CPU per KiB", "ratio"],
		rows: sizes.map((size, i) => [`${(size >> 10).toLocaleString("en-US")} KiB`, nsPerKb[i] ?? 0, (nsPerKb[i] ?? 0) / (nsPerKb[0] ?? 1)]),
	};
}

function* chunksOf(events: readonly Buffer[], size: number): Generator<Buffer> {
	for (let given = 0, i = 0; given < size; i++) {
		const event = events[i % events.length] as Buffer;
		given += event.length;
		yield event;
	}
}

type Through = (contestant: Contestant, scenario: Scenario) => Promise<LoadResult>;

/** About a thousand tokens a second in all, however many streams are open; 9,500 is what 20,000 file descriptors allow. */
async function openStreams(effort: Effort, through: Through): Promise<Table> {
	const rows: (string | number)[][] = [];
	let idle: number | undefined;
	for (const streams of effort.kind === "smoke" ? [10] : [10, 100, 1000, 9500]) {
		const rate = Math.max(0.2, Math.min(50, 1000 / streams));
		const rampMs = Math.max(300, streams * 1.5);
		const result = await through(
			OURS_DEFAULT,
			paced("", `${streams} open streams`, effort.kind === "smoke" ? 300 : 6000, { streams, rate, rampMs }),
		);
		idle ??= result.rss;
		rows.push([
			streams.toLocaleString("en-US"),
			rate,
			result.cpuPerToken,
			result.rss / 2 ** 20,
			(result.rss - idle) / 1024 / streams,
			`${(result.undelivered * 100).toFixed(2)} %`,
			result.outcomes["stop"] ?? 0,
		]);
	}
	return {
		title: "Open streams",
		note: "KiB per stream: resident memory beyond that of the run with the fewest streams",
		columns: ["streams", "tokens/s each", "CPU µs/token", "RSS MiB", "KiB per stream", "lost", "complete answers"],
		rows,
	};
}

async function parallel(effort: Effort, through: Through): Promise<Table> {
	const most = effort.kind === "smoke" ? 1 : Math.max(2, availableParallelism());
	const counts = Array.from({ length: most }, (_, i) => i + 1);
	const scenario = flood("", "flood", effort.kind === "smoke" ? 300 : 4000, {});
	const rows: (string | number)[][] = [];
	const ways = [
		["lanes", (n: number) => ({ lanes: n })],
		["front-end processes, one lane each", (n: number) => ({ processes: n })],
	] as const;
	for (const [what, setup] of effort.kind === "smoke" ? ways.slice(0, 1) : ways) {
		let first: number | undefined;
		for (const n of counts) {
			const name = `${n} ${what}`;
			const { tokensPerSecond, cpuPerToken } = await through(secureLlmProxy({ name, note: "", ...setup(n) }), scenario);
			first ??= tokensPerSecond;
			rows.push([name, tokensPerSecond, tokensPerSecond / first, cpuPerToken]);
		}
	}
	return {
		title: "Lanes and processes under a flood",
		note: `on ${availableParallelism()} cores, which the load shares: no row can show more than they have left`,
		columns: ["", "tokens/s", "ratio", "CPU µs/token"],
		rows,
	};
}
