import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { expect, test } from "vitest";
import { AuditLog } from "../../../src/audit/audit-log.ts";
import { createSigner } from "../../../src/audit/checkpoint.ts";
import { HEAD } from "../../../src/audit/log-end.ts";
import { recordsOf } from "../../../src/audit/log-reader.ts";
import { segmentName } from "../../../src/audit/segment.ts";
import { verifyLog } from "../../../src/audit/verify-log.ts";

const signer = createSigner("test", new Uint8Array(32).fill(7));

test.each([
	["one segment", 1 << 20],
	["a segment for each write", 1],
])(
	"records that fit on a full disk beside a checkpoint that does not are taken back, and written once when there is room (%s)",
	(_name, maxSegmentBytes) => {
		const dir = join(mkdtempSync(join(tmpdir(), "audit-")), "test");
		const open = (): AuditLog => new AuditLog({ dir, origin: "test", signer, maxSegmentBytes });
		const log = open();
		const text = (i: number): object => ({ type: "test", time: "2026-11-27T00:00:00.000Z", i });
		expect(log.append([text(0)])).toMatchObject({ ok: true });
		// In the place of the file that becomes the checkpoint.
		const obstacle = join(dir, `${HEAD}.${process.pid}-${threadId}.tmp`);
		for (const again of [1, 2]) {
			mkdirSync(obstacle);
			for (let i = 0; i < 3; i++) expect(log.append([text(again), text(again + 10)])).toMatchObject({ ok: false });
			expect(verifyLog({ dir }).faults).toEqual([]);
			rmdirSync(obstacle);
			expect(log.append([text(again)])).toMatchObject({ ok: true, size: again + 1 });
			expect(verifyLog({ dir }).faults).toEqual([]);
		}
		log.close();
		expect(Array.from(recordsOf(dir), (record) => record["i"])).toEqual([0, 1, 2]);
		const reopened = open();
		expect([reopened.size, reopened.recovered]).toEqual([3, 0]);
		reopened.close();
	},
);

test("records are taken only where the segment lies under its name, whole; put back, also as a copy, it goes on", () => {
	const dir = join(mkdtempSync(join(tmpdir(), "audit-")), "test");
	const log = new AuditLog({ dir, origin: "test", signer, maxSegmentBytes: 1 << 20 });
	const segment = join(dir, segmentName(0));
	const away = join(dir, "away");
	const append = (i: number) => log.append([{ type: "test", time: "2026-11-27T00:00:00.000Z", i }]);
	append(0);
	append(1);
	const harms: readonly (readonly [what: string, harm: () => void])[] = [
		["no such file", () => undefined],
		["was cut short", () => writeFileSync(segment, readFileSync(away).subarray(0, -1))],
		["was replaced by another", () => writeFileSync(segment, readFileSync(away, "utf8").replace('"i":3', '"i":7'))],
	];
	for (const [i, [what, harm]] of harms.entries()) {
		renameSync(segment, away);
		harm();
		expect(append(9)).toEqual({ ok: false, reason: expect.stringMatching(`${what}.*${segment}|${segment} ${what}`) });
		copyFileSync(away, segment);
		expect(append(i + 2)).toMatchObject({ ok: true, size: i + 3 });
		expect(verifyLog({ dir }).faults).toEqual([]);
	}
	log.close();
	expect(Array.from(recordsOf(dir), (record) => record["i"])).toEqual([0, 1, 2, 3, 4]);
});
