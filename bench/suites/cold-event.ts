import { performance } from "node:perf_hooks";
import { MessageChannel } from "node:worker_threads";
import { fromBuild } from "../build.ts";
import { type BenchLane, laneWith } from "../fixtures/lane.ts";
import { type TextKind, text, tokens, words } from "../fixtures/texts.ts";
import { deltaEvent, type Workload } from "../fixtures/workload.ts";
import { distribution } from "../report/distribution.ts";
import type { Table } from "../report/table.ts";
import type { Effort } from "./suite.ts";

type LaneModule = typeof import("../../src/lanes/lane.ts");
type SessionModule = typeof import("../../src/lanes/lane-session.ts");
type Serve = typeof import("../../src/lanes/serve-lane.ts");
type Gate = typeof import("../../src/core/runtime-gate.ts");
type LaneSession = InstanceType<SessionModule["LaneSession"]>;

const STREAMS = 100;
/** What is touched between two events: more than the second-level cache of a core. */
const PAUSE = new Uint8Array(8 << 20);
const LINE_BYTES = 64;

/**
 * Between two tokens of a stream other work runs on its core, so a real event finds nothing of its own in the caches. Here
 * the pause between events touches more memory than they hold; both ends of the lane's port are on this thread.
 */
export async function coldTable(effort: Effort, log: (line: string) => void): Promise<Table> {
	const off = await laneWith({ response_filtering: { enabled: false } });
	const on = await laneWith({});
	const rows: (string | number)[][] = [];
	const row = async (name: string, lane: BenchLane, kind: TextKind, cut: Workload["cut"]): Promise<void> => {
		log(`cold events: ${name}`);
		rows.push([name, ...(await measure(lane, eventsOf(kind, cut), effort.kind === "smoke" ? 20 : 3000))]);
	};
	await row("inspection off, words of prose", off, "prose", "words");
	await row("everything on, words of prose (nothing held)", on, "prose", "words");
	await row("everything on, tokens of prose", on, "prose", "tokens");
	await row("everything on, tokens of code", on, "code", "tokens");
	return {
		title: `One event of about 200 bytes, ${STREAMS} streams in turns, median: one after the other, and with other memory touched in between`,
		note: "From its chunk, pushed into the session, to its bytes, over a port of this thread (no wake-up of another). Garbage is of both ends.",
		columns: ["", "µs hot", "of it the lane's inspection", "µs cold", "of it the lane's inspection", "bytes of garbage"],
		rows,
	};
}

function eventsOf(kind: TextKind, cut: Workload["cut"]): Buffer[] {
	const whole = text(kind, 40_000, 6);
	return (cut === "words" ? words(whole) : tokens(whole)).map((delta) => Buffer.from(deltaEvent(delta, "content", false)));
}

async function measure(lane: BenchLane, events: readonly Buffer[], count: number): Promise<number[]> {
	const { push, close } = await openStreams(lane);
	let at = 0;
	const round = async (size: number, pause: () => void): Promise<readonly [whole: number, inspection: number]> => {
		const whole: number[] = [];
		const inspections: number[] = [];
		for (let i = 0; i < size; i++, at++) {
			pause();
			const from = performance.now();
			inspections.push(await push(at % STREAMS, events[(Math.floor(at / STREAMS) + 37 * (at % STREAMS)) % events.length] as Buffer));
			whole.push(performance.now() - from);
		}
		return [distribution(whole).p50 * 1000, distribution(inspections).p50 * 1000];
	};
	await round(count * 4, () => undefined);
	const hot = await round(count, () => undefined);
	const cold = await round(count, touch);
	const garbage: number[] = [];
	for (let i = 0; i < count / 20; i++) {
		const before = process.memoryUsage().heapUsed;
		await round(20, () => undefined);
		garbage.push((process.memoryUsage().heapUsed - before) / 20);
	}
	close();
	return [...hot, ...cold, distribution(garbage).p50];
}

function touch(): void {
	for (let at = 0; at < PAUSE.length; at += LINE_BYTES) PAUSE[at] = at;
}

/** `push` answers how long the lane was at its work, ms, when the event is through. */
async function openStreams({ inspector, policyId }: BenchLane): Promise<{
	push(stream: number, bytes: Uint8Array): Promise<number>;
	close(): void;
}> {
	const { Lane } = await fromBuild<LaneModule>("lanes/lane");
	const { LaneSession } = await fromBuild<SessionModule>("lanes/lane-session");
	const { serveLane } = await fromBuild<Serve>("lanes/serve-lane");
	const { openGate } = await fromBuild<Gate>("core/runtime-gate");
	const { port1, port2 } = new MessageChannel();
	let inspection = 0;
	let through = (_ms: number): void => undefined;
	const sessions = new Map<number, LaneSession>();
	void serveLane({ port: port2, gate: openGate() }, (item) => {
		const from = performance.now();
		const answers = inspector.handle(item);
		inspection = performance.now() - from;
		return answers;
	});
	const lane = new Lane(port1, 60_000, [], {
		onReady: () => undefined,
		onHang: () => undefined,
		onItem(item) {
			if (item.kind === "passed") sessions.get(item.sid)?.onPassed();
			else if (item.kind === "output") sessions.get(item.sid)?.onOutput(item);
			through(inspection);
		},
	});
	const handler = { onOutput: () => undefined, onCredit: () => undefined, onEnded: () => undefined, onLost: () => undefined };
	const budget = { bytes: 0, maxBytes: Number.POSITIVE_INFINITY };
	for (let sid = 0; sid < STREAMS; sid++) {
		const session = new LaneSession(sid, { policyId, api: "openai-chat", mode: "stream" }, handler, budget, () => undefined);
		sessions.set(sid, session);
		session.attach(0, lane);
	}
	return {
		push: (stream, bytes) =>
			new Promise((resolve) => {
				through = resolve;
				sessions.get(stream)?.push(bytes);
			}),
		close() {
			for (const session of sessions.values()) session.close();
			lane.close();
			port2.close();
		},
	};
}
