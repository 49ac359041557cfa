/** Process: opens the streams of a run and notes when the last character of each token arrived. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, type Dispatcher } from "undici";
import { random } from "../../tests/support/random.ts";
import { deltasOf, promptOf, type Workload } from "../fixtures/workload.ts";
import { clockUs, type FromClient, type Receipt, type Target, type ToClient } from "./messages.ts";

/** ms that answers may take beyond their schedule before the run ends without them. */
const GRACE_MS = 10_000;
/** ms between two looks at how late the client is. */
const DELAY_MS = 1;

const agent = new Agent({ connections: null, pipelining: 1, bodyTimeout: 0, headersTimeout: 0, keepAliveTimeout: 30_000 });
let tokens = 0;

class Answer implements Dispatcher.DispatchHandler {
	readonly #ends: readonly number[];
	readonly #onDone: () => void;
	readonly #decoder = new TextDecoder();
	#chars = 0;
	#next = 0;
	#rest = "";
	#status = 0;
	controller: Dispatcher.DispatchController | undefined;
	receipt: Receipt;

	constructor(stream: number, deltas: readonly string[], onDone: () => void) {
		let end = 0;
		this.#ends = deltas.map((delta) => (end += delta.length));
		this.#onDone = onDone;
		const delivered = new Float64Array(deltas.length).fill(Number.NaN);
		this.receipt = { stream, requestedAt: clockUs(), firstAt: Number.NaN, endedAt: Number.NaN, delivered, outcome: "unfinished" };
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.controller = controller;
	}

	onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
		this.#status = status;
		if (status !== 200) this.receipt = { ...this.receipt, outcome: `status ${status}` };
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		if (this.#status !== 200) return;
		const now = clockUs();
		const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
		this.#rest = lines.pop() ?? "";
		for (const line of lines) if (line.startsWith("data: {")) this.#take(JSON.parse(line.slice(6)), now);
	}

	onResponseEnd(): void {
		this.receipt = { ...this.receipt, endedAt: clockUs() };
		this.#onDone();
	}

	onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
		if (this.receipt.outcome === "unfinished") this.receipt = { ...this.receipt, outcome: error.code ?? error.name };
		this.#onDone();
	}

	/** The run is over. */
	stop(): void {
		if (this.receipt.outcome !== "unfinished") return;
		this.receipt = { ...this.receipt, outcome: "still running" };
		this.controller?.abort(new Error("The run is over."));
	}

	#take(event: ChatEvent, now: number): void {
		const choice = event.choices?.[0];
		const text = choice?.delta?.content ?? choice?.delta?.tool_calls?.[0]?.function?.arguments ?? "";
		if (choice?.finish_reason != null) this.receipt = { ...this.receipt, outcome: choice.finish_reason };
		if (event.error !== undefined) this.receipt = { ...this.receipt, outcome: "error event" };
		if (text === "") return;
		if (this.#chars === 0) this.receipt = { ...this.receipt, firstAt: now };
		this.#chars += text.length;
		for (; this.#next < this.#ends.length && this.#chars >= (this.#ends[this.#next] as number); this.#next++) {
			this.receipt.delivered[this.#next] = now;
			tokens++;
		}
	}
}

interface ChatEvent {
	readonly error?: unknown;
	readonly choices?: readonly {
		readonly finish_reason?: string | null;
		readonly delta?: {
			readonly content?: string | null;
			readonly tool_calls?: readonly { readonly function?: { readonly arguments?: string } }[];
		};
	}[];
}

function ask(target: Target, stream: number, deltas: readonly string[]): { readonly answer: Answer; readonly done: Promise<void> } {
	let finish = (): void => undefined;
	const done = new Promise<void>((resolve) => {
		finish = resolve;
	});
	const answer = new Answer(stream, deltas, finish);
	const body = JSON.stringify({ model: "bench", stream: true, messages: [{ role: "user", content: promptOf(stream) }] });
	agent.dispatch(
		{ origin: target.origin, path: target.path, method: "POST", headers: { "content-type": "application/json", ...target.headers }, body },
		answer,
	);
	return { answer, done };
}

