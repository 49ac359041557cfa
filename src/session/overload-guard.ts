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
	/** At least 0 and below 1: whom it falls on. */
	readonly random?: () => number;
}

/** ms between two looks at the load. */
const LOOK_MS = 20;
/** ms that this thread may be late. Everything passes through it, refusals too, so it must never be far behind. */
const MAX_LATE_MS = 30;
/** ms for which every look must see twice as much as may be before anything is refused; longer where it is less: one pause is no overload. */
const PATIENCE_MS = 100;
const MAX_STRAIN = 10;
/** By how much the pressure rises with each look at twice as much as may be. */
const PRESSURE_PER_LOOK = 0.02;
/** Strain below which the lanes are about to be idle, and what the pressure then falls by with each look. */
const IDLE_STRAIN = 0.25;
const RELIEF_PER_LOOK = 0.1;
/** Without any, nothing would say that the overload is over. */
const MIN_TAKEN = 0.01;
/** Looks at the load for each at the memory. */
const MEMORY_LOOKS = 25;
/** Open requests below which a long wait is the machine's fault, and refusing one would help none of the others. */
const FEW_OPEN = 32;

/**
 * Which share of new work is taken. More work than can be done makes all of it late, and is of use to nobody; refused work
 * costs next to nothing. All or nothing makes waves: a second's work is taken, then nothing until the lanes are idle. So the
 * share follows the strain, as PIE's does (RFC 8033): a part of it at once, and a part that grows and falls for as long as
 * the wait is above or below its limit. Open answers go on.
 */
export class OverloadGuard {
	readonly #options: OverloadOptions;
	/** Memory that this process may have. */
	readonly maxBytes: number;
	readonly #timer: NodeJS.Timeout;
	#looks = 0;
	#lookedAt = performance.now();
	/** Since when every look saw too much; NaN: the last did not. */
	#strainedSince = Number.NaN;
	/** What the strain beyond 1 has added up to: the natural logarithm of how much too much comes. */
	#pressure = 0;
	#taken = 1;
	#isFull = false;

	constructor(options: OverloadOptions) {
		this.#options = options;
		this.maxBytes = (memoryBytes() / options.processes) * options.maxMemoryShare;
		this.#timer = setInterval(() => this.#look(performance.now()), LOOK_MS).unref();
	}

	/** Asked once for each request. `open`: those in progress. Memory that is not given back must not shut everybody out, so one is always taken. */
	refuses(open: number): boolean {
		const { random = Math.random } = this.#options;
		return (this.#isFull && open > 0) || (open >= FEW_OPEN && random() >= this.#taken);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	#look(now: number): void {
		const { maxWaitMs, laneWaitMs } = this.#options;
		const lateMs = now - this.#lookedAt - LOOK_MS;
		this.#lookedAt = now;
		// While it is full each look counts: nobody is refused for longer than it is.
		if (this.#isFull || this.#looks++ % MEMORY_LOOKS === 0) this.#isFull = residentBytes() > this.maxBytes;
		if (maxWaitMs > 0) this.#taken = this.#shareTaken(Math.max(lateMs / MAX_LATE_MS, laneWaitMs() / maxWaitMs), now);
	}

	/** `strain`: 1 is as much as there may be. */
	#shareTaken(strain: number, now: number): number {
		const excess = Math.min(strain, MAX_STRAIN) - 1;
		if (excess <= 0) this.#strainedSince = Number.NaN;
		else if (Number.isNaN(this.#strainedSince)) this.#strainedSince = now;
		const isLasting = (now - this.#strainedSince) * excess >= PATIENCE_MS;
		if (this.#pressure === 0 && !isLasting) return 1;
		const change = strain < IDLE_STRAIN ? -RELIEF_PER_LOOK : PRESSURE_PER_LOOK * excess;
		this.#pressure = Math.max(0, Math.min(this.#pressure + change, -Math.log(MIN_TAKEN)));
		return Math.min(1, Math.max(MIN_TAKEN, Math.exp(-this.#pressure - excess)));
	}
}

/** Of this process. To read it takes a file: where none may be opened any more, there is no room for more work either. */
function residentBytes(): number {
	try {
		return process.memoryUsage.rss();
	} catch {
		return Number.POSITIVE_INFINITY;
	}
}

/** Of the control group that this process runs in, or of the machine. */
function memoryBytes(): number {
	const limit = process.constrainedMemory();
	return limit > 0 && limit < totalmem() ? limit : totalmem();
}
