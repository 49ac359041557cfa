import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AuditLog } from "../../../src/audit/audit-log.ts";
import { createSigner } from "../../../src/audit/checkpoint.ts";
import { HEAD } from "../../../src/audit/log-end.ts";
import { verifyLog } from "../../../src/audit/verify-log.ts";

const signer = createSigner("log", new Uint8Array(32));
/** Appends as fast as it can, in batches of random size and over many segments, and says what is acknowledged. */
const WRITER = `
	import { writeSync } from "node:fs";
	import { AuditLog } from "./src/audit/audit-log.ts";
	import { createSigner } from "./src/audit/checkpoint.ts";
	const signer = createSigner("log", new Uint8Array(32));
	const log = new AuditLog({ dir: process.argv[1], origin: "log", signer, maxSegmentBytes: 5000 });
	for (;;) {
		const records = Array.from({ length: 1 + Math.floor(Math.random() * 20) }, () => ({ type: "test", text: "x".repeat(Math.random() * 2000) }));
		const result = log.append(records);
		if (Math.random() < 0.1) log.keepCheckpoint();
		writeSync(1, result.size + "\\n");
	}`;

test("a writer that is killed at a random moment has lost nothing that it acknowledged, and the log goes on", async () => {
	const dir = mkdtempSync(join(tmpdir(), "audit-"));
	let acknowledged = 0;
	for (let round = 0; round < 8 || acknowledged <= 50; round++) {
		const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", WRITER, dir], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const lines = createInterface(child.stdout);
		lines.on("line", (size) => {
			acknowledged = Number(size);
		});
		await once(lines, "line");
		await sleep(Math.random() * 150);
		const ends = [once(child, "exit"), once(lines, "close")];
		child.kill("SIGKILL");
		await Promise.all(ends);
		// As one leaves that dies in the middle of it.
		writeFileSync(join(dir, `${HEAD}.${child.pid}-0.tmp`), "");
		const log = new AuditLog({ dir, origin: "log", signer, maxSegmentBytes: 5000 });
		expect(log.size).toBeGreaterThanOrEqual(acknowledged);
		log.append([{ type: "test" }]);
		log.close();
		expect(readdirSync(dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
		expect(verifyLog({ dir, verifierKeys: [signer.verifierKey] }).faults).toEqual([]);
	}
});
