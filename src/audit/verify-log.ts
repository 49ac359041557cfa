import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKPOINTS, PUBLIC_KEY, verifierKeysIn } from "./audit-log.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import { HEAD } from "./log-end.ts";
import type { CompactRange } from "./merkle.ts";
import { advance, type LogPosition, positionOf, recordFault, segmentsOf } from "./segment.ts";
import { SegmentLines } from "./segment-lines.ts";

export interface VerifyOptions {
	readonly dir: string;
	/** Whose signatures count; default: the keys that lie beside the log, which proves less. */
	readonly verifierKeys?: readonly string[];
	/** Signed checkpoints of this log kept elsewhere: with one of them a removed tail is found. */
	readonly checkpoints?: readonly string[];
}

export interface Verification {
	/** Number of the first record that is still there. */
	readonly first: number;
	/** Records in the log, removed ones included. */
	readonly size: number;
	/** Checkpoints that were verified. */
	readonly checkpoints: number;
	/** Empty: nothing was changed, inserted, moved or removed. In the order of the log. */
	readonly faults: readonly string[];
}

/** Reads a whole log, a piece at a time, and checks every record, the chain, the tree and every checkpoint. Stops at the first broken record. */
export function verifyLog({ dir, verifierKeys, checkpoints = [] }: VerifyOptions): Verification {
	const faults: string[] = [];
	const keys = verifierKeys ?? keptKeys(dir, faults);
	const due = new Map<number, Checkpoint[]>();
	// Without a key no signature says anything: that it is missing is said once, not for each.
	for (const note of keys.length === 0 ? [] : [...keptCheckpoints(dir, faults), ...checkpoints]) {
		const reading = readCheckpoint(note, keys);
		if (!reading.ok) faults.push(`A checkpoint cannot be used: ${reading.reason}.`);
		else due.set(reading.checkpoint.size, [...(due.get(reading.checkpoint.size) ?? []), reading.checkpoint]);
	}
	const signed = [...due.keys()].reduce((most, size) => Math.max(most, size), -1);
	const compare = (range: CompactRange): void => {
		const root = range.root();
		for (const checkpoint of due.get(range.size) ?? [])
			if (!checkpoint.root.equals(root)) faults.push(`The first ${range.size} records are not those that were signed.`);
	};
	const first = segmentsOf(readdirSync(dir))[0]?.first ?? 0;
	const { position, removedBefore, fault } = walkSegments(dir, compare);
	const size = position?.range.size ?? 0;
	if (fault !== undefined) faults.push(fault);
	else if (keys.length > 0) faults.push(...edgeFaults(first, removedBefore, size, signed));
	return { first, size, checkpoints: [...due.values()].flat().length, faults };
}

/** What is missing or too much at the two ends of an otherwise sound log. */
function edgeFaults(first: number, removedBefore: number, size: number, signed: number): string[] {
	const faults: string[] = [];
	if (first > removedBefore) faults.push(`Records ${removedBefore} to ${first - 1} are gone, and no retention record says so.`);
	if (signed > size) faults.push(`Records ${size} to ${signed - 1} were signed and are gone.`);
	if (signed < size)
		faults.push(
			`Records ${Math.max(0, signed)} to ${size - 1} are not covered by a checkpoint: they were added, or the process died and has not been started since.`,
		);
	return faults;
}

/** What a walk over the segments has found so far. */
interface Walk {
	position: LogPosition | undefined;
	/** Retention said that records before this one were removed. */
	removedBefore: number;
	fault: string | undefined;
}

function walkSegments(dir: string, compare: (range: CompactRange) => void): Walk {
	const walk: Walk = { position: undefined, removedBefore: 0, fault: undefined };
	for (const { name, first } of segmentsOf(readdirSync(dir))) {
		walk.fault = readSegment(walk, new SegmentLines(join(dir, name)), first, compare);
		if (walk.fault === undefined) continue;
		walk.fault = `Record ${walk.position?.range.size ?? first} in ${name}: ${walk.fault}.`;
		break;
	}
	return walk;
}

function readSegment(walk: Walk, lines: SegmentLines, first: number, compare: (range: CompactRange) => void): string | undefined {
	let count = 0;
	for (const line of lines) {
		const fault = count++ === 0 ? beginSegment(walk, line, first) : readRecord(walk, line);
		if (fault !== undefined) return fault;
		if (walk.position !== undefined) compare(walk.position.range);
	}
	if (count === 0) return "the segment is empty";
	return lines.rest === 0 ? undefined : "the segment does not end with a complete record";
}

function beginSegment(walk: Walk, line: Buffer, first: number): string | undefined {
	const begin = positionOf(line);
	walk.position ??= begin;
	const isNext = begin !== undefined && begin.range.size === first && isSame(begin, walk.position ?? begin);
	return isNext ? undefined : "the segment does not continue the log: one was removed, added or changed";
}

function readRecord(walk: Walk, line: Buffer): string | undefined {
	if (walk.position === undefined) return "there is no segment head";
	const fault = recordFault(line, walk.position);
	if (fault !== undefined) return fault;
	walk.position = advance(walk.position, line);
	const { type, removedBefore } = JSON.parse(line.toString()) as { type?: unknown; removedBefore?: unknown };
	if (type === "retention") walk.removedBefore = Math.max(walk.removedBefore, Number(removedBefore));
	return undefined;
}

function isSame(a: LogPosition, b: LogPosition): boolean {
	return (
		a.prev === b.prev && a.range.size === b.range.size && a.range.roots.every((root, i) => root.equals(b.range.roots[i] ?? Buffer.alloc(0)))
	);
}

function keptKeys(dir: string, faults: string[]): string[] {
	const keys = verifierKeysIn(dir);
	if (keys.length === 0)
		faults.push(`${PUBLIC_KEY} is missing, so no signature can be checked: give the key that you wrote down with --key.`);
	return keys;
}

function keptCheckpoints(dir: string, faults: string[]): string[] {
	const read = (name: string): string => {
		try {
			return readFileSync(join(dir, name), "utf8");
		} catch {
			return "";
		}
	};
	const head = read(HEAD);
	if (head === "") faults.push(`${HEAD} is missing.`);
	// What stands behind the last line feed is what a crash left of a checkpoint.
	const lines = read(CHECKPOINTS).split("\n").slice(0, -1);
	const kept = lines.flatMap((line) => {
		try {
			return [JSON.parse(line) as string];
		} catch {
			faults.push(`${CHECKPOINTS} holds a line that is no checkpoint.`);
			return [];
		}
	});
	return head === "" ? kept : [...kept, head];
}
