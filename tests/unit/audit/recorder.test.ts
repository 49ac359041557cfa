import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAuditWriter } from "../../../src/audit/audit-writer.ts";
import { recordsOf } from "../../../src/audit/log-reader.ts";
import { Recorder } from "../../../src/audit/recorder.ts";
import { verifyLog } from "../../../src/audit/verify-log.ts";

const DAY_MS = 86_400_000;
const settings = () => ({
	dir: mkdtempSync(join(tmpdir(), "audit-")),
	origin: "local",
	secret: "s",
	maxSegmentBytes: 1 << 20,
	checkpointEveryMs: 1000,
	retentionMs: DAY_MS,
	contentRetentionMs: DAY_MS,
	adminRetentionMs: DAY_MS,
	sinks: [],
});
/** Of a caller that nobody knows, who needs a key of its own. */
const recordOf = (i: number) =>
	({
		type: "content",
		requestId: `r${i}`,
		subject: `address:${i}`,
		kind: "redacted",
		prompt: "p",
		answer: "a",
		isShortened: false,
		time: new Date().toISOString(),
	}) as const;
const COUNT = 1100;
const all = Array.from({ length: COUNT }, (_, i) => recordOf(i));
const written = (dir: string): string[] => Array.from(recordsOf(join(dir, "local.content")), ({ requestId }) => String(requestId));

test("of very many records that wait, each of a new caller, some hundreds at a time are written and acknowledged", () => {
	const data = settings();
	const recorder = new Recorder(data);
	recorder.add(all);
	const counts: number[] = [];
	while (recorder.waiting > 0) {
		const result = recorder.flush();
		if (!result.ok) throw new Error(result.reason);
		counts.push(result.count);
		expect(written(data.dir)).toHaveLength(counts.reduce((sum, count) => sum + count, 0));
	}
	recorder.close();
	expect(counts).toEqual([500, 500, 100]);
	expect(written(data.dir)).toEqual(all.map(({ requestId }) => requestId));
	expect(verifyLog({ dir: join(data.dir, "local.content") }).faults).toEqual([]);
});

test.each(["while it runs", "as it closes"])(
	"the audit thread writes all of them, %s",
	async (when) => {
		const data = settings();
		const writer = await createAuditWriter({ ...data, onFailure: "closed", maxUnwritten: 10_000, onEvent: () => undefined });
		for (const record of all) writer.record(record);
		if (when === "while it runs") await expect.poll(() => writer.stats.written, { timeout: 60_000 }).toBe(COUNT);
		await writer.close(60_000);
		expect(written(data.dir)).toEqual(all.map(({ requestId }) => requestId));
	},
	120_000,
);
