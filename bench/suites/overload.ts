import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant } from "../contestants/contestant.ts";
import { secureLlmProxy } from "../contestants/secure-llm-proxy.ts";
import { startAll } from "../contestants/start-all.ts";
import type { Workload } from "../fixtures/workload.ts";
import { type Receipts, startLoad } from "../load/load.ts";
import type { Receipt } from "../load/messages.ts";
import { distribution } from "../report/distribution.ts";
import type { Table } from "../report/table.ts";
import { flood, WARM_UP } from "./scenarios.ts";
import type { Suite } from "./suite.ts";

/** ms after which an answer is of no use to the one who asked. */
const IN_TIME_MS = 5000;
/** ms within which a refusal is to be here. */
const SOON_MS = 50;
/** Requests open at once while the capacity is measured: enough that no part of the proxy is ever idle. */
const CLOSED_LOOP = 64;

/** What one load of the whole gave. */
interface Load {
	readonly name: string;
	/** Complete answers per second in the closed loop. */
	readonly capacity: number;
	/** Requests per second, however the answers come. */
	readonly arrivals: number;
	/** Answers per second that were complete in time. */
	readonly goodput: number;
	readonly refused: number;
	/** µs until a refusal was here, and until the first token of an answer. */
	readonly refusal: ReturnType<typeof distribution>;
	/** Share of the refusals that were here soon. */
	readonly refusedSoon: number;
	readonly firstToken: ReturnType<typeof distribution>;
	/** µs, 99th percentile: how late the client itself was for what had arrived. Part of every time above. */
	readonly clientDelay: number;
	/** Shares of the time in which the front end ran, and in which it was ready and another had the core. Part of every time above as well. */
	readonly frontEnd: Receipts["frontEnd"];
	/** Neither complete nor a proper refusal. */
	readonly broken: number;
	readonly outcomes: Readonly<Record<string, number>>;
}

const REFUSING = secureLlmProxy({ name: "ours, default", note: "the configuration's defaults", refuses: true });
const TAKING_ALL = secureLlmProxy({ name: "ours, taking everything", note: "server.max_wait_ms: 0" });

/**
 * What is left at twice the capacity. Requests arrive on a schedule, whatever becomes of those before (open loop). The
 * capacity is what the same proxy completes in a closed loop just before. All stay up and take turns.
 */
export const overloadSuite: Suite = async (effort, log) => {
	const workDir = mkdtempSync(join(tmpdir(), "bench-overload-"));
	const load = await startLoad();
	const isSmoke = effort.kind === "smoke";
	const { entrants } = await startAll(isSmoke ? [REFUSING] : [REFUSING, TAKING_ALL], load.upstreamPort, workDir, log);
	const windowMs = isSmoke ? 500 : 8000;
	const { workload } = flood("", "", windowMs, { tokensPerAnswer: 60, rampMs: isSmoke ? 100 : 1000, streams: CLOSED_LOOP });
	try {
		for (const { running } of entrants)
			for (const warm of isSmoke ? [] : WARM_UP) await load.run(running.target, warm.workload, warm.windowMs, running.pids);
		const loads: Load[] = [];
		for (let round = 0; round < effort.repetitions; round++) {
			for (const { contestant, running } of entrants) {
				log(`${contestant.name}: capacity, then above it`);
				const through = (of: Workload): Promise<Receipts> => load.receipts(running.target, of, windowMs, running.pids[0] ?? 0);
				loads.push(...(await loadsOf(contestant, workload, through)));
			}
		}
		return { tables: [table(loads)], data: { loads } };
	} finally {
		await Promise.all(entrants.map(({ running }) => running.stop()));
		load.close();
		rmSync(workDir, { recursive: true, force: true });
	}
};

async function loadsOf(contestant: Contestant, workload: Workload, through: (of: Workload) => Promise<Receipts>): Promise<Load[]> {
	const capacity = completedPerSecond(await through(workload));
	const loads: Load[] = [];
	for (const times of contestant === REFUSING ? [1, 2] : [2]) {
		const arrivals = times * capacity;
		const answers = summary(await through({ ...workload, arrivals }));
		loads.push({ name: `${contestant.name}, ${times} × the capacity`, capacity, arrivals, ...answers });
	}
	return loads;
}

function completedPerSecond({ receipts, from, to }: Receipts): number {
	const ended = receipts.filter(({ outcome, endedAt }) => outcome === "stop" && endedAt >= from && endedAt < to);
	return Math.max(1, ended.length / ((to - from) / 1e6));
}

/** Of the requests that came in the measured time. */
function summary({ receipts: all, clientDelay, frontEnd, from, to }: Receipts): Omit<Load, "name" | "capacity" | "arrivals"> {
	const receipts = all.filter(({ requestedAt }) => requestedAt >= from && requestedAt < to);
	const outcomes: Record<string, number> = {};
	for (const { outcome } of receipts) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
	const whole = receipts.filter(({ outcome }) => outcome === "stop");
	const refused = receipts.filter(({ outcome }) => outcome === "status 503");
	const took = ({ endedAt, requestedAt }: Receipt): number => endedAt - requestedAt;
	return {
		goodput: whole.filter((receipt) => took(receipt) <= IN_TIME_MS * 1000).length / ((to - from) / 1e6),
		refused: refused.length / receipts.length,
		refusal: distribution(refused.map(took)),
		refusedSoon: refused.filter((receipt) => took(receipt) <= SOON_MS * 1000).length / refused.length,
		firstToken: distribution(whole.map(({ firstAt, requestedAt }) => firstAt - requestedAt)),
		clientDelay,
		frontEnd,
		broken: receipts.length - whole.length - refused.length,
		outcomes,
	};
}

function table(loads: readonly Load[]): Table {
	return {
		title: "Overload",
		note: `goodput: complete answers within ${IN_TIME_MS / 1000} s, and their share of the capacity, measured just before in a closed loop`,
		columns: [
			"",
			"requests/s",
			"goodput/s",
			"share",
			"refused",
			"refusal p50 ms",
			"p90 ms",
			"p99 ms",
			`within ${SOON_MS} ms`,
			"first token p50 ms",
			"p99 ms",
			"client's own p99 ms",
			"front end runs",
			"waits for a core",
			"broken",
		],
		rows: loads.map(({ name, capacity, arrivals, goodput, refused, refusal, refusedSoon, firstToken, clientDelay, frontEnd, broken }) => [
			name,
			arrivals,
			goodput,
			`${Math.round((goodput / capacity) * 100)} %`,
			`${Math.round(refused * 100)} %`,
			refusal.p50 / 1000,
			refusal.p90 / 1000,
			refusal.p99 / 1000,
			Number.isNaN(refusedSoon) ? "–" : `${Math.round(refusedSoon * 100)} %`,
			firstToken.p50 / 1000,
			firstToken.p99 / 1000,
			clientDelay / 1000,
			`${Math.round(frontEnd.ran * 100)} %`,
			`${Math.round(frontEnd.waited * 100)} %`,
			broken,
		]),
	};
}
