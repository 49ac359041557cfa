import { Bench } from "tinybench";
import type { ApiName } from "../../src/core/api.ts";
import { fromBuild } from "../build.ts";
import { BATCH, interleaved } from "../fixtures/interleaved.ts";
import { type BenchLane, inspectAnswer, laneWith } from "../fixtures/lane.ts";
import { policyWith, programOf } from "../fixtures/rules.ts";
import { text, tokens } from "../fixtures/texts.ts";
import { VENDOR_STREAMS } from "../fixtures/vendor-events.ts";
import { deltaEvent } from "../fixtures/workload.ts";
import type { Table } from "../report/table.ts";
import { coldTable } from "./cold-event.ts";
import { bareEngine } from "./engine-tasks.ts";
import { fullSetTable } from "./full-set.ts";
import { laneTable } from "./lane-round-trip.ts";
import { promptTable } from "./prompt-table.ts";
import type { Effort, Suite } from "./suite.ts";

type Sse = typeof import("../../src/wire/sse-decoder.ts");
type Registry = typeof import("../../src/providers/registry.ts");
type Program = Awaited<ReturnType<typeof programOf>>;

const STREAMS = [1, 100, 1000, 10_000];
/** 0: the default. */
const PATTERNS = [50, 300, 0, 1500];

/** The parts of the hot path, alone, in this thread. */
export const partsSuite: Suite = async (effort, log) => {
	const tables: Table[] = [
		await fullSetTable(effort, log),
		await engineTable(effort, log),
		await scanTable(effort, log),
		await filterTable(effort, log),
		await vendorTable(effort, log),
		await promptTable(effort, log),
		await coldTable(effort, log),
		await laneTable(effort, log),
	];
	return { tables, data: tables };
};

function newBench(effort: Effort): Bench {
	// CPU time: other work on the machine does not count.
	const now = (): number => {
		const { user, system } = process.cpuUsage();
		return (user + system) / 1000;
	};
	return effort.kind === "smoke"
		? new Bench({ now, time: 1, iterations: 2, warmupTime: 1, warmupIterations: 1 })
		: new Bench({ now, time: 400, iterations: 20, warmupTime: 200, warmupIterations: 10 });
}

/** ns of one operation, the median over the samples. */
function perOperation(bench: Bench, name: string): number {
	const result = bench.getTask(name)?.result;
	if (result === undefined || !("latency" in result)) throw new Error(`'${name}' was not measured.`);
	return (result.latency.p50 * 1e6) / BATCH;
}

async function engineTable(effort: Effort, log: (line: string) => void): Promise<Table> {
	const streams = effort.kind === "smoke" ? STREAMS.slice(0, 2) : STREAMS;
	const { response } = await policyWith(0);
	const engine = await bareEngine(response);
	const bytes = engine.bytesPerStream();
	const bench = newBench(effort);
	for (const count of streams) bench.add(String(count), engine.task(count));
	log("the engine alone");
	await bench.run();
	return {
		title: "The engine alone, ns of CPU per delta (about 4 bytes) by number of interleaved streams",
		note: "one call of the addon from JavaScript for each delta: it matches, and answers the release point. Deltas of prose, streams in random order.",
		columns: ["", ...streams.map((count) => `${count.toLocaleString("en-US")} streams`), "bytes of RSS a stream"],
		rows: [[`${response.rules.length} patterns`, ...streams.map((count) => perOperation(bench, String(count))), bytes]],
	};
}

async function scanTable(effort: Effort, log: (line: string) => void): Promise<Table> {
	const streams = effort.kind === "smoke" ? STREAMS.slice(0, 2) : STREAMS;
	const rows: (string | number)[][] = [];
	for (const patterns of effort.kind === "smoke" ? PATTERNS.slice(0, 1) : PATTERNS) {
		const { response } = await policyWith(patterns);
		const program = await programOf(response);
		const bench = newBench(effort);
		for (const count of streams) bench.add(String(count), scanTask(program, count));
		log(`scan and release with ${response.rules.length} patterns`);
		await bench.run();
		rows.push([`${response.rules.length} patterns`, ...streams.map((count) => perOperation(bench, String(count)))]);
	}
	return {
		title: "Scan and release, ns of CPU per delta (about 4 bytes) by number of interleaved streams",
		note: "text-scanner with the native engine: write a delta, take what is final. Deltas of prose, streams in random order.",
		columns: ["", ...streams.map((count) => `${count.toLocaleString("en-US")} streams`)],
		rows,
	};
}

