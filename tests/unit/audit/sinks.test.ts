import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
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

test("a shipper whose log has lost its records says so, tries again later and can be closed", async () => {
	const dir = newDir();
	writeFileSync(join(dir, "file.cursor"), "0");
	const states: SinkState[] = [];
	const deliver = vi.fn(async () => undefined);
	const settings = settingsOf(join(dir, "records"));
	const shipper = new Shipper({ settings, sink: { deliver }, dir, log: "l", size: 5, onState: (state) => void states.push(state) });
	await vi.waitFor(() => expect(states.at(-1)).toMatchObject({ fault: "records missing", behind: 5 }), 15_000);
	await shipper.close(60_000);
	expect(deliver).not.toHaveBeenCalled();
});
