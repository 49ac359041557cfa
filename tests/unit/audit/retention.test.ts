import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { deriveAuditKeys } from "../../../src/audit/audit-keys.ts";
import { AuditLog } from "../../../src/audit/audit-log.ts";
import type { RefusalRecord } from "../../../src/audit/audit-record.ts";
import { createSigner } from "../../../src/audit/checkpoint.ts";
import { recordsOf } from "../../../src/audit/log-reader.ts";
import { Recorder } from "../../../src/audit/recorder.ts";
import { segmentsOf } from "../../../src/audit/segment.ts";
import { SubjectKeys } from "../../../src/audit/subject-keys.ts";
import { verifyLog } from "../../../src/audit/verify-log.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-06-30T00:00:00.000Z");
const daysAgo = (days: number): string => new Date(NOW - days * DAY_MS).toISOString();
const newDir = (): string => mkdtempSync(join(tmpdir(), "audit-"));
const newLog = (dir: string): AuditLog =>
	new AuditLog({ dir, origin: "o", signer: createSigner("o", new Uint8Array(32)), maxSegmentBytes: 300 });
const firstOf = (dir: string): number => segmentsOf(readdirSync(dir))[0]?.first ?? -1;

afterEach(() => {
	vi.useRealTimers();
});

function aged(): { dir: string; log: AuditLog } {
	const dir = newDir();
	const log = newLog(dir);
	for (let day = 30; day >= 1; day--) {
		log.append([{ type: "test", time: daysAgo(day) }]);
		log.keepCheckpoint();
	}
	return { dir, log };
}

test("whole segments go when their last record is old enough, a signed record says so, and what is left verifies", () => {
	const { dir, log } = aged();
	const files = readdirSync(dir).length;
	const removed = log.removeBefore(daysAgo(10));
	const times = [...recordsOf(dir)].map(({ time }) => time);
	expect(readdirSync(dir).length).toBeLessThan(files);
	expect([removed > 10, firstOf(dir)]).toEqual([true, removed]);
	expect(times.filter((time) => time >= daysAgo(10) && time <= daysAgo(1))).toHaveLength(10);
	expect([...recordsOf(dir)].at(-1)).toMatchObject({ type: "retention", removedFrom: 0, removedBefore: removed });
	log.close();
	expect(verifyLog({ dir })).toMatchObject({ first: removed, size: 31, faults: [] });
	const again = newLog(dir);
	expect([again.removeBefore(daysAgo(10)), again.size]).toEqual([0, 31]);
	again.close();
});

test("segments removed by anybody else, or more of them than the record says, are found", () => {
	const { dir, log } = aged();
	log.removeBefore(daysAgo(20));
	log.close();
	expect(verifyLog({ dir }).faults).toEqual([]);
	const [next, after] = segmentsOf(readdirSync(dir));
	rmSync(join(dir, next?.name ?? ""));
	expect(verifyLog({ dir }).faults).toEqual([
		`Records ${next?.first} to ${(after?.first ?? 0) - 1} are gone, and no retention record says so.`,
	]);
});

test("a crash after the record and before the removal is made good by the next run", () => {
	const { dir, log } = aged();
	const oldest = segmentsOf(readdirSync(dir))[0]?.name ?? "";
	const content = readFileSync(join(dir, oldest));
	const removed = log.removeBefore(daysAgo(10));
	log.close();
	expect(removed).toBeGreaterThan(0);
	const { dir: other, log: interrupted } = aged();
	interrupted.append([{ type: "retention", time: daysAgo(0), removedFrom: 0, removedBefore: removed }]);
	expect(readFileSync(join(other, oldest))).toEqual(content);
	interrupted.removeBefore(daysAgo(10));
	interrupted.close();
	expect([firstOf(other), verifyLog({ dir: other }).faults]).toEqual([removed, []]);
});

