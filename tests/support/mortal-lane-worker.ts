import { existsSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import { type LaneTask, serveLane } from "../../src/lanes/serve-lane.ts";

/**
 * A real lane that dies as the files of the directory LANE_DEATHS say, each once: `<kind>.<message>.<at>.<anything>` at
 * the message of that name it counts down to. `hold` is no death: the lane is busy until the file `holding` is gone.
 */
export function runLane({ port, secretKey }: LaneTask): Promise<void> {
	const inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey });
	const folder = process.env["LANE_DEATHS"] ?? "";
	let seen = 0;
	return serveLane(port, (item) => {
		const deaths = readdirSync(folder).filter((name) => name.split(".")[1] === item.kind);
		const due = deaths.find((name) => Number(name.split(".")[2]) === seen);
		if (deaths.length > 0) seen++;
		if (due !== undefined && claim(join(folder, due))) die(due.split(".")[0] ?? "", join(folder, "holding"));
		return inspector.handle(item);
	});
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
