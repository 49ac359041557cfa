import { type ChildProcess, fork } from "node:child_process";
import type { Workload } from "../fixtures/workload.ts";
import { type Distribution, distribution } from "../report/distribution.ts";
import type { FromClient, FromUpstream, Receipt, Target, ToClient, ToUpstream } from "./messages.ts";
import { costOf, mainThreadTime, type ProcessCost, type ThreadTime } from "./process-cost.ts";

/** What one run through one contestant measured. µs unless the name says otherwise. */
export interface LoadResult {
	/** From the event's write upstream to its last character at the client, per token. */
	readonly latency: Distribution;
	/** From the request to the first token. */
	readonly firstToken: Distribution;
	/** Tokens that arrived per second of the measured time. */
	readonly tokensPerSecond: number;
	/** CPU of the whole contestant per token that arrived; 0 where there is no process. */
	readonly cpuPerToken: number;
	/** Bytes, at the end of the measured time. */
	readonly rss: number;
	/** CPU of upstream and client together per token. */
	readonly harnessCpuPerToken: number;
	/** 99th percentile of how late the upstream was on its own schedule. */
	readonly scheduleSlip: number;
	/** Tokens due in the measured time that never came, as a share. */
	readonly undelivered: number;
	readonly outcomes: Readonly<Record<string, number>>;
}

export interface Receipts {
	readonly receipts: readonly Receipt[];
	/** 99th percentile of how late the client came to what had arrived, µs. */
	readonly clientDelay: number;
	/** Of the measured time: the share in which the front end ran, and in which it was ready and had no core. */
	readonly frontEnd: ThreadTime;
	readonly from: number;
	readonly to: number;
}

export interface LoadGenerator {
	readonly upstreamPort: number;
	run(target: Target, workload: Workload, windowMs: number, contestantPids: readonly number[]): Promise<LoadResult>;
	/** The answers themselves, those of the ramp too; the measured time is between `from` and `to`, µs. */
	receipts(target: Target, workload: Workload, windowMs: number, frontEndPid: number): Promise<Receipts>;
	close(): void;
}

/** Starts the two load processes. */
export async function startLoad(): Promise<LoadGenerator> {
	const upstream = start("paced-upstream.ts");
	const client = start("client.ts");
	const [ready] = await Promise.all([next<FromUpstream, "ready">(upstream, "ready"), next<FromClient, "ready">(client, "ready")]);
	return {
		upstreamPort: ready.port,
		async run(target, workload, windowMs, contestantPids) {
			const prepared = next<FromUpstream, "prepared">(upstream, "prepared");
			upstream.send({ kind: "workload", workload } satisfies ToUpstream);
			await prepared;
			const sample = (): Sample => ({
				contestant: costOf(contestantPids),
				harness: costOf([upstream.pid ?? 0, client.pid ?? 0]).cpuUs,
			});
			const done = next<FromClient, "done">(client, "done");
			const marks = twoMarks(client, sample);
			client.send({ kind: "run", target, workload, windowMs } satisfies ToClient);
			const [from, to] = await marks;
			const { receipts } = await done;
			const sent = next<FromUpstream, "sends">(upstream, "sends");
			upstream.send({ kind: "sends" } satisfies ToUpstream);
			return summarise(from, to, receipts, await sent);
		},
		async receipts(target, workload, windowMs, frontEndPid) {
			const prepared = next<FromUpstream, "prepared">(upstream, "prepared");
			upstream.send({ kind: "workload", workload } satisfies ToUpstream);
			await prepared;
			const done = next<FromClient, "done">(client, "done");
			const marks = twoMarks(client, () => mainThreadTime(frontEndPid));
			client.send({ kind: "run", target, workload, windowMs } satisfies ToClient);
			const [from, to] = await marks;
			const { receipts, clientDelay } = await done;
			const share = (ms: number): number => (ms * 1000) / (to.at - from.at);
			const frontEnd = { ran: share(to.ran - from.ran), waited: share(to.waited - from.waited) };
			return { receipts, clientDelay, frontEnd, from: from.at, to: to.at };
		},
		close() {
			upstream.disconnect();
			client.disconnect();
		},
	};
}

interface Sample {
	readonly contestant: ProcessCost;
	readonly harness: number;
}
type Mark<S> = FromClient & { kind: "mark" } & S;

function start(file: string): ChildProcess {
	return fork(new URL(file, import.meta.url), { execArgv: ["--import", "tsx"], serialization: "advanced" });
}

function next<M extends { kind: string }, K extends M["kind"]>(child: ChildProcess, kind: K): Promise<Extract<M, { kind: K }>> {
	return new Promise((resolve) => {
		child.on("message", function take(message: M) {
			if (message.kind !== kind) return;
			child.off("message", take);
			resolve(message as Extract<M, { kind: K }>);
		});
	});
}

function twoMarks<S>(client: ChildProcess, sample: () => S): Promise<[Mark<S>, Mark<S>]> {
	return new Promise((resolve) => {
		const marks: Mark<S>[] = [];
		client.on("message", function take(message: FromClient) {
			if (message.kind !== "mark") return;
			marks.push({ ...message, ...sample() });
			const [from, to] = marks;
			if (from === undefined || to === undefined) return;
			client.off("message", take);
			resolve([from, to]);
		});
	});
}

function summarise(from: Mark<Sample>, to: Mark<Sample>, receipts: readonly Receipt[], sent: FromUpstream & { kind: "sends" }): LoadResult {
	const latencies: number[] = [];
	let due = 0;
	for (const { stream, delivered } of receipts) {
		const sends = sent.sends.get(stream);
		if (sends === undefined) continue;
		for (const [i, sentAt] of sends.entries()) {
			if (sentAt < from.at || sentAt >= to.at) continue;
			due++;
			const arrived = delivered[i] ?? Number.NaN;
			if (!Number.isNaN(arrived)) latencies.push(arrived - sentAt);
		}
	}
	const outcomes: Record<string, number> = {};
	for (const { outcome } of receipts) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
	const tokens = Math.max(1, to.tokens - from.tokens);
	return {
		latency: distribution(latencies),
		firstToken: distribution(receipts.map(({ firstAt, requestedAt }) => firstAt - requestedAt).filter((us) => !Number.isNaN(us))),
		tokensPerSecond: (to.tokens - from.tokens) / ((to.at - from.at) / 1e6),
		cpuPerToken: (to.contestant.cpuUs - from.contestant.cpuUs) / tokens,
		rss: to.contestant.rss,
		harnessCpuPerToken: (to.harness - from.harness) / tokens,
		scheduleSlip: distribution([...sent.lateness]).p99,
		undelivered: due === 0 ? 0 : 1 - latencies.length / due,
		outcomes,
	};
}
