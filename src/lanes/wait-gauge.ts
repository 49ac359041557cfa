/** What was posted in one tick and is not all answered. */
interface Mark {
	/** All that was posted until its end. */
	work: number;
	at: number;
}

/** What is remembered of how fast work was done, after each reply. */
const MEMORY = 0.95;

/**
 * How long work waits in a queue that is answered in its order: by how much is in it, and how fast it was done. How long the
 * oldest has waited says that too late: a queue that grows has doubled by then. Looks at the clock once a tick and once a reply.
 */
export class WaitGauge {
	#posted = 0;
	#answered = 0;
	/** The oldest first; never more of them than pieces of work that wait. */
	readonly #marks: Mark[] = [];
	#answeredAt = 0;
	/** Of late: what was done, and the ms in which there was something to do. */
	#done = 0;
	#busyMs = 0;

	/** `work`: of one piece, in any unit. `isFirst`: of its tick. */
	posted(work: number, isFirst: boolean): void {
		this.#posted += work;
		const last = this.#marks.at(-1);
		if (isFirst || last === undefined) this.#marks.push({ work: this.#posted, at: performance.now() });
		else last.work = this.#posted;
	}

	/** `work`: of the oldest pieces. */
	answered(work: number): void {
		const [oldest] = this.#marks;
		if (oldest === undefined) return;
		const now = performance.now();
		this.#done = this.#done * MEMORY + work;
		this.#busyMs = this.#busyMs * MEMORY + now - Math.max(this.#answeredAt, oldest.at);
		this.#drop(work, now);
	}

	/** The same after a time that says nothing of how long other work takes: what still waits counts from now. */
	interrupted(work: number): void {
		const now = performance.now();
		this.#drop(work, now);
		for (const mark of this.#marks) mark.at = now;
	}

	/** ms that what is posted now waits for its answer; more while the oldest has waited longer. 0: nothing waits. */
	get waitMs(): number {
		const [oldest] = this.#marks;
		if (oldest === undefined) return 0;
		const ahead = this.#done === 0 ? 0 : ((this.#posted - this.#answered) * this.#busyMs) / this.#done;
		return Math.max(ahead, performance.now() - oldest.at);
	}

	#drop(work: number, now: number): void {
		this.#answeredAt = now;
		this.#answered += work;
		const waiting = this.#marks.findIndex((mark) => mark.work > this.#answered);
		this.#marks.splice(0, waiting < 0 ? this.#marks.length : waiting);
	}
}
