import { totalmem } from "node:os";

export interface OverloadOptions {
	/** ms that work may wait for a lane; 0: nothing is refused for its waiting. */
	readonly maxWaitMs: number;
	/** Share of the memory that this process may have. */
	readonly maxMemoryShare: number;
	/** Processes that share the machine. */
	readonly processes: number;
	/** ms that work waits for the least loaded lane. */
	readonly laneWaitMs: () => number;
}

/** ms between two looks at the load. */
const LOOK_MS = 20;
/** ms that this thread may be late. Everything passes through it, refusals too, so it must never be far behind. */
const MAX_LATE_MS = 30;
/** ms for which every look must see too long a wait: one large request is no overload. */
const PATIENCE_MS = 500;
/** The same where this thread is late, which nothing but too much work makes it for so long, and which delays refusals. */
const LATE_PATIENCE_MS = 100;
/** ms after an overload in which less is enough: it is likely to go on. */
const RECENT_MS = 10_000;
const RECENT_PATIENCE_MS = 40;
const MEMORY_LOOKS = 25;

/**
 * Whether new work is to be refused. More work than can be done makes all of it late, and is of use to nobody; refused work
 * costs next to nothing. Open answers go on, and as they end new work is taken again.
 */
export class OverloadGuard {
	readonly #options: OverloadOptions;
	readonly #maxBytes: number;
	readonly #timer: NodeJS.Timeout;
	#looks = 0;
	#lookedAt = performance.now();
	/** Since when every look saw too long a wait; NaN: the last did not. */
	#strainedSince = Number.NaN;
	#overloadedAt = Number.NEGATIVE_INFINITY;
	#isOverloaded = false;
	#isFull = false;

	constructor(options: OverloadOptions) {
		this.#options = options;
		this.#maxBytes = (memoryBytes() / options.processes) * options.maxMemoryShare;
		this.#timer = setInterval(() => this.#look(performance.now()), LOOK_MS).unref();
	}

	/** `open`: requests in progress. Memory that is not given back must not shut everybody out, so one is always taken. */
	refuses(open: number): boolean {
		return this.#isOverloaded || (this.#isFull && open > 0);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	#look(now: number): void {
		const { maxWaitMs, laneWaitMs } = this.#options;
		const lateMs = now - this.#lookedAt - LOOK_MS;
		this.#lookedAt = now;
		if (this.#looks++ % MEMORY_LOOKS === 0) this.#isFull = process.memoryUsage.rss() > this.#maxBytes;
		if (maxWaitMs === 0 || (lateMs <= MAX_LATE_MS && laneWaitMs() <= maxWaitMs)) {
			this.#strainedSince = Number.NaN;
			this.#isOverloaded = false;
			return;
		}
		if (Number.isNaN(this.#strainedSince)) this.#strainedSince = now;
		const firstMs = lateMs > MAX_LATE_MS ? LATE_PATIENCE_MS : PATIENCE_MS;
		const patienceMs = now - this.#overloadedAt < RECENT_MS ? RECENT_PATIENCE_MS : firstMs;
		this.#isOverloaded = now - this.#strainedSince >= patienceMs;
		if (this.#isOverloaded) this.#overloadedAt = now;
	}
}

/** Of the control group that this process runs in, or of the machine. */
function memoryBytes(): number {
	const limit = process.constrainedMemory();
	return limit > 0 && limit < totalmem() ? limit : totalmem();
}
