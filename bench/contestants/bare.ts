import { fileURLToPath } from "node:url";
import { type Contestant, fileIn, freePort, runCommand } from "./contestant.ts";

const SERVER = fileURLToPath(new URL("./bare-server.ts", import.meta.url));

function bare(name: string, note: string, way: "hop" | "direct"): Contestant {
	return {
		name,
		note,
		async start(upstreamPort, workDir) {
			const port = await freePort();
			const args = ["--import", "tsx", SERVER, String(port), String(upstreamPort), way];
			return runCommand({ file: process.execPath, args, port, logFile: fileIn(workDir, `bare-${way}.log`) });
		},
	};
}

/** What the parts of ours cost without our code: the floor of this shape. */
export const BARE: readonly Contestant[] = [
	bare("bare parts", "uWebSockets.js and undici, nothing between them", "direct"),
	bare("bare parts and a thread", "the same, and every chunk goes to a worker thread and back", "hop"),
];