/**
 * Every stream once, opened over the ramp at seeded random times: callers do not know of each other. Opened evenly, 100 streams of 50
 * tokens/s over 500 ms would all fall on four points of the 20 ms between two tokens, 25 tokens at a time.
 */
async function paced(target: Target, workload: Workload, windowMs: number): Promise<Receipt[]> {
	const deltas = deltasOf(workload);
	const asked: ReturnType<typeof ask>[] = [];
	const startedAt = performance.now();
	const marks = Promise.all([mark(workload.rampMs), mark(workload.rampMs + windowMs)]);
	const next = random(workload.seed);
	const startsMs = Array.from({ length: workload.streams }, () => next() * workload.rampMs).sort((a, b) => a - b);
	for (const [stream, startMs] of startsMs.entries()) {
		const waitMs = startedAt + startMs - performance.now();
		if (waitMs > 1) await sleep(waitMs);
		asked.push(ask(target, stream, deltas(stream)));
	}
	await marks;
	await Promise.race([Promise.all(asked.map(({ done }) => done)), sleep(workload.rampMs + GRACE_MS)]);
	return settle(asked);
}

/** Answer after answer on every stream until the time is over. */
async function flooded(target: Target, workload: Workload, windowMs: number): Promise<Receipt[]> {
	const deltas = deltasOf(workload);
	const open = new Set<ReturnType<typeof ask>>();
	const receipts: Receipt[] = [];
	let isOver = false;
	const loop = async (stream: number): Promise<void> => {
		while (!isOver) {
			const asked = ask(target, stream, deltas(stream));
			open.add(asked);
			await asked.done;
			open.delete(asked);
			receipts.push(asked.answer.receipt);
			if (asked.answer.receipt.outcome !== "stop") await sleep(50);
		}
	};
	for (let stream = 0; stream < workload.streams; stream++) loop(stream).catch(() => undefined);
	await Promise.all([mark(workload.rampMs), mark(workload.rampMs + windowMs)]);
	isOver = true;
	await Promise.race([Promise.all([...open].map(({ done }) => done)), sleep(500)]);
	settle([...open]);
	return receipts;
}

/** A request at a seeded random moment of each interval, whatever becomes of those before, until the measured time is over. */
async function arriving(target: Target, workload: Workload, windowMs: number, arrivals: number): Promise<Receipt[]> {
	const deltas = deltasOf(workload);
	const next = random(workload.seed);
	const asked: ReturnType<typeof ask>[] = [];
	const startedAt = performance.now();
	const marks = Promise.all([mark(workload.rampMs), mark(workload.rampMs + windowMs)]);
	for (let n = 0; ; n++) {
		const dueMs = ((n + next()) * 1000) / arrivals;
		if (dueMs >= workload.rampMs + windowMs) break;
		const waitMs = startedAt + dueMs - performance.now();
		if (waitMs > 1) await sleep(waitMs);
		asked.push(ask(target, n, deltas(n)));
	}
	await marks;
	await Promise.race([Promise.all(asked.map(({ done }) => done)), sleep(GRACE_MS)]);
	return settle(asked);
}

function settle(asked: readonly ReturnType<typeof ask>[]): Receipt[] {
	for (const { answer } of asked) answer.stop();
	return asked.map(({ answer }) => answer.receipt);
}

async function mark(afterMs: number): Promise<void> {
	await sleep(afterMs);
	say({ kind: "mark", at: clockUs(), tokens });
}

function say(message: FromClient): void {
	process.send?.(message);
}

process.on("message", async ({ target, workload, windowMs }: ToClient) => {
	tokens = 0;
	const delay = monitorEventLoopDelay({ resolution: DELAY_MS });
	const { rate, arrivals } = workload;
	// Of paced runs the upstream says how late it was; a timer each millisecond would be a part of what is measured.
	if (arrivals !== undefined) delay.enable();
	const run = rate === 0 ? flooded : paced;
	const receipts = arrivals === undefined ? run(target, workload, windowMs) : arriving(target, workload, windowMs, arrivals);
	const all = await receipts;
	delay.disable();
	say({ kind: "done", receipts: all, clientDelay: Math.max(0, delay.percentile(99) / 1000 - DELAY_MS * 1000) });
});
process.on("disconnect", () => process.exit(0));
say({ kind: "ready" });
