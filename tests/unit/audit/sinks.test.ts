import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { segmentName } from "../../../src/audit/segment.ts";
import { createFileSink } from "../../../src/audit/sinks/file-sink.ts";
import { Shipper, type SinkState } from "../../../src/audit/sinks/shipper.ts";
import type { ShippedRecord, SinkSettings } from "../../../src/audit/sinks/sink.ts";

const newDir = (): string => mkdtempSync(join(tmpdir(), "sinks-"));
const settingsOf = (path: string, max_files = 1): SinkSettings & { readonly type: "file" } => {
	const common = { name: "file", on_failure: "buffer", max_behind_records: 10 } as const;
	return { ...common, type: "file", path, format: "json", max_bytes: 1024, max_files };
};

test.each([1, 2, 3])("a file sink never has more than its %i files, each of its size and one batch more at most", async (maxFiles) => {
	const dir = newDir();
	const sink = createFileSink(settingsOf(join(dir, "records"), maxFiles));
	const record = (seq: number): ShippedRecord => ({ seq, prev: "", type: "test", time: "", log: "l", id: "x".repeat(500) });
	for (let seq = 0; seq < 20; seq++) await sink.deliver([record(seq)]);
	const files = readdirSync(dir).map((name) => join(dir, name));
	expect(files).toHaveLength(maxFiles);
	for (const file of files) expect(statSync(file).size).toBeLessThan(2048);
	expect(readFileSync(join(dir, "records"), "utf8")).toContain('"seq":19');
});

test("a file sink on a pipe or a device says so", async () => {
	const dir = mkdtempSync(join(tmpdir(), "sink-"));
	execFileSync("mkfifo", [join(dir, "pipe")]);
	const delivery = (path: string): Promise<void> => createFileSink(settingsOf(path)).deliver([]);
	await expect(delivery(join(dir, "pipe"))).rejects.toMatchObject({ code: "NOT_A_FILE" });
	await expect(delivery("/dev/null")).rejects.toMatchObject({ code: "NOT_A_FILE" });
	rmSync(dir, { recursive: true });
});

/** Delivers batches until one does not fit into the size that files of the process may have, then again with more room. */
const FULL_DISK = `
	import { execFileSync } from "node:child_process";
	import { createFileSink } from "./src/audit/sinks/file-sink.ts";
	const room = (bytes) => execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=" + bytes + ":unlimited"]);
	const sink = createFileSink(JSON.parse(process.argv[1]));
	const record = (seq) => ({ seq, prev: "", type: "test", time: "", log: "l", id: "x".repeat(100) });
	let bytes = 1000;
	room(bytes);
	for (let seq = 0; seq < 40; seq += 4) {
		const batch = [0, 1, 2, 3].map((i) => record(seq + i));
		while (!(await sink.deliver(batch).then(() => true, ({ code }) => { console.log(code); return false; }))) room(bytes += 700);
	}`;

test("a file sink on a disk that takes half a batch has each record once and whole, and none is torn by one that a crash cut short", () => {
	const path = join(newDir(), "records");
	const before = '{"seq":-1,"torn';
	writeFileSync(path, before);
	const settings = JSON.stringify({ ...settingsOf(path), max_bytes: 1 << 20 });
	const faults = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", FULL_DISK, settings], {
		encoding: "utf8",
	});
	expect(faults.split("\n").filter((code) => code === "EFBIG").length).toBeGreaterThan(4);
	const [torn, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
	expect([torn, lines.map((line) => JSON.parse(line).seq)]).toEqual([before, Array.from({ length: 40 }, (_, seq) => seq)]);
});

test("a shipper whose log has lost its records says so, tries again later and can be closed", async () => {
	const dir = newDir();
	writeFileSync(join(dir, "file.cursor"), "0");
	const states: SinkState[] = [];
	const deliver = vi.fn(async () => undefined);
	const settings = settingsOf(join(dir, "records"));
	const shipper = new Shipper({ settings, sink: { deliver }, dir, log: "l", size: 5, onState: (state) => void states.push(state) });
	await vi.waitFor(() => expect(states.at(-1)).toMatchObject({ fault: "records missing", behind: 5 }), { timeout: 60_000 });
	await shipper.close(60_000);
	expect(deliver).not.toHaveBeenCalled();
});

/** A log of so many records. */
function logOf(count: number): string {
	const dir = newDir();
	const line = (seq: number): string => `${JSON.stringify({ seq, prev: "", type: "test", time: "" })}\n`;
	writeFileSync(join(dir, segmentName(0)), `{"segment":{}}\n${Array.from({ length: count }, (_, seq) => line(seq)).join("")}`);
	return dir;
}

test.each([
	["of a sink that is new", undefined, []],
	["that is whole", "3", [3, 4]],
	["that is empty", "", [0, 1, 2, 3, 4]],
	["that is no number", "3\0garbage", [0, 1, 2, 3, 4]],
	["of a longer log that lay there before", "4711", [0, 1, 2, 3, 4]],
])("behind a cursor %s no record is left out", async (_name, cursor, sent) => {
	const dir = logOf(5);
	if (cursor !== undefined) writeFileSync(join(dir, "file.cursor"), cursor);
	const got: number[] = [];
	const deliver = async (records: readonly ShippedRecord[]): Promise<void> => void got.push(...records.map(({ seq }) => seq));
	const shipper = new Shipper({ settings: settingsOf(dir), sink: { deliver }, dir, log: "l", size: 5, onState: () => undefined });
	await shipper.close(60_000);
	expect(got).toEqual(sent);
	expect(readFileSync(join(dir, "file.cursor"), "utf8")).toBe("5");
});

test("a log that lies in the place of a longer one is sent from its beginning", async () => {
	const dir = logOf(5);
	const got: number[] = [];
	const deliver = async (records: readonly ShippedRecord[]): Promise<void> => void got.push(...records.map(({ seq }) => seq));
	writeFileSync(join(dir, "file.cursor"), "0");
	const shipper = new Shipper({ settings: settingsOf(dir), sink: { deliver }, dir, log: "l", size: 5, onState: () => undefined });
	await vi.waitFor(() => expect(got).toEqual([0, 1, 2, 3, 4]), { timeout: 60_000 });
	renameSync(join(logOf(2), segmentName(0)), join(dir, segmentName(0)));
	shipper.grow(2);
	await shipper.close(60_000);
	expect(got).toEqual([0, 1, 2, 3, 4, 0, 1]);
});
