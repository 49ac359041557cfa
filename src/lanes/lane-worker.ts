import { packState, unpackState } from "./codec.ts";
import { createLaneInspector } from "./lane-inspector.ts";
import { type LaneTask, sendLater, serveLane } from "./serve-lane.ts";

/** The Piscina task of one lane. */
export function runLane(task: LaneTask): Promise<void> {
	const { port, secretKey } = task;
	const inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey, later: (item) => sendLater(port, item) });
	return serveLane(task, (item, pause) => inspector.handle(item, pause)).finally(() => inspector.close());
}
