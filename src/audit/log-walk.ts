import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { CompactRange } from "./merkle.ts";
import { advance, type LogPosition, positionOf, recordFault, segmentsOf } from "./segment.ts";
import { SegmentLines } from "./segment-lines.ts";

/** What a line without its end is. */
export const TORN = "the segment does not end with a complete record";

/** Goes through the records of a log in their order, checks the chain, and shows each state of the tree on the way. */
export class LogWalk {
	readonly #dir: string;
	readonly #onState: (range: CompactRange) => void;
	#position: LogPosition | undefined;
	#removedBefore = 0;
	#isTorn = false;

	constructor(dir: string, onState: (range: CompactRange) => void) {
		this.#dir = dir;
		this.#onState = onState;
	}

	/** Records so far, removed ones included. */
	get size(): number {
		return this.#position?.range.size ?? 0;
	}

	/** Retention said that records before this one were removed. */
	get removedBefore(): number {
		return this.#removedBefore;
	}

	/** The tree of the records so far. Undefined: there is no segment yet. */
	get range(): CompactRange | undefined {
		return this.#position?.range;
	}

	/** The log ended in the middle of a line: nothing has gone wrong where it is being written. */
	get isTorn(): boolean {
		return this.#isTorn;
	}

	/** Goes on to what now is the end, or to `size` records. Why it stopped before; undefined: it did not. */
	goOn(size = Number.POSITIVE_INFINITY): string | undefined {
		const segments = segmentsOf(readdirSync(this.#dir));
		for (const [i, { name, first }] of segments.entries()) {
			if (this.size >= size) return undefined;
			const next = segments[i + 1]?.first;
			if (next !== undefined && next <= this.size) continue;
			const lines = new SegmentLines(join(this.#dir, name));
			const fault = this.#segment(lines, first, size);
			this.#isTorn = next === undefined && lines.rest > 0;
			const found = fault ?? (next !== undefined && lines.rest > 0 ? TORN : undefined);
			if (found !== undefined) return `Record ${this.#position?.range.size ?? first} in ${name}: ${found}.`;
		}
		return undefined;
	}

	#segment(lines: SegmentLines, first: number, size: number): string | undefined {
		const known = Math.max(first, this.size);
		/** Number of the record that the line should be; the head comes before the first one. */
		let seq = first - 1;
		for (const line of lines) {
			if (seq >= size) return undefined;
			const fault = seq < first ? this.#begin(line, first, known) : seq < known ? undefined : this.#record(line);
			if (fault !== undefined) return fault;
			seq++;
		}
		return seq < first ? "the segment is empty" : undefined;
	}

	#begin(line: Buffer, first: number, known: number): string | undefined {
		const begin = positionOf(line);
		if (begin !== undefined && this.#position === undefined) {
			this.#position = begin;
			this.#onState(begin.range);
		}
		const isNext = begin?.range.size === first && (first < known || isSame(begin, this.#position ?? begin));
		return isNext ? undefined : "the segment does not continue the log: one was removed, added or changed";
	}

	#record(line: Buffer): string | undefined {
		if (this.#position === undefined) return "there is no segment head";
		const fault = recordFault(line, this.#position);
		if (fault !== undefined) return fault;
		this.#position = advance(this.#position, line);
		this.#onState(this.#position.range);
		const { type, removedBefore } = JSON.parse(line.toString()) as { type?: unknown; removedBefore?: unknown };
		if (type === "retention") this.#removedBefore = Math.max(this.#removedBefore, Number(removedBefore));
		return undefined;
	}
}

function isSame(a: LogPosition, b: LogPosition): boolean {
	return (
		a.prev === b.prev && a.range.size === b.range.size && a.range.roots.every((root, i) => root.equals(b.range.roots[i] ?? Buffer.alloc(0)))
	);
}
