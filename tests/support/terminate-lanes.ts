import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { LaneThreads } from "../../src/lanes/lane-threads.ts";

/** Terminates threads while they load and ask the second stage, and says how each of them ended. */
const threads = new LaneThreads(1, new URL("./computing-lane-worker.ts", import.meta.url));
for (let ms = 0; ms < 1500; ms += 150) {
	const thread = threads.start({ port: new MessageChannel().port2, secretKey: new Uint8Array(32) });
	await sleep(ms);
	thread.terminate();
	process.stdout.write(`${await thread.ended}\n`);
}
threads.start({ port: new MessageChannel().port2, secretKey: new Uint8Array(32) });
await threads.close();
process.stdout.write("closed\n");
