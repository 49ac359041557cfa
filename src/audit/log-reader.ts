import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../core/error-code.ts";
import { CHECKPOINTS, PUBLIC_KEY } from "./audit-log.ts";
import { HEAD } from "./log-end.ts";
import { type LogPosition, positionOf, segmentsOf } from "./segment.ts";
import { SegmentLines } from "./segment-lines.ts";

/** A record as it lies in a log; members beside these depend on `type`. */
export interface StoredRecord {
	readonly seq: number;
	readonly prev: string;
	readonly type: string;
	readonly time: string;
	readonly subject?: string;
	readonly requestId?: string;
	readonly [member: string]: unknown;
}

/** Names of the logs in a folder, sorted. */
export function logsIn(dir: string): string[] {
	return existsSync(dir) && statSync(dir).isDirectory()
		? readdirSync(dir)
				.filter((name) => isLog(join(dir, name)))
				.sort()
		: [];
}

/** Any file of a log tells it: one that could be hidden by removing a single file would be verified, searched and exported by nobody. */
function isLog(dir: string): boolean {
	const names = readableNames(dir);
	return [PUBLIC_KEY, HEAD, CHECKPOINTS].some((name) => names.includes(name)) || segmentsOf(names).length > 0;
}

/** None where it is no folder, or nobody may look into it: a volume has its `lost+found`. */
function readableNames(dir: string): string[] {
	try {
		return readdirSync(dir);
	} catch {
		return [];
	}
}

/** The records of one log from `from` on, in their order, one in memory at a time. What is no record is left to `verifyLog`. */
export function* recordsOf(dir: string, from = 0): Generator<StoredRecord> {
	for (const line of linesOf(dir, from)) {
		const record = readRecord(line);
		if (record !== undefined && record.seq >= from) yield record;
	}
}

/** The same as lines, of whole segments: some before `from` may be among them. A segment that retention removes meanwhile has none. */
export function* linesOf(dir: string, from = 0): Generator<Buffer> {
	const segments = segmentsOf(readdirSync(dir));
	for (const [i, { name }] of segments.entries()) {
		const next = segments[i + 1]?.first ?? Number.POSITIVE_INFINITY;
		if (next <= from) continue;
		try {
			let isHead = true;
			for (const line of new SegmentLines(join(dir, name))) {
				if (!isHead) yield line;
				isHead = false;
			}
		} catch (error) {
			if (errorCode(error) !== "ENOENT") throw error;
		}
	}
}

/** Where the log stood before the first record that is still there. Undefined: its oldest segment has no head. */
export function beginOf(dir: string): LogPosition | undefined {
	const [oldest] = segmentsOf(readdirSync(dir));
	if (oldest === undefined) return undefined;
	for (const line of new SegmentLines(join(dir, oldest.name))) return positionOf(line);
	return undefined;
}

function readRecord(line: Buffer): StoredRecord | undefined {
	try {
		const record = JSON.parse(line.toString()) as Partial<StoredRecord> | null;
		return typeof record?.seq === "number" ? (record as StoredRecord) : undefined;
	} catch {
		return undefined;
	}
}
