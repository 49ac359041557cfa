import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import { type LaneTask, serveLane } from "../../src/lanes/serve-lane.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";

/** A lane that scans with the oracle. */
export function runLane(task: LaneTask): Promise<void> {
	const inspector = createLaneInspector({
		pack: packState,
		unpack: unpackState,
		secretKey: task.secretKey,
		createEngine: (rules) => createReferenceEngine(rules),
	});
	return serveLane(task, (item, pause) => inspector.handle(item, pause));
}
