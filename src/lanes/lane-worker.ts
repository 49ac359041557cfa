import { packState, unpackState } from "./codec.ts";
import { createLaneInspector } from "./lane-inspector.ts";
import { type LaneTask, sendLater, serveLane } from "./serve-lane.ts";

/** The Piscina task of one lane. */
export function runLane({ port, secretKey }: LaneTask): Promise<void> {
	const inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey, later: (item) => sendLater(port, item) });
	return serveLane(port, (item, pause) => inspector.handle(item, pause)).finally(() => inspector.close());
}
