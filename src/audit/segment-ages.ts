import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS } from "../core/units.ts";
import { timeOf } from "./log-end.ts";
import { segmentsOf } from "./segment.ts";
import { SegmentLines } from "./segment-lines.ts";

/** How many segments of a log, from the oldest on, hold only records from before `time`. Times are ISO 8601; `now`: the present one. */
export function countBefore(dir: string, time: string, now: string): number {
	const paths = pathsIn(dir);
	/** When a segment was finished. One from the future was written by a clock that was ahead, and before what follows it. */
	const endOf = (i: number): string => {
		const end = lastTimeOf(paths[i] ?? "") ?? "";
		if (end <= now) return end;
		for (const path of paths.slice(i + 1)) {
			const begin = firstTimeOf(path);
			if (begin !== undefined && begin <= now) return begin;
		}
		return now;
	};
	const kept = paths.findIndex((_, i) => endOf(i) >= time);
	return kept < 0 ? paths.length : kept;
}

/**
 * ms since the epoch that a log proves to have passed: `now`, where its records go on to it for a whole day, or for all of the
 * log. Else when the segment began that comes before the leap. Segments are finished after a day.
 */
export function provenTime(dir: string, now: number): number {
	let next = now;
	for (const path of pathsIn(dir).reverse()) {
		const begin = Date.parse(firstTimeOf(path) ?? "");
		if (Number.isNaN(begin)) continue;
		if (next - begin > 2 * DAY_MS) return begin;
		if (begin < now - DAY_MS) return now;
		next = begin;
	}
	return now;
}

function pathsIn(dir: string): string[] {
	return segmentsOf(readdirSync(dir)).map(({ name }) => join(dir, name));
}

/** Undefined: the segment has no record. */
function firstTimeOf(path: string): string | undefined {
	let isHead = true;
	for (const line of new SegmentLines(path)) {
		if (!isHead) return timeOf(line);
		isHead = false;
	}
	return undefined;
}

function lastTimeOf(path: string): string | undefined {
	let last: Buffer | undefined;
	for (const line of new SegmentLines(path)) last = line;
	return timeOf(last);
}
