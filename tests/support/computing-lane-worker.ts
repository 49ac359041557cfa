import { useGate } from "../../src/core/runtime-gate.ts";
import type { LaneTask } from "../../src/lanes/serve-lane.ts";
import { shippedSecondStage } from "../../src/models/second-stage.ts";

/** A thread that does nothing but ask the second stage. */
export async function runLane({ gate }: LaneTask): Promise<void> {
	useGate(gate);
	const stage = await shippedSecondStage();
	const asked = { injection: ["word"], harm: ["word"] };
	for (;;) await stage.judge(asked, { injection: () => 0.5, harm: () => 0.5 }, Number.POSITIVE_INFINITY);
}
