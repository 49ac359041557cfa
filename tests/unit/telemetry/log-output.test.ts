import { execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { LogOutput } from "../../../src/telemetry/log-output.ts";

test.each([
	["waits", 0],
	["refuses", constants.O_NONBLOCK],
])("lines beyond a megabyte are lost and counted while a pipe %s, and all others arrive whole and in order", async (_what, flag) => {
	const fifo = join(mkdtempSync(join(tmpdir(), "log-")), "fifo");
	execFileSync("mkfifo", [fifo]);
	const fd = openSync(fifo, constants.O_RDWR | flag);
	const output = new LogOutput(fd, (lost) => `${JSON.stringify({ lost })}\n`);
	for (let i = 0; i < 3000; i++) output.write(`${JSON.stringify({ i, text: "x".repeat(1000) })}\n`);
	const reader = spawn("cat", [fifo], { stdio: ["ignore", "pipe", "inherit"] });
	let read = "";
	reader.stdout.on("data", (piece: Buffer) => {
		read += piece;
	});
	await vi.waitFor(() => expect(read.includes("lost")).toBe(true), { timeout: 60_000 });
	output.write('{"i":"last"}\n');
	await vi.waitFor(() => expect(read.includes("last")).toBe(true), { timeout: 60_000 });
	reader.kill();
	closeSync(fd);
	const lines = read
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as { readonly i?: number | string; readonly lost?: number });
	const [lost = 0] = lines.flatMap((line) => line.lost ?? []);
	const kept = lines.flatMap(({ i }) => (typeof i === "number" ? [i] : []));
	expect(kept).toEqual(kept.map((_, i) => i));
	expect(kept.length).toBeGreaterThan(900);
	expect(kept.length + lost).toBe(3000);
	expect(lines.at(-1)).toEqual({ i: "last" });
});
