import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PUBLIC_KEY } from "./audit-log.ts";
import { linesOf, segmentsOf } from "./segment.ts";

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
	return existsSync(dir)
		? readdirSync(dir)
				.filter((name) => existsSync(join(dir, name, PUBLIC_KEY)))
				.sort()
		: [];
}

/** The records of one log from `from` on, in their order. What is no record is left to `verifyLog`. */
export function* recordsOf(dir: string, from = 0): Generator<StoredRecord> {
	const segments = segmentsOf(readdirSync(dir));
	for (const [i, { name }] of segments.entries()) {
		const next = segments[i + 1]?.first ?? Number.POSITIVE_INFINITY;
		if (next <= from) continue;
		for (const line of linesOf(readFileSync(join(dir, name))).lines.slice(1)) {
			const record = readRecord(line);
			if (record !== undefined && record.seq >= from) yield record;
		}
	}
}

function readRecord(line: Buffer): StoredRecord | undefined {
	try {
		return JSON.parse(line.toString()) as StoredRecord;
	} catch {
		return undefined;
	}
}
