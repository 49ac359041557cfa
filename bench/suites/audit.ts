import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { InteractionRecord } from "../../src/audit/audit-record.ts";
import { fromBuild } from "../build.ts";
import { median } from "../report/distribution.ts";
import type { Effort, Suite } from "./suite.ts";

type RecorderModule = typeof import("../../src/audit/recorder.ts");
type WriterModule = typeof import("../../src/audit/audit-writer.ts");

const OPTIONS = {
	origin: "local",
	secret: "bench",
	maxSegmentBytes: 64 << 20,
	checkpointEveryMs: 60_000,
	retentionMs: 90 * 86_400_000,
	contentRetentionMs: 7 * 86_400_000,
	adminRetentionMs: 2190 * 86_400_000,
	sinks: [],
};

/** What recording costs: on the front-end thread for each request, and on the audit thread for each record. */
export const auditSuite: Suite = async (effort, log) => {
	const writer = await throughWriter(effort, log);
	const batches: (readonly [number, Cost])[] = [];
	for (const size of effort.kind === "smoke" ? [10] : [1, 10, 100, 1000]) {
		log(`audit thread, ${size} records a write`);
		batches.push([size, await onAuditThread(size, effort)]);
	}
	log(`writer and thread, ${RATE} records a second`);
	const steady = await atSteadyRate(effort);
	const tables = [
		{
			title: "Audit: the front-end thread's part for each record",
			columns: ["requests in a tick", "µs of CPU, mean", "µs of time, p50, the tick included"],
			rows: writer.map(({ perTick, us, p50 }) => [String(perTick), us, p50]),
		},
		{
			title: "Audit: the audit thread (chain, tree, signature, fdatasync), records of one subject",
			columns: ["records a write", "µs of CPU a record", "records a second of CPU", "records a second, disk included", "bytes a record"],
			rows: batches.map(([size, { cpuUs, perSecond, bytes }]) => [String(size), cpuUs, 1e6 / cpuUs, perSecond, bytes]),
		},
		{
			title: "Audit: a steady load through the writer to the disk, records of 200 subjects",
			columns: ["records a second asked", "given a second", "on disk a second", "most that waited", "ms from the last to all on disk"],
			rows: [[String(RATE), steady.given, steady.written, steady.mostWaiting, steady.lagMs]],
		},
	];
	return { tables, data: { writer, batches, steady } };
};

interface Cost {
	readonly cpuUs: number;
	readonly perSecond: number;
	readonly bytes: number;
}

async function onAuditThread(size: number, effort: Effort): Promise<Cost> {
	const { Recorder } = await fromBuild<RecorderModule>("audit/recorder");
	const writes = effort.kind === "smoke" ? 3 : Math.max(20, Math.ceil(20_000 / size / (size < 10 ? 10 : 1)));
	const runs = Array.from({ length: effort.repetitions }, () => {
		const dir = mkdtempSync(join(tmpdir(), "bench-audit-"));
		const recorder = new Recorder({ ...OPTIONS, dir });
		const records = Array.from({ length: size }, (_, i) => interaction(i));
		recorder.add(records);
		recorder.flush();
		const begin = performance.now();
		const before = process.cpuUsage();
		for (let i = 0; i < writes; i++) {
			recorder.add(records);
			recorder.flush();
		}
		const { user, system } = process.cpuUsage(before);
		const seconds = (performance.now() - begin) / 1000;
		recorder.close();
		const bytes = statSync(join(dir, "local", "000000000000000.jsonl")).size / ((writes + 1) * size);
		rmSync(dir, { recursive: true });
		return { cpuUs: (user + system) / (writes * size), perSecond: (writes * size) / seconds, bytes };
	});
	const of = (name: keyof Cost): number => median(runs.map((run) => run[name]));
	return { cpuUs: of("cpuUs"), perSecond: of("perSecond"), bytes: of("bytes") };
}

/** Records a second that the trail must take. */
const RATE = 10_000;
const SUBJECTS = 200;

interface SteadyLoad {
	/** Records a second: those that were given to the writer, and those that were on disk when all were. */
	readonly given: number;
	readonly written: number;
	readonly mostWaiting: number;
	readonly lagMs: number;
}

