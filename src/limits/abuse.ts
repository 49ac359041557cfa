import type { Meter, MeterState, MeterStore } from "./meter.ts";
import { keyOf, type NamedMeter } from "./scope.ts";

/** `security.abuse`: callers whose requests are blocked again and again. */
export interface AbuseSettings {
	/** Blocked requests within the window that suspend a caller; 0: never. */
	readonly blocks: number;
	readonly windowMs: number;
	readonly suspendMs: number;
	/** What a caller with `blocks` of them adds to the risk of a doubtful prompt, 0…1; 0: nobody looks. */
	readonly historyWeight: number;
}

/** Blocks that count in full where none suspend. */
const DEFAULT_BLOCKS = 5;
/** More than anybody has: a meter that is only read refuses nothing. */
const UNBOUNDED = 1_000_000;

/** What refuses a caller that is suspended. */
export function suspensionOf(caller: string, { suspendMs }: AbuseSettings): NamedMeter {
	return { kind: "suspension", text: "", limit: 1, windowS: 0, meter: suspension(caller, suspendMs, 0) };
}

/** Counts a blocked request of the caller. True: it is suspended now. */
export async function countBlock(caller: string, settings: AbuseSettings, store: MeterStore): Promise<boolean> {
	const { blocks, suspendMs } = settings;
	const { states } = await store.charge([blockMeter(caller, settings, 1)]);
	if (blocks === 0 || spentOf(states[0]) <= blocks - 1) return false;
	await store.charge([suspension(caller, suspendMs, 1)]);
	return true;
}

/** Reads how many requests of the caller were blocked of late. */
export function historyMeter(caller: string, settings: AbuseSettings): Meter {
	return blockMeter(caller, settings, 0);
}

/** What that says about its next one, 0…1. */
export function historyRisk(state: MeterState | undefined, { blocks, historyWeight }: AbuseSettings): number {
	return historyWeight * Math.min(1, spentOf(state) / (blocks || DEFAULT_BLOCKS));
}

function blockMeter(caller: string, { blocks, windowMs }: AbuseSettings, cost: number): Meter {
	const key = `${keyOf(caller)}:blocked`;
	return { kind: "bucket", key, capacity: UNBOUNDED, rate: blocks || DEFAULT_BLOCKS, periodMs: windowMs, cost };
}

const spentOf = (state: MeterState | undefined): number => (state === undefined ? 0 : UNBOUNDED - state.remaining);

function suspension(caller: string, suspendMs: number, cost: number): Meter {
	return { kind: "quota", key: `${keyOf(caller)}:suspended`, limit: 1, lastsMs: suspendMs, cost };
}
