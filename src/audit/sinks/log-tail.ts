import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readSome } from "../../core/files.ts";
import type { StoredRecord } from "../log-reader.ts";
import { segmentName, segmentsOf } from "../segment.ts";
import { completeLines } from "../segment-lines.ts";

/** Bytes read at a time. A longer line is read whole. */
const CHUNK_BYTES = 1 << 20;

/** A record, and the first digits of the SHA-256 of its line: with `seq` it tells it from the records of any other log. */
export interface TailRecord {
	readonly record: StoredRecord;
	/** 8 hex digits. */
	readonly digest: string;
}

/** Reads a log that grows, from a record on, each byte once. */
export class LogTail {
	readonly #dir: string;
	#next: number;
	/** First record of the segment being read, -1 for none; and the byte in it. */
	#segment = -1;
	#offset = 0;

	/** `next`: number of the first record wanted. */
	constructor(dir: string, next: number) {
		this.#dir = dir;
		this.#next = next;
	}

	get next(): number {
		return this.#next;
	}

	/** Goes on with another record. */
	seek(next: number): void {
		this.#next = next;
		this.#segment = -1;
	}

	/** At most `limit` records with numbers below `end`, which must all be in the log for good. Empty: there are none yet. */
	read(end: number, limit: number): TailRecord[] {
		const records: TailRecord[] = [];
		while (this.#next < end && records.length < limit) {
			if (!this.#isInSegment()) return records;
			const lines = this.#readLines();
			if (lines.length === 0) break;
			for (const line of lines) {
				if (records.length >= limit || this.#next >= end) break;
				this.#offset += line.length + 1;
				const record = JSON.parse(line.toString()) as Partial<StoredRecord>;
				if (record.seq === undefined || record.seq < this.#next) continue;
				records.push({ record: record as StoredRecord, digest: digestOf(line) });
				this.#next = record.seq + 1;
			}
		}
		return records;
	}

	/** Finds the segment of the next record; where retention removed that, the first one left. */
	#isInSegment(): boolean {
		const segments = segmentsOf(readdirSync(this.#dir));
		const segment = segments.findLast(({ first }) => first <= this.#next) ?? segments[0];
		if (segment === undefined) return false;
		if (segment.first !== this.#segment) this.#offset = 0;
		this.#segment = segment.first;
		this.#next = Math.max(this.#next, segment.first);
		return true;
	}

	#readLines(): Buffer[] {
		const path = join(this.#dir, segmentName(this.#segment));
		const file = openSync(path, "r");
		try {
			for (let size = CHUNK_BYTES; ; size *= 2) {
				const bytes = Buffer.alloc(size);
				const read = readSome(file, path, bytes, this.#offset);
				const { lines } = completeLines(bytes.subarray(0, read));
				if (lines.length > 0 || read < size) return lines;
			}
		} finally {
			closeSync(file);
		}
	}
}

function digestOf(line: Buffer): string {
	return createHash("sha256").update(line).digest("hex").slice(0, 8);
}
