import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { LaneThreads } from "../../../src/lanes/lane-threads.ts";
import { batchOf } from "../../../src/lanes/protocol.ts";

/** A thread that has answered once, and whose port is closed then. */
async function startThenLeave(threads: LaneThreads): Promise<ReturnType<LaneThreads["start"]>> {
	const { port1, port2 } = new MessageChannel();
	const thread = threads.start({ port: port2, secretKey: new Uint8Array(32) });
	const answered = once(port1, "message");
	port1.postMessage(batchOf(1, []));
	await answered;
	port1.close();
	return thread;
}

test("a lane whose port is closed ends by itself, and is not terminated before it could", async () => {
	const threads = new LaneThreads(1, undefined);
	const thread = await startThenLeave(threads);
	await threads.close();
	expect(await thread.ended).toBe("ended");
});

test("a lane is never terminated within a native runtime, which would end the process", async () => {
	const script = fileURLToPath(new URL("../../support/terminate-lanes.ts", import.meta.url));
	const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script]);
	expect(stdout).toBe(`${"AbortError\n".repeat(10)}closed\n`);
});

test("a lane that a native runtime does not leave holds up no end, and is not terminated then either", async () => {
	const folder = mkdtempSync(join(tmpdir(), "held-lane-"));
	const file = join(folder, "held");
	writeFileSync(file, "");
	process.env["HELD_LANE"] = file;
	const threads = new LaneThreads(1, new URL("../../support/held-lane-worker.ts", import.meta.url));
	const thread = await startThenLeave(threads);
	await threads.close(50);
	rmSync(folder, { recursive: true });
	// By itself, or terminated once the runtime has left it.
	expect(["ended", "AbortError"]).toContain(await thread.ended);
});