/** Everything together, disk included: a load that comes evenly, from callers that are known. */
async function atSteadyRate(effort: Effort): Promise<SteadyLoad> {
	const { createAuditWriter } = await fromBuild<WriterModule>("audit/audit-writer");
	const dir = mkdtempSync(join(tmpdir(), "bench-audit-"));
	const audit = await createAuditWriter({ ...OPTIONS, dir, onFailure: "buffer", maxUnwritten: 1_000_000, onEvent: () => undefined });
	const record = (i: number): void => audit.record({ ...interaction(i), subject: `key:${i % SUBJECTS}` });
	const allWritten = async (count: number): Promise<void> => {
		while (audit.stats.written < count) await sleep(1);
	};
	for (let i = 0; i < SUBJECTS; i++) record(i);
	await allWritten(SUBJECTS);
	const count = effort.kind === "smoke" ? 1000 : 10 * RATE;
	let mostWaiting = 0;
	let next = 0;
	const begin = performance.now();
	while (next < count) {
		const due = Math.min(count, ((performance.now() - begin) / 1000) * RATE);
		while (next < due) record(next++);
		mostWaiting = Math.max(mostWaiting, audit.stats.unwritten);
		await sleep(1);
	}
	const last = performance.now();
	await allWritten(SUBJECTS + count);
	const end = performance.now();
	await audit.close(30_000);
	rmSync(dir, { recursive: true });
	const perSecond = (until: number): number => (count / (until - begin)) * 1000;
	return { given: perSecond(last), written: perSecond(end), mostWaiting, lagMs: end - last };
}

interface FrontEndCost {
	/** Requests that end in one tick. */
	readonly perTick: number;
	/** Mean over all records, median of the runs, less what empty ticks take. */
	readonly us: number;
	/** A request's share of the tick: half of them took at most so long. Time, so it bounds the CPU from above. */
	readonly p50: number;
}

/** The front end's part: queueing, and sending to the thread once a tick. */
async function throughWriter(effort: Effort, log: (line: string) => void): Promise<FrontEndCost[]> {
	const { createAuditWriter } = await fromBuild<WriterModule>("audit/audit-writer");
	const results: FrontEndCost[] = [];
	for (const perTick of effort.kind === "smoke" ? [1] : [1, 4, 16]) {
		log(`front end, ${perTick} records a tick`);
		const runs: number[] = [];
		const halves: number[] = [];
		for (let run = 0; run < effort.repetitions; run++) {
			const dir = mkdtempSync(join(tmpdir(), "bench-audit-"));
			const audit = await createAuditWriter({ ...OPTIONS, dir, onFailure: "buffer", maxUnwritten: 1_000_000, onEvent: () => undefined });
			const ticks = effort.kind === "smoke" ? 20 : 4000;
			await requests(audit.record.bind(audit), perTick, ticks / 4);
			const before = mainThreadNs();
			const times = await requests(audit.record.bind(audit), perTick, ticks);
			const idle = before + (await idleTicks(ticks));
			runs.push((mainThreadNs() - idle) / 1000 / (ticks * perTick));
			halves.push((median(times) * 1000) / perTick);
			await audit.close(30_000);
			rmSync(dir, { recursive: true });
		}
		results.push({ perTick, us: median(runs), p50: median(halves) });
	}
	return results;
}

/** ms that each tick took. */
async function requests(record: (record: InteractionRecord) => void, perTick: number, ticks: number): Promise<number[]> {
	const times: number[] = [];
	for (let tick = 0; tick < ticks; tick++) {
		const begin = performance.now();
		for (let i = 0; i < perTick; i++) record(interaction(i));
		// The writer asked for the next tick first, so its message is sent by then.
		await nextTick();
		times.push(performance.now() - begin);
	}
	return times;
}

/** CPU that as many ticks without a record take. */
async function idleTicks(ticks: number): Promise<number> {
	const before = mainThreadNs();
	for (let tick = 0; tick < ticks; tick++) await nextTick();
	return 2 * (mainThreadNs() - before);
}

function nextTick(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}

/** CPU time of this thread alone, ns (`/proc`, kernel documentation of sched-stats). */
function mainThreadNs(): number {
	return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]);
}

/** A record as a request with findings leaves it. */
function interaction(i: number): InteractionRecord {
	const detail = { type: "email", channel: '0:["delta","content"]', from: 10, to: 30, score: 0.9, action: "redact" } as const;
	return {
		type: "interaction",
		time: new Date().toISOString(),
		requestId: `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`,
		subject: "key:bench",
		method: "POST",
		path: "/v1/chat/completions",
		api: "openai-chat",
		model: "gpt-4o-mini",
		provider: "openai",
		attempts: [{ provider: "openai", model: "gpt-4o-mini", result: "200", durationMs: 310 }],
		policy: { name: "default", version: "0123456789abcdef" },
		prompt: { action: "redact", score: 0.2, findings: { email: 1 }, details: [detail] },
		response: { findings: { email: 1 }, details: [detail] },
		outcome: "complete",
		status: 200,
		laneMoves: 0,
		durationMs: 1234.5,
		promptMs: 1.2,
		upstreamMs: 310.1,
		firstByteMs: 0.4,
		longestHoldMs: 12.1,
	};
}
