import { pathToFileURL } from "node:url";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import { type LaneTask, sendLater, serveLane } from "../../src/lanes/serve-lane.ts";
import { loadSecondStage } from "../../src/models/second-stage.ts";

/** A real lane with the second stage of the folder SLOW_MODEL. */
export function runLane(task: LaneTask): Promise<void> {
	const { port, secretKey } = task;
	const folder = pathToFileURL(`${process.env["SLOW_MODEL"]}/`);
	const stage = loadSecondStage(folder);
	const later = (item: Parameters<typeof sendLater>[1]): void => sendLater(port, item);
	const inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey, later, transformers: { stage: () => stage } });
	return serveLane(task, (item, pause) => inspector.handle(item, pause)).finally(() => inspector.close());
}
