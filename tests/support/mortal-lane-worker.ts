import { existsSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import type { FromLane } from "../../src/lanes/protocol.ts";
import { type LaneTask, sendLater, serveLane } from "../../src/lanes/serve-lane.ts";

/**
 * A real lane that dies as the files of the folder LANE_DEATHS say, one after the other: `<n>.<kind>.<message>.<at>` at
 * the message of that name that has `at` others before it, of `data` the one that carries byte `at`, of `later` at the verdict
 * that was not ready with its batch. `hold` is no death:
 * the lane is busy until the file `holding` is gone.
 */
export function runLane(task: LaneTask): Promise<void> {
	const { port, secretKey } = task;
	const folder = process.env["LANE_DEATHS"] ?? "";
	let seen = 0;
	// A thread that threw still gets the batches that were under way.
	let isDead = false;
	const live = (message: string, weight: number): void => {
		const [next = ""] = readdirSync(folder)
			.filter((name) => name !== "holding")
			.sort();
		const [, kind = "", planned, at] = next.split(".");
		const isPlanned = !isDead && planned === message;
		if (isPlanned) seen += weight;
		if (isPlanned && seen > Number(at) && claim(join(folder, next))) {
			isDead = kind === "throw";
			die(kind, join(folder, "holding"));
		}
	};
	const later = (item: FromLane): void => {
		live("later", 1);
		sendLater(port, item);
	};
	const inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey, later });
	return serveLane(task, (item) => {
		live(item.kind, item.kind === "data" ? item.bytes.length : 1);
		return inspector.handle(item);
	}).finally(() => inspector.close());
}

/** Only one lane gets each file. */
function claim(file: string): boolean {
	try {
		unlinkSync(file);
		return true;
	} catch {
		return false;
	}
}

function die(kind: string, holding: string): void {
	if (kind === "throw") throw new Error("a lane dies");
	if (kind === "exit") process.exit(1);
	if (kind === "hang") for (;;);
	if (kind === "hold") while (existsSync(holding));
	const hoard: object[] = [];
	while (kind === "oom") hoard.push(new Array(100_000).fill({}));
}
