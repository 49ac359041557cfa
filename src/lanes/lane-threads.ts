import { setTimeout as sleep } from "node:timers/promises";
import { Piscina } from "piscina";
import type { LaneTask } from "./serve-lane.ts";

/** ms that closing waits for threads to end by themselves, and for those which must not be terminated. */
const END_MS = 1000;
const MAX_END_MS = 30_000;

/** The thread of one lane. */
export interface LaneThread {
	/** The reason, when it has ended. */
	readonly ended: Promise<string>;
	terminate(): void;
}

/** The threads of all lanes: one endless task each. */
export class LaneThreads {
	readonly #piscina: Piscina;
	readonly #running = new Set<LaneThread>();

	constructor(lanes: number, workerUrl: URL | undefined) {
		const isSource = import.meta.url.endsWith(".ts");
		const url = workerUrl ?? new URL(isSource ? "./lane-worker.ts" : "./lane-worker.js", import.meta.url);
		this.#piscina = new Piscina({
			filename: url.href,
			name: "runLane",
			minThreads: lanes,
			// A hung thread that must not be terminated keeps its place until it ends.
			maxThreads: 2 * lanes,
			concurrentTasksPerWorker: 1,
			atomics: "disabled",
			execArgv: isSource ? ["--import", "tsx"] : [],
			// Three semi-spaces: the nursery of the command's first line (`main.ts`), for a process that was started without it.
			resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 12 },
		});
		this.#piscina.on("error", () => undefined);
	}

	start(task: LaneTask): LaneThread {
		const abort = new AbortController();
		const running = this.#piscina.run(task, { transferList: [task.port], signal: abort.signal });
		const ended = running.then(
			() => "ended",
			(error: Error) => error.name,
		);
		const thread: LaneThread = { ended, terminate: () => abort.abort() };
		this.#running.add(thread);
		void ended.then(() => this.#running.delete(thread));
		return thread;
	}

	/**
	 * Ends all threads, whose ports are closed. They do so by themselves if they are not held up, and may be within the second stage's
	 * runtime although nobody knows it yet; those that are known to be (`mustEnd`) get the longer time. The rest is terminated.
	 */
	async close(mustEnd: (thread: LaneThread) => boolean): Promise<void> {
		const lasting = [...this.#running].filter(mustEnd);
		await endOf(this.#running, END_MS);
		await endOf(lasting, MAX_END_MS);
		for (const thread of this.#running) thread.terminate();
		await this.#piscina.destroy();
	}
}

function endOf(threads: Iterable<LaneThread>, ms: number): Promise<unknown> {
	const ended = Promise.all(Array.from(threads, (thread) => thread.ended));
	return Promise.race([ended, sleep(ms, undefined, { ref: false })]);
}
