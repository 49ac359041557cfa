import type { Lane } from "./lane.ts";

/** The load of all lanes. */
export interface PoolStats {
	/** Lanes that answer. */
	readonly alive: number;
	readonly sessions: number;
	readonly queuedBytes: number;
	/** ms that work waits for the lane with the shortest queue; 0 where none is alive. */
	readonly waitMs: number;
	readonly policies: number;
}

export function poolStats(lanes: readonly (Lane | undefined)[], sessions: number, policies: number): PoolStats {
	const alive = lanes.filter((lane) => lane?.isReady === true) as Lane[];
	return {
		alive: alive.length,
		sessions,
		queuedBytes: alive.reduce((sum, lane) => sum + lane.queuedBytes, 0),
		waitMs: alive.length === 0 ? 0 : Math.min(...alive.map(({ waitMs }) => waitMs)),
		policies,
	};
}
