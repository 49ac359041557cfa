import { existsSync, readFileSync, rmSync } from "node:fs";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import { type LaneTask, serveLane } from "../../src/lanes/serve-lane.ts";

/** A real lane that dies once, the way the file named by LANE_DEATH_FILE says, at the data message it counts down to. */
export function runLane({ port, secretKey }: LaneTask): Promise<void> {
	const inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey });
	const file = process.env["LANE_DEATH_FILE"] ?? "";
	let seen = 0;
	return serveLane(port, (item) => {
		if (item.kind === "data" && existsSync(file)) {
			const [kind, at] = readFileSync(file, "utf8").split(" ");
			if (seen++ === Number(at)) {
				rmSync(file);
				die(kind ?? "");
			}
		}
		return inspector.handle(item);
	});
}

function die(kind: string): void {
	if (kind === "throw") throw new Error("a lane dies");
	if (kind === "exit") process.exit(1);
	if (kind === "hang") for (;;);
	const hoard: object[] = [];
	for (;;) hoard.push(new Array(100_000).fill({}));
}
