import { setImmediate as turn } from "node:timers/promises";

interface Job {
	readonly pieces: readonly (() => Promise<void>)[];
	/** By `performance.now`. */
	readonly until: number;
	readonly resolve: (isWhole: boolean) => void;
	readonly reject: (error: unknown) => void;
	done: number;
}

/**
 * Heavy work in pieces, one at a time, with a turn of the event loop before each: what arrives for the thread meanwhile waits for
 * one piece and not for all. Whose time ends first comes first.
 */
export class TurnQueue {
	readonly #most: number;
	#jobs: Job[] = [];
	#waiting = 0;
	#working: Promise<void> | undefined;

	/** `most`: pieces that may wait, over all jobs. */
	constructor(most: number) {
		this.#most = most;
	}

	/** Whether all pieces ran, in their order, before `until`; false at once where the queue has no room. Rejects as a piece does. */
	run(pieces: Job["pieces"], until: number): Promise<boolean> {
		if (pieces.length === 0) return Promise.resolve(true);
		if (this.#waiting + pieces.length > this.#most) return Promise.resolve(false);
		return new Promise((resolve, reject) => {
			this.#waiting += pieces.length;
			this.#jobs.push({ pieces, until, resolve, reject, done: 0 });
			this.#jobs.sort((a, b) => a.until - b.until);
			this.#working ??= this.#work();
		});
	}

	/** Gives up what waits; resolves when no piece runs. */
	async clear(): Promise<void> {
		for (const job of this.#jobs) this.#end(job, () => job.resolve(false));
		await this.#working;
	}

	async #work(): Promise<void> {
		while (this.#jobs.length > 0) {
			await turn();
			for (const late of this.#jobs.filter(({ until }) => performance.now() > until)) this.#end(late, () => late.resolve(false));
			const [first] = this.#jobs;
			if (first !== undefined) await this.#step(first);
		}
		this.#working = undefined;
	}

	async #step(job: Job): Promise<void> {
		try {
			await job.pieces[job.done++]?.();
			if (job.done === job.pieces.length) this.#end(job, () => job.resolve(true));
		} catch (error) {
			this.#end(job, () => job.reject(error));
		}
	}

	#end(job: Job, settle: () => void): void {
		this.#waiting -= job.pieces.length;
		this.#jobs = this.#jobs.filter((other) => other !== job);
		settle();
	}
}
