import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../core/error-code.ts";
import { holderOf } from "../core/file-lock.ts";
import { CHECKPOINTS, LOCK, PUBLIC_KEY, verifierKeysIn } from "./audit-log.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import { HEAD } from "./log-end.ts";
import { LogWalk, TORN } from "./log-walk.ts";
import type { CompactRange } from "./merkle.ts";
import { segmentsOf } from "./segment.ts";

/** How often, and in what time in ms, a writer is looked at that has not signed yet what it wrote. */
const SIGN_TRIES = 40;
const SIGN_MS = 50;
/** How often a log is read from which segments go meanwhile. */
const READ_TRIES = 10;

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
export function verifyLog(options: VerifyOptions): Verification {
	for (let tries = READ_TRIES; ; tries--) {
		const first = firstOf(options.dir);
		try {
			const verification = verifyOnce(options);
			if (tries === 1 || verification.faults.length === 0 || firstOf(options.dir) === first) return verification;
		} catch (error) {
			if (tries === 1 || errorCode(error) !== "ENOENT") throw error;
		}
		// Retention has removed segments meanwhile: what is left is to be read from its new beginning.
	}
}

/** Number of the first record that is still there. */
function firstOf(dir: string): number {
	return segmentsOf(readdirSync(dir))[0]?.first ?? 0;
}

function verifyOnce({ dir, verifierKeys, checkpoints = [] }: VerifyOptions): Verification {
	const faults: string[] = [];
	const keys = verifierKeys ?? keptKeys(dir, faults);
	const due = new Map<number, Checkpoint[]>();
	// Without a key no signature says anything: that it is missing is said once, not for each.
	for (const note of keys.length === 0 ? [] : [...keptCheckpoints(dir, faults), ...checkpoints]) {
		const reading = readCheckpoint(note, keys);
		if (!reading.ok) faults.push(`A checkpoint cannot be used: ${reading.reason}.`);
		else due.set(reading.checkpoint.size, [...(due.get(reading.checkpoint.size) ?? []), reading.checkpoint]);
	}
	const compare = (range: CompactRange): void => {
		const root = range.root();
		for (const checkpoint of due.get(range.size) ?? [])
			if (!checkpoint.root.equals(root)) faults.push(`The first ${range.size} records are not those that were signed.`);
	};
	const first = firstOf(dir);
	const walk = new LogWalk(dir, compare);
	let fault = walk.goOn();
	const isBehind = fault === undefined && keys.length > 0 && walk.size > mostOf(due);
	const newest = isBehind ? newestCovering(walk.size, dir, keys) : undefined;
	if (newest !== undefined) {
		due.set(newest.size, [newest]);
		if (walk.range !== undefined) compare(walk.range);
		fault = walk.goOn(newest.size);
	}
	if (walk.isTorn && !isWritten(dir)) fault ??= `Record ${walk.size}: ${TORN}.`;
	const { size, removedBefore } = walk;
	if (fault !== undefined) faults.push(fault);
	else if (keys.length > 0) faults.push(...edgeFaults(first, removedBefore, size, mostOf(due)));
	return { first, size, checkpoints: [...due.values()].flat().length, faults };
}

/** Records that the checkpoints cover; -1: there is none. */
function mostOf(due: ReadonlyMap<number, unknown>): number {
	return [...due.keys()].reduce((most, size) => Math.max(most, size), -1);
}

/**
 * The newest checkpoint, once it covers `size` records: those of a log that is being written may be newer than the checkpoint that
 * was read before them. Undefined: it does not.
 */
function newestCovering(size: number, dir: string, keys: readonly string[]): Checkpoint | undefined {
	for (let tries = isWritten(dir) ? SIGN_TRIES : 1; tries > 0; tries--) {
		const reading = readCheckpoint(textOf(join(dir, HEAD)), keys);
		if (reading.ok && reading.checkpoint.size >= size) return reading.checkpoint;
		if (tries > 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SIGN_MS);
	}
	return undefined;
}

/** Another process has the log open. */
function isWritten(dir: string): boolean {
	return holderOf(join(dir, LOCK)) !== undefined;
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

function keptKeys(dir: string, faults: string[]): string[] {
	const keys = verifierKeysIn(dir);
	if (keys.length === 0)
		faults.push(`${PUBLIC_KEY} is missing, so no signature can be checked: give the key that you wrote down with --key.`);
	return keys;
}

function keptCheckpoints(dir: string, faults: string[]): string[] {
	const head = textOf(join(dir, HEAD));
	if (head === "") faults.push(`${HEAD} is missing.`);
	// What stands behind the last line feed is what a crash left of a checkpoint.
	const lines = textOf(join(dir, CHECKPOINTS)).split("\n").slice(0, -1);
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

/** Empty: it cannot be read. */
function textOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
