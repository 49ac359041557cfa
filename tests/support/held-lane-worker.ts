import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { inRuntime, runtimeLeft } from "../../src/core/runtime-gate.ts";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import { type LaneTask, sendLater, serveLane } from "../../src/lanes/serve-lane.ts";

/** A real lane that a native runtime is at work in until the file HELD_LANE is gone. */
export async function runLane(task: LaneTask): Promise<void> {
	const { port, secretKey } = task;
	const file = process.env["HELD_LANE"] ?? "";
	const inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey, later: (item) => sendLater(port, item) });
	const served = serveLane(task, (item) => inspector.handle(item));
	void inRuntime(async () => {
		while (existsSync(file)) await sleep(10);
	});
	await served.finally(() => inspector.close());
	await runtimeLeft();
}
