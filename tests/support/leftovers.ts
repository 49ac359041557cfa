import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as (options: { type: "minor" | "major" }) => void;

const TIMES = 400;

/** Bytes of heap that one of many runs of `work` leaves for the next full collection: what collections of the young generation do not free. */
export async function leftBy(work: () => void | Promise<void>): Promise<number> {
	await repeat(work);
	gc({ type: "major" });
	const before = process.memoryUsage().heapUsed;
	await repeat(work);
	return (process.memoryUsage().heapUsed - before) / TIMES;
}

async function repeat(work: () => void | Promise<void>): Promise<void> {
	for (let i = 0; i < TIMES; i++) {
		await work();
		if (i % 20 === 0) gc({ type: "minor" });
	}
	// What survived one is copied, and freed by the next.
	for (let i = 0; i < 3; i++) gc({ type: "minor" });
}
