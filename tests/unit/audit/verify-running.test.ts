import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createSigner } from "../../../src/audit/checkpoint.ts";
import { recordsOf } from "../../../src/audit/log-reader.ts";
import { segmentsOf } from "../../../src/audit/segment.ts";
import { verifyLog } from "../../../src/audit/verify-log.ts";

const { verifierKey } = createSigner("log", new Uint8Array(32));
/** Appends as fast as it can, over many segments; removes them again where it is told to. */
const WRITER = `
	import { writeSync } from "node:fs";
	import { AuditLog } from "./src/audit/audit-log.ts";
	import { createSigner } from "./src/audit/checkpoint.ts";
	const signer = createSigner("log", new Uint8Array(32));
	const log = new AuditLog({ dir: process.argv[1], origin: "log", signer, maxSegmentBytes: 300_000 });
	writeSync(1, "open");
	// On a fast disk a log that nobody shortens would grow faster than it can be verified.
	const pause = new Int32Array(new SharedArrayBuffer(4));
	for (;;) {
		const time = new Date().toISOString();
		log.append(Array.from({ length: 20 }, () => ({ type: "test", time, text: "x".repeat(Math.random() * 2000) })));
		if (process.argv[2] !== "retain") Atomics.wait(pause, 0, 0, 10);
		else if (Math.random() < 0.02) log.removeBefore(new Date().toISOString());
	}`;
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
	for (const stop of stops.splice(0)) await stop();
});

/** A log that another process writes. */
async function writtenLog(...more: string[]): Promise<{ readonly dir: string; readonly stop: () => Promise<unknown> }> {
	const dir = mkdtempSync(join(tmpdir(), "audit-"));
	const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", WRITER, dir, ...more], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const exited = once(child, "exit");
	const stop = (): Promise<unknown> => {
		child.kill("SIGKILL");
		return exited;
	};
	stops.push(stop);
	await once(child.stdout, "data");
	return { dir, stop };
}

test("a log that is being written is sound each time it is verified", async () => {
	const { dir } = await writtenLog();
	const sizes: number[] = [];
	// The writer has a turn among them, however busy the machine.
	for (let round = 0; round < 60 || sizes.at(-1) === sizes[0]; round++) {
		const { size, faults } = verifyLog({ dir, verifierKeys: [verifierKey] });
		expect(faults).toEqual([]);
		expect(size).toBeGreaterThanOrEqual(sizes.at(-1) ?? 0);
		sizes.push(size);
	}
});

test("a log whose old segments are being removed is sound, and read from what is left", async () => {
	const { dir } = await writtenLog("retain");
	const firsts = new Set<number>();
	for (let round = 0; round < 150 || firsts.size < 2; round++) {
		const { first, faults } = verifyLog({ dir, verifierKeys: [verifierKey] });
		expect(faults).toEqual([]);
		firsts.add(first);
		const seqs = Array.from(recordsOf(dir), ({ seq }) => seq);
		expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
	}
});

test("what is added without a signature, or cut in the middle of a line, is a fault once nobody writes", async () => {
	const { dir, stop } = await writtenLog();
	await stop();
	const segment = join(dir, segmentsOf(readdirSync(dir)).at(-1)?.name ?? "");
	appendFileSync(segment, "{");
	expect(verifyLog({ dir, verifierKeys: [verifierKey] }).faults).toEqual([
		expect.stringMatching(/does not end with a complete record|not covered/),
	]);
});