function scanTask(program: Program, streams: number): () => number {
	const scanners = Array.from({ length: streams }, () => program.open());
	return interleaved(streams, (stream, delta) => {
		const scanner = scanners[stream] as (typeof scanners)[number];
		scanner.write(delta);
		let released = 0;
		for (const piece of scanner.take(Number.POSITIVE_INFINITY)) if (piece.kind === "clean") released += piece.bytes.length;
		return released;
	});
}

async function filterTable(effort: Effort, log: (line: string) => void): Promise<Table> {
	const { createSseDecoder } = await fromBuild<Sse>("wire/sse-decoder");
	const { providerOf } = await fromBuild<Registry>("providers/registry");
	const format = providerOf("openai-chat").stream;
	if (format === undefined) throw new Error("Chat completions stream.");
	const [off, on] = [await laneWith({ response_filtering: { enabled: false } }), await laneWith({})];
	const events = eventsOf((piece) => piece);
	const escaped = eventsOf((piece) => `"${piece}\n`);
	const data = events.map((event) => event.toString().slice(6, -2));
	const memory = format.newMemory();
	const bench = newBench(effort);
	const decoder = createSseDecoder(1 << 20, false);
	bench.add("SSE decoding", () =>
		sum(events, (event) => {
			decoder.push(event);
			return typeof decoder.next() === "object" ? 1 : 0;
		}),
	);
	bench.add("JSON.parse alone", () => sum(data, (json) => Object.keys(JSON.parse(json)).length));
	bench.add("reading the event (JSON and its places)", () =>
		sum(data, (json) => (format.read(json, undefined, memory).kind === "data" ? 1 : 0)),
	);
	bench.add("all of a lane, no rule", laneTask(off, events));
	bench.add("all of a lane, every recognizer", laneTask(on, events));
	bench.add("all of a lane, 8 events at once", laneTask(on, grouped(events, 8)));
	bench.add("all of a lane, escapes in each delta", laneTask(on, escaped));
	bench.add(
		"all of a lane, a finding in each 10 events (splice)",
		laneTask(
			on,
			eventsOf((piece, i) => (i % 10 === 0 ? " a@b.co " : piece)),
		),
	);
	log("SSE, JSON and all of a lane");
	await bench.run();
	return {
		title: "SSE, JSON, scan and splice, per event of about 200 bytes",
		columns: ["", "ns of CPU"],
		rows: bench.tasks.map(({ name }) => [name, perOperation(bench, name)]),
	};
}

function eventsOf(change: (piece: string, i: number) => string): Buffer[] {
	const pieces = tokens(text("prose", 8000, 4)).slice(0, BATCH);
	return pieces.map((piece, i) => Buffer.from(deltaEvent(change(piece, i), "content", false)));
}

function grouped(events: readonly Buffer[], size: number): Buffer[] {
	return Array.from({ length: Math.ceil(events.length / size) }, (_, i) => Buffer.concat(events.slice(i * size, (i + 1) * size)));
}

/** One long answer through all that a lane does (SSE, JSON, scan, composition, state for a replacement); a new one for each sample. */
function laneTask(lane: BenchLane, chunks: readonly Buffer[], api?: ApiName): () => number {
	let sid = 0;
	return () => inspectAnswer(lane, ++sid, chunks, api);
}

/** What the lane's part costs for the streams of other vendors than that of the table before. */
async function vendorTable(effort: Effort, log: (line: string) => void): Promise<Table> {
	const [off, on] = [await laneWith({ response_filtering: { enabled: false } }), await laneWith({})];
	const pieces = tokens(text("prose", 8000, 4)).slice(0, BATCH);
	const bench = newBench(effort);
	for (const { api, begin, event } of VENDOR_STREAMS) {
		const events = pieces.map((piece, i) => Buffer.from((i === 0 ? begin : "") + event(piece, i)));
		bench.add(`${api} off`, laneTask(off, events, api));
		bench.add(`${api} on`, laneTask(on, events, api));
		bench.add(`${api} 8`, laneTask(on, grouped(events, 8), api));
	}
	log("streams of each vendor");
	await bench.run();
	return {
		title: "All of a lane by vendor, ns of CPU per event",
		note: "tokens of prose in the events of other APIs than chat completions, some of which count.",
		columns: ["", "no rule", "every recognizer", "8 events at once"],
		rows: VENDOR_STREAMS.map(({ api }) => [api, ...["off", "on", "8"].map((name) => perOperation(bench, `${api} ${name}`))]),
	};
}

function sum<T>(list: readonly T[], of: (item: T) => number): number {
	let total = 0;
	for (const item of list) total += of(item);
	return total;
}
