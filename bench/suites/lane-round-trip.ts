import { fromBuild } from "../build.ts";
import { artifactOf, policyWith } from "../fixtures/rules.ts";
import { deltaEvent } from "../fixtures/workload.ts";
import { distribution } from "../report/distribution.ts";
import type { Table } from "../report/table.ts";
import type { Effort } from "./suite.ts";

type LanePool = typeof import("../../src/lanes/lane-pool.ts");

const BATCHES = [1, 8, 64, 512];
/** Nothing of these is held, whatever recognizers there are, so every event is answered; one that is not would be waited for in vain. */
const WORDS = ["the ", "quiet ", "house ", "stands ", "near ", "the ", "river "];

/** From raw bytes pushed into a session to its proven bytes, over a real lane, one batch at a time. */
export async function laneTable(effort: Effort, log: (line: string) => void): Promise<Table> {
	const { createLanePool } = await fromBuild<LanePool>("lanes/lane-pool");
	const policy = await policyWith(0);
	const compiled = { policy, prompt: await artifactOf(policy.prompt), response: await artifactOf(policy.response) };
	const pool = await createLanePool({
		lanes: 1,
		deadlineMs: 5000,
		secretKey: new Uint8Array(32),
		policies: [compiled],
		onEvent: () => undefined,
	});
	const rows: number[][] = [];
	for (const sessions of BATCHES) {
		log(`lane round trip, ${sessions} sessions`);
		rows.push([sessions, ...(await roundTrips(pool, policy.id, sessions, effort.kind === "smoke" ? 4 : Math.max(60, 6000 / sessions)))]);
	}
	await pool.close();
	return {
		title: "Lane round trip by batch size (one event for each of so many sessions)",
		note: "CPU of this thread is what the front end pays: post, take in, hand out.",
		columns: ["events at once", "p50 µs", "p99 µs", "wall µs/event", "CPU µs/event, both threads"],
		rows,
	};
}

async function roundTrips(
	pool: Awaited<ReturnType<LanePool["createLanePool"]>>,
	policyId: string,
	sessions: number,
	rounds: number,
): Promise<[p50: number, p99: number, wall: number, cpu: number]> {
	const events = WORDS.map((delta) => Buffer.from(deltaEvent(delta, "content", false)));
	let missing = 0;
	let landed = (): void => undefined;
	const onOutput = (): void => {
		if (--missing === 0) landed();
	};
	const open = Array.from({ length: sessions }, () =>
		pool.openSession(
			{ policyId, api: "openai-chat", mode: "stream" },
			{ onOutput, onCredit: () => undefined, onEnded: () => undefined, onLost: () => undefined },
		),
	);
	const times: number[] = [];
	let before = process.cpuUsage();
	let startedAt = performance.now();
	const warmup = rounds >> 2;
	for (let round = 0; round < rounds + warmup; round++) {
		if (round === warmup) [before, startedAt] = [process.cpuUsage(), performance.now()];
		missing = sessions;
		const back = new Promise<void>((resolve) => {
			landed = resolve;
		});
		const from = performance.now();
		for (const session of open) session?.push(events[round % events.length] as Buffer);
		await back;
		if (round >= warmup) times.push((performance.now() - from) * 1000);
	}
	const { user, system } = process.cpuUsage(before);
	const wallUs = (performance.now() - startedAt) * 1000;
	for (const session of open) session?.close();
	const { p50, p99 } = distribution(times);
	return [p50, p99, wallUs / (rounds * sessions), (user + system) / (rounds * sessions)];
}
