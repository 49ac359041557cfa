import type { Meter, MeterStore } from "./meter.ts";
import { keyOf, type NamedMeter } from "./scope.ts";

/** `security.abuse`: callers whose requests are blocked again and again. */
export interface AbuseSettings {
	/** Blocked requests within the window that suspend a caller; 0: never. */
	readonly blocks: number;
	readonly windowMs: number;
	readonly suspendMs: number;
}

/** What refuses a caller that is suspended. */
export function suspensionOf(caller: string, { suspendMs }: AbuseSettings): NamedMeter {
	return { kind: "suspension", text: "", limit: 1, windowS: 0, meter: suspension(caller, suspendMs, 0) };
}

/** Counts a blocked request of the caller. True: it is suspended now. */
export async function countBlock(caller: string, { blocks, windowMs, suspendMs }: AbuseSettings, store: MeterStore): Promise<boolean> {
	const key = `${keyOf(caller)}:blocked`;
	const bucket: Meter = { kind: "bucket", key, capacity: blocks, rate: blocks, periodMs: windowMs, cost: 1 };
	const { states } = await store.charge([bucket]);
	if ((states[0]?.remaining ?? blocks) >= 1) return false;
	await store.charge([suspension(caller, suspendMs, 1)]);
	return true;
}

function suspension(caller: string, suspendMs: number, cost: number): Meter {
	return { kind: "quota", key: `${keyOf(caller)}:suspended`, limit: 1, expiresAt: Date.now() + suspendMs, cost };
}
