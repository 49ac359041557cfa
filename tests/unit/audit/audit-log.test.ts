import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AuditLog, CHECKPOINTS, PUBLIC_KEY } from "../../../src/audit/audit-log.ts";
import { createSigner } from "../../../src/audit/checkpoint.ts";
import { HEAD } from "../../../src/audit/log-end.ts";
import { logsIn } from "../../../src/audit/log-reader.ts";
import { leafHash } from "../../../src/audit/merkle.ts";
import { segmentsOf } from "../../../src/audit/segment.ts";
import { verifyLog } from "../../../src/audit/verify-log.ts";

const ORIGIN = "test/log";
const signer = createSigner(ORIGIN, new Uint8Array(32).fill(7));
const open = (dir: string, maxSegmentBytes = 2000): AuditLog => new AuditLog({ dir, origin: ORIGIN, signer, maxSegmentBytes });

function newLog(records: number, maxSegmentBytes?: number): { dir: string; early: string } {
	const dir = join(mkdtempSync(join(tmpdir(), "audit-")), "test");
	const log = open(dir, maxSegmentBytes);
	let early = "";
	for (let i = 0; i < records; i++) {
		log.append([{ type: "test", i, text: "\u2028\ufffd\r" }]);
		if (i === records - 2) early = log.keepCheckpoint();
	}
	log.close();
	return { dir, early };
}

const segment = (dir: string, index = -1): string => join(dir, segmentsOf(readdirSync(dir)).at(index)?.name ?? "");
const faultsOf = (dir: string, checkpoints: string[] = []): readonly string[] =>
	verifyLog({ dir, verifierKeys: [signer.verifierKey], checkpoints }).faults;

/** A record that nobody wrote, numbered and chained as the next one after `line`: only the tree and the checkpoints tell. */
function forgedAfter(line: string): string {
	const { seq, segment: head } = JSON.parse(line);
	const next =
		head === undefined ? { seq: seq + 1, prev: leafHash(Buffer.from(line)).toString("hex") } : { seq: head.first, prev: head.prev };
	return JSON.stringify({ ...next, type: "test", i: -1 });
}

test("an untouched log over several segments verifies, also after it was closed and opened again", () => {
	const { dir } = newLog(50);
	expect(segmentsOf(readdirSync(dir)).length).toBeGreaterThan(2);
	const again = open(dir);
	expect([again.size, again.recovered]).toEqual([50, 0]);
	again.append([{ type: "test" }, { type: "test" }]);
	again.close();
	expect(verifyLog({ dir })).toEqual({ first: 0, size: 52, checkpoints: 2, faults: [] });
});

test("a segment whose head is there from an attempt that failed later is gone on with", () => {
	const { dir: other } = newLog(12, 600);
	const { dir } = newLog(0);
	const log = open(dir, 600);
	const next = segmentsOf(readdirSync(other))[1]?.name ?? "";
	writeFileSync(join(dir, next), `${readFileSync(join(other, next), "utf8").split("\n")[0]}\n`);
	for (let i = 0; i < 12; i++) expect(log.append([{ type: "test", i, text: "\u2028\ufffd\r" }])).toMatchObject({ ok: true });
	log.close();
	expect(faultsOf(dir)).toEqual([]);
});

test("any change of any byte, any line removed, doubled or moved, any cut is found", () => {
	const { dir } = newLog(12, 600);
	const files = segmentsOf(readdirSync(dir)).map(({ name }) => join(dir, name));
	const originals = new Map([...files, join(dir, HEAD)].map((file) => [file, readFileSync(file)]));
	const mutation = fc.record({
		file: fc.constantFrom(...files),
		kind: fc.constantFrom("flip", "drop", "double", "swap", "cut", "insert", "unlink"),
		at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
		bit: fc.integer({ min: 0, max: 7 }),
	});
	fc.assert(
		fc.property(mutation, ({ file, kind, at, bit }) => {
			const original = originals.get(file) as Buffer;
			const lines = original.toString().trimEnd().split("\n");
			const n = Math.floor(at * lines.length);
			const join_ = (list: readonly string[]): Buffer => Buffer.from(`${list.join("\n")}\n`);
			const bent = Buffer.from(original);
			const place = Math.floor(at * bent.length);
			bent[place] = (bent[place] as number) ^ (1 << bit);
			const other = (n + 1) % lines.length;
			const swapped = lines.map((line, i) => (i === n ? lines[other] : i === other ? lines[n] : line) as string);
			const changed: Record<string, () => Buffer> = {
				flip: () => bent,
				drop: () => join_(lines.filter((_, i) => i !== n)),
				double: () => join_(lines.flatMap((line, i) => (i === n ? [line, line] : [line]))),
				swap: () => join_(swapped),
				cut: () => original.subarray(0, place),
				insert: () => join_([...lines.slice(0, n + 1), forgedAfter(lines[n] as string), ...lines.slice(n + 1)]),
			};
			if (kind === "unlink") rmSync(file);
			else writeFileSync(file, changed[kind]?.() ?? original);
			const isChanged = kind === "unlink" || !readFileSync(file).equals(original);
			const faults = faultsOf(dir);
			writeFileSync(file, original);
			expect([kind, faults.length > 0]).toEqual([kind, isChanged]);
		}),
		{ numRuns: 300 },
	);
	expect(faultsOf(dir)).toEqual([]);
});

