import { agent, chat, type Requests } from "../fixtures/conversations.ts";
import { type BenchLane, laneWith } from "../fixtures/lane.ts";
import type { Table } from "../report/table.ts";
import type { Effort } from "./suite.ts";

/** Requests of a conversation, counted from 1, that have a column. */
const SHOWN = [1, 5, 10, 20];

/** What a lane takes to judge a prompt that holds what the requests before said, and one of the same length in which every text is new. */
export async function promptTable(effort: Effort, log: (line: string) => void): Promise<Table> {
	const lane = await laneWith({});
	const seeds = effort.kind === "smoke" ? 1 : 12;
	const rows: (string | number)[][] = [];
	for (const [name, make] of [
		["a chat", chat],
		["an agent's work", agent],
	] as const) {
		log(`prompts of ${name}`);
		// So that it is compiled; the callers below have said nothing yet.
		for (let seed = 0; seed < seeds; seed++) await ask(lane, make(seed), () => "warm-up");
		const again = await medians(lane, make, seeds, (seed) => `caller ${seed}`);
		const fresh = await medians(lane, make, seeds, (seed, i) => `caller ${seed} of request ${i}`);
		const sizes = make(0).map(({ length }) => length / 1024);
		rows.push([`${name}: KB`, ...shown(sizes)], ["of a caller who said it before", ...shown(again)], ["all of it new", ...shown(fresh)]);
	}
	return {
		title: "The decision about a prompt, µs of CPU in the lane, by number of the request",
		note: "every recognizer and the learned rules, the default policy; nothing is found. A request holds all that was said before it.",
		columns: ["", ...SHOWN.map((request) => `request ${request}`)],
		rows,
	};
}

function shown(values: readonly number[]): number[] {
	return SHOWN.map((request) => values[request - 1] as number);
}

async function medians(
	lane: BenchLane,
	make: (seed: number) => Requests,
	seeds: number,
	callerOf: (seed: number, request: number) => string,
): Promise<number[]> {
	const runs: number[][] = [];
	for (let seed = 1; seed <= seeds; seed++) runs.push(await ask(lane, make(seed), (request) => callerOf(seed, request)));
	return (runs[0] ?? []).map((_, i) => {
		const sorted = runs.map((run) => run[i] as number).sort((a, b) => a - b);
		return sorted[sorted.length >> 1] as number;
	});
}

let sid = 0;

async function ask({ inspector, policyId }: BenchLane, bodies: Requests, callerOf: (request: number) => string): Promise<number[]> {
	const policies = [{ policyId, models: [] }];
	const costs = bodies.map((body, i) => {
		const from = process.cpuUsage();
		const [answer] = inspector.handle({
			kind: "prompt",
			sid: ++sid,
			caller: callerOf(i),
			api: "openai-chat",
			path: "/v1/chat/completions",
			body,
			policies,
		});
		const { user, system } = process.cpuUsage(from);
		if (answer?.kind !== "prompt" || answer.verdict.action !== "allow") throw new Error("Nothing is found in these prompts.");
		return user + system;
	});
	// Lets the finalizers of what was collected run.
	await new Promise((resolve) => setImmediate(resolve));
	return costs;
}
