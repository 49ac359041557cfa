import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What a process and its children have used. */
export interface ProcessCost {
	/** µs of CPU time, user and system, since their start (counted by the kernel in steps of 10 ms). */
	readonly cpuUs: number;
	/** Bytes of resident memory. */
	readonly rss: number;
}

const TICK_US = 10_000;
const PAGE_BYTES = 4096;

/** Reads `/proc` (proc(5)). Processes that ended meanwhile are left out. */
export function costOf(roots: readonly number[]): ProcessCost {
	const stats = readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => statOf(Number(pid)) ?? []);
	const family = new Set(roots);
	for (let before = 0; before < family.size; ) {
		before = family.size;
		for (const { pid, parent } of stats) if (family.has(parent)) family.add(pid);
	}
	const own = stats.filter(({ pid }) => family.has(pid));
	return { cpuUs: own.reduce((sum, { cpuUs }) => sum + cpuUs, 0), rss: own.reduce((sum, { rss }) => sum + rss, 0) };
}

/** ms of a process's main thread. */
export interface ThreadTime {
	readonly ran: number;
	/** Ready to run, and another had the core. */
	readonly waited: number;
}

/** Since its start, by the kernel's scheduler; zeros where it does not count. */
export function mainThreadTime(pid: number): ThreadTime {
	try {
		const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ").map(Number);
		return { ran: ran / 1e6, waited: waited / 1e6 };
	} catch {
		return { ran: 0, waited: 0 };
	}
}

const LOOK_MS = 250;
const IDLE_SHARE = 0.1;
const PATIENCE_MS = 20_000;

/** Resolves when the processes have done what a run left them to do, so that the next contestant has the cores to itself; 20 s at most. */
export async function untilIdle(roots: readonly number[]): Promise<void> {
	for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
		const { cpuUs } = costOf(roots);
		await sleep(LOOK_MS);
		if (costOf(roots).cpuUs - cpuUs < LOOK_MS * 1000 * IDLE_SHARE) return;
	}
}

function statOf(pid: number): { pid: number; parent: number; cpuUs: number; rss: number } | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The name may hold blanks and parentheses; the fields after it are counted from its end.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return {
			pid,
			parent: Number(fields[1]),
			cpuUs: (Number(fields[11]) + Number(fields[12])) * TICK_US,
			rss: Number(fields[21]) * PAGE_BYTES,
		};
	} catch {
		return undefined;
	}
}