test("a tail removed together with its checkpoints is found with a checkpoint kept elsewhere", () => {
	const { dir, early } = newLog(10, 1_000_000);
	const lines = readFileSync(segment(dir), "utf8").trimEnd().split("\n");
	writeFileSync(segment(dir), `${lines.slice(0, 6).join("\n")}\n`);
	rmSync(join(dir, "checkpoints.jsonl"));
	rmSync(join(dir, HEAD));
	const forged = open(dir);
	expect(forged.size).toBe(5);
	forged.close();
	expect(faultsOf(dir)).toEqual([]);
	expect(faultsOf(dir, [early])).toEqual(["Records 5 to 8 were signed and are gone."]);
});

test.each([
	[[PUBLIC_KEY], /^log\.pub is missing/],
	[[PUBLIC_KEY, HEAD], /^log\.pub is missing/],
	[[PUBLIC_KEY, HEAD, CHECKPOINTS], /^log\.pub is missing/],
	[[HEAD], /^head\.checkpoint is missing/],
] as const)("a log that lost %j is still one of the folder, and does not verify", (lost, fault) => {
	const { dir } = newLog(5);
	for (const name of lost) rmSync(join(dir, name), { force: true });
	const log = basename(dir);
	expect(logsIn(dirname(dir))).toContain(log);
	expect(verifyLog({ dir }).faults[0]).toMatch(fault);
});

test("a log whose records are gone is still one of the folder", () => {
	const { dir } = newLog(5);
	for (const { name } of segmentsOf(readdirSync(dir))) rmSync(join(dir, name));
	rmSync(join(dir, PUBLIC_KEY));
	expect(logsIn(dirname(dir))).toContain(basename(dir));
});

test("what cannot be read beside the logs is none of them", () => {
	const { dir } = newLog(1);
	const folder = dirname(dir);
	symlinkSync("loop", join(folder, "loop"));
	writeFileSync(join(folder, "file"), "");
	expect(logsIn(folder)).toEqual([basename(dir)]);
});

test("a log signed with another key does not verify", () => {
	const { dir } = newLog(3);
	const other = createSigner(ORIGIN, new Uint8Array(32).fill(8));
	const { faults } = verifyLog({ dir, verifierKeys: [other.verifierKey] });
	expect(faults[0]).toMatch(/signature is not valid/);
});

test("a record that a crash cut short is dropped, what was acknowledged stays, and the log goes on", () => {
	const { dir } = newLog(5, 1_000_000);
	const length = statSync(segment(dir)).size;
	writeFileSync(segment(dir), '{"seq":5,"prev":"ab', { flag: "a" });
	const log = open(dir);
	expect([log.size, log.recovered, statSync(segment(dir)).size]).toEqual([5, 0, length]);
	log.append([{ type: "test" }]);
	log.close();
	expect(faultsOf(dir)).toEqual([]);
});

test("records written but not yet signed when the process died are kept, counted and signed at the next start", () => {
	const { dir } = newLog(5, 1_000_000);
	const head = readFileSync(join(dir, HEAD));
	const log = open(dir);
	log.append([{ type: "test" }, { type: "test" }]);
	log.close();
	writeFileSync(join(dir, HEAD), head);
	expect(faultsOf(dir)[0]).toMatch(/not covered by a checkpoint/);
	const again = open(dir);
	expect([again.size, again.recovered]).toEqual([7, 2]);
	again.close();
	expect(faultsOf(dir)).toEqual([]);
});

test("a log whose newest segment was changed refuses to go on", () => {
	const { dir } = newLog(5, 1_000_000);
	truncateSync(segment(dir), 20);
	expect(() => open(dir)).toThrow(/audit verify/);
	expect(readFileSync(join(dir, PUBLIC_KEY), "utf8")).toContain(ORIGIN);
});

test("a log whose signed tail is gone does not go on", () => {
	const { dir } = newLog(10, 1_000_000);
	const lines = readFileSync(segment(dir), "utf8").trimEnd().split("\n");
	writeFileSync(segment(dir), `${lines.slice(0, 6).join("\n")}\n`);
	expect(() => open(dir)).toThrow(/records 5 to 9 were signed and are gone.*audit verify/);
	expect(readdirSync(dir)).not.toContain("lock");
	expect(faultsOf(dir)).toEqual(["Records 5 to 9 were signed and are gone."]);
});

test("a checkpoint that a crash or a full disk cut short counts for nothing, and the next one is whole", () => {
	const { dir } = newLog(5);
	const kept = join(dir, CHECKPOINTS);
	const whole = readFileSync(kept, "utf8");
	writeFileSync(kept, `${whole}"test/log\\n4\\nAAAA`);
	expect(verifyLog({ dir })).toMatchObject({ checkpoints: 2, faults: [] });
	const log = open(dir);
	log.keepCheckpoint();
	log.close();
	expect(readFileSync(kept, "utf8")).toBe(`${whole}${JSON.stringify(readFileSync(join(dir, HEAD), "utf8"))}\n`);
	expect(verifyLog({ dir })).toMatchObject({ checkpoints: 3, faults: [] });
});

test("a log has one writer: another living process is refused, a dead one's lock is taken over", async () => {
	const { dir } = newLog(2);
	const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
	const started = readFileSync(`/proc/${other.pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
	writeFileSync(join(dir, "lock"), JSON.stringify({ host: hostname(), pid: other.pid, started }));
	expect(() => open(dir)).toThrow(/is written by process .*audit.log_name/);
	other.kill("SIGKILL");
	await once(other, "exit");
	open(dir).close();
	writeFileSync(join(dir, "lock"), JSON.stringify({ host: "another-machine", pid: 1, started: "1" }));
	expect(() => open(dir)).toThrow(/another-machine/);
	utimesSync(join(dir, "lock"), new Date(0), new Date(0));
	open(dir).close();
	expect(readdirSync(dir)).not.toContain("lock");
});
