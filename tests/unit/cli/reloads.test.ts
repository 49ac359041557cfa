import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { ConfigurationRecord } from "../../../src/audit/configuration-record.ts";
import { Reloads } from "../../../src/cli/reloads.ts";

const file = join(mkdtempSync(join(tmpdir(), "reloads-")), "config.yaml");
writeFileSync(file, "{}");
const before = process.listeners("SIGHUP");
afterEach(() => {
	for (const listener of process.listeners("SIGHUP")) if (!before.includes(listener)) process.off("SIGHUP", listener);
});

test("a reload that fails unforeseen is logged, and the next one takes place", async () => {
	const errors: unknown[] = [];
	const log = () => undefined;
	const logger = { debug: log, info: log, warn: log, error: (members: object) => errors.push(members) };
	let reloads = 0;
	const records: ConfigurationRecord[] = [];
	const all = new Reloads(file);
	const takeOver = async () => {
		reloads++;
		if (reloads === 1) throw new Error("out of files");
		return [];
	};
	const record = async (one: ConfigurationRecord) => void records.push(one);
	all.begin({ takeOver, record }, logger);
	process.emit("SIGHUP");
	process.emit("SIGHUP");
	await vi.waitFor(() => expect(reloads).toBe(2), { timeout: 60_000 });
	expect(errors).toEqual([{ faults: [expect.objectContaining({ message: "out of files" })] }]);
	await vi.waitFor(() => expect(records.map(({ action }) => action)).toEqual(["refused", "taken"]), { timeout: 60_000 });
	const failing = all.between(() => {
		throw new Error("no process");
	});
	await expect(failing).rejects.toThrow("no process");
	process.emit("SIGHUP");
	await vi.waitFor(() => expect(reloads).toBe(3), { timeout: 60_000 });
});