test("each class of records has its own time, and a subject's key goes when nothing of the subject is left", () => {
	const dir = newDir();
	const data = {
		dir,
		origin: "local",
		secret: "s",
		maxSegmentBytes: 100,
		checkpointEveryMs: 1000,
		retentionMs: 90 * DAY_MS,
		contentRetentionMs: 7 * DAY_MS,
		adminRetentionMs: 365 * DAY_MS,
		sinks: [],
	};
	const keys = deriveAuditKeys("s");
	const signer = createSigner("admin", keys.signingSeed);
	const admin = new AuditLog({ dir: join(dir, "admin"), origin: "admin", signer, maxSegmentBytes: 100 });
	for (const days of [400, 300, 100]) admin.append([{ type: "erasure", time: daysAgo(days), by: "jo" }]);
	admin.close();
	const recorder = new Recorder(data);
	const refusal: Omit<RefusalRecord, "time"> = {
		type: "refusal",
		requestId: "r",
		subject: "address:192.0.2.7",
		method: "POST",
		path: "/",
		outcome: "overloaded",
		status: 503,
		count: 1,
	};
	const content = {
		type: "content",
		requestId: "r",
		subject: "key:a",
		kind: "redacted",
		prompt: "p",
		answer: "a",
		isShortened: false,
	} as const;
	for (const days of [100, 80, 20, 5, 1]) {
		recorder.add([
			{ ...refusal, time: daysAgo(days) },
			{ ...content, time: daysAgo(days) },
		]);
		expect(recorder.flush()).toMatchObject({ ok: true });
	}
	const file = join(dir, "subjects", keys.fileOf("key:a").slice(0, 2), keys.fileOf("key:a"));
	recorder.retain(NOW);
	const daysOf = (log: string): number[] =>
		[...recordsOf(join(dir, log))]
			.filter(({ type }) => type !== "retention")
			.map(({ time }) => Math.round((NOW - Date.parse(time)) / DAY_MS));
	expect([daysOf("local"), daysOf("local.content"), daysOf("admin")]).toEqual([
		[80, 20, 5, 1],
		[5, 1],
		[300, 100],
	]);
	expect(existsSync(file)).toBe(true);
	utimesSync(file, new Date(NOW - 95 * DAY_MS), new Date(NOW - 95 * DAY_MS));
	recorder.retain(NOW);
	expect(existsSync(file)).toBe(false);
	recorder.close();
	expect(["local", "local.content", "admin"].map((log) => verifyLog({ dir: join(dir, log) }).faults)).toEqual([[], [], []]);
	// Nothing ties what is left to the subject.
	expect(new SubjectKeys(dir, keys).find("key:a")).toBeUndefined();
});

const settings = (dir: string) => ({
	dir,
	origin: "local",
	secret: "s",
	maxSegmentBytes: 1 << 20,
	checkpointEveryMs: 1000,
	retentionMs: 90 * DAY_MS,
	contentRetentionMs: 7 * DAY_MS,
	adminRetentionMs: 365 * DAY_MS,
	sinks: [],
});

/** A recorder at work on the system's clock, which a test may set. */
function working(dir: string): { readonly recorder: Recorder; readonly say: (content?: string) => void; readonly left: () => string[] } {
	const recorder = new Recorder(settings(dir));
	const rest = { requestId: "r", kind: "redacted", prompt: "p", answer: "a", isShortened: false } as const;
	return {
		recorder,
		say(content) {
			recorder.add([{ type: "start", time: new Date().toISOString(), version: "v", policy: "p" }]);
			if (content !== undefined) recorder.add([{ ...rest, type: "content", subject: content, time: new Date().toISOString() }]);
			expect(recorder.flush()).toMatchObject({ ok: true });
		},
		left: () =>
			["local", "local.content"].flatMap((log) => [...recordsOf(join(dir, log))].map(({ type, time }) => `${type} ${time.slice(0, 10)}`)),
	};
}

