import { setTimeout as sleep } from "node:timers/promises";
import { Piscina } from "piscina";
import { closeGate, openGate } from "../core/runtime-gate.ts";
import type { LaneTask } from "./serve-lane.ts";

/** ms that closing waits for threads to end by themselves, and for those that must not be terminated yet. */
const END_MS = 1000;
const MAX_END_MS = 30_000;
/** ms until it is looked again whether a thread may be terminated. */
const GATE_MS = 10;

/** The thread of one lane. */
export interface LaneThread {
	/** The reason, when it has ended. */
	readonly ended: Promise<string>;
	/** Now, or as soon as no native runtime is at work in it. */
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

	start(task: Omit<LaneTask, "gate">): LaneThread {
		const abort = new AbortController();
		const gate = openGate();
		const running = this.#piscina.run({ ...task, gate }, { transferList: [task.port], signal: abort.signal });
		const ended = running.then(
			() => "ended",
			(error: Error) => error.name,
		);
		const terminate = (): void => {
			if (!this.#running.has(thread)) return;
			if (closeGate(gate)) abort.abort();
			else setTimeout(terminate, GATE_MS);
		};
		const thread: LaneThread = { ended, terminate };
		this.#running.add(thread);
		void ended.then(() => this.#running.delete(thread));
		return thread;
	}

	/**
	 * Ends all threads, whose ports are closed: they do so by themselves if they are not held up. The rest is terminated, except
	 * those that a native runtime is at work in after `maxMs` still: they end with the process.
	 */
	async close(maxMs = MAX_END_MS): Promise<void> {
		await this.#allEnded(END_MS);
		for (const thread of this.#running) thread.terminate();
		await this.#allEnded(maxMs);
		if (this.#running.size === 0) await this.#piscina.destroy();
	}

	#allEnded(withinMs: number): Promise<unknown> {
		const ended = Promise.all(Array.from(this.#running, (thread) => thread.ended));
		return Promise.race([ended, sleep(withinMs, undefined, { ref: false })]);
	}
}
