import { pathToFileURL } from "node:url";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import { type LaneTask, sendLater, serveLane } from "../../src/lanes/serve-lane.ts";
import { loadSecondStage } from "../../src/models/second-stage.ts";

/** A real lane with the second stage of the folder SLOW_MODEL. */
export function runLane({ port, secretKey }: LaneTask): Promise<void> {
	const folder = pathToFileURL(`${process.env["SLOW_MODEL"]}/`);
	const stage = loadSecondStage(folder);
	const later = (item: Parameters<typeof sendLater>[1]): void => sendLater(port, item);
	const inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey, later, transformers: { stage: () => stage } });
	return serveLane(port, (item, pause) => inspector.handle(item, pause)).finally(() => inspector.close());
}