const AHEAD = /the system's clock is 3\d\d days ahead of the audit log/;

test("a clock that is set far ahead deletes nothing, in a process that runs and in the next ones, and less than ever once it is right", () => {
	const dir = newDir();
	vi.useFakeTimers({ toFake: ["Date"], now: NOW });
	const before = working(dir);
	before.say("key:a");
	const kept = before.left();
	vi.setSystemTime(NOW + 365 * DAY_MS);
	expect(() => before.recorder.retain()).toThrow(AHEAD);
	before.say("key:a");
	// It is said once.
	before.recorder.retain();
	before.recorder.close();
	// Each start writes records of that time, which prove nothing.
	for (let start = 0; start < 3; start++) {
		const next = working(dir);
		expect(() => next.recorder.retain()).toThrow(AHEAD);
		next.say();
		next.recorder.retain();
		next.recorder.close();
	}
	vi.setSystemTime(NOW + DAY_MS);
	const after = working(dir);
	after.recorder.retain();
	expect(after.left()).toEqual(expect.arrayContaining(kept));
	expect(new SubjectKeys(dir, deriveAuditKeys("s")).find("key:a")).toBeDefined();
	after.recorder.close();
	expect(["local", "local.content"].map((log) => verifyLog({ dir: join(dir, log) }).faults)).toEqual([[], []]);
});

test("what a clock that was ahead has dated goes with what was written around it", () => {
	const dir = newDir();
	const days = (count: number): void => void vi.setSystemTime(NOW + count * DAY_MS);
	vi.useFakeTimers({ toFake: ["Date"], now: NOW });
	const one = working(dir);
	one.say("key:a");
	days(3650);
	one.say("key:a");
	days(2);
	one.say("key:b");
	one.recorder.close();
	// Records day by day prove that the time has passed.
	for (let day = 3; day <= 100; day++) {
		days(day);
		const { recorder, say } = working(dir);
		say();
		if (day === 8) {
			recorder.retain();
			expect([...recordsOf(join(dir, "local.content"))].map(({ type, time }) => [type, time.slice(0, 4)])).toContainEqual([
				"content",
				"2036",
			]);
		}
		if (day === 100) {
			recorder.retain();
			expect([...recordsOf(join(dir, "local"))].every(({ time }) => time.startsWith("2026"))).toBe(true);
			expect([...recordsOf(join(dir, "local.content"))].filter(({ type }) => type === "content")).toEqual([]);
		}
		recorder.close();
	}
	expect(["local", "local.content"].map((log) => verifyLog({ dir: join(dir, log) }).faults)).toEqual([[], []]);
});

test("a key that a clock ahead has marked as used goes in its time", () => {
	const keys = deriveAuditKeys("s");
	const dir = newDir();
	const subjects = new SubjectKeys(dir, keys);
	subjects.obtain("key:a");
	const file = join(dir, "subjects", keys.fileOf("key:a").slice(0, 2), keys.fileOf("key:a"));
	utimesSync(file, new Date("2099-01-01"), new Date("2099-01-01"));
	expect(subjects.expire(Date.now() - 90 * DAY_MS)).toBe(0);
	expect(subjects.expire(Date.now() + 1000)).toBe(1);
});

test("the last content goes when its time is over, also where none comes after it", () => {
	const dir = newDir();
	vi.useFakeTimers({ toFake: ["Date"], now: NOW });
	const { recorder, say } = working(dir);
	say("key:a");
	for (let day = 1; day <= 8; day++) {
		vi.setSystemTime(NOW + day * DAY_MS);
		say();
	}
	recorder.close();
	const { recorder: next, left } = working(dir);
	next.retain();
	expect(left().filter((text) => text.startsWith("content"))).toEqual([]);
	expect(next.flush()).toMatchObject({ ok: true });
	next.close();
	expect(verifyLog({ dir: join(dir, "local.content") }).faults).toEqual([]);
});
