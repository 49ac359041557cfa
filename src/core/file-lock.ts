import { readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { createFile } from "./files.ts";

/** ms between two signs of life of who holds a lock for long, and after how many without one a lock of another machine counts as left behind. */
export const SIGN_OF_LIFE_MS = 5000;
const LEFT_BEHIND_MS = 20_000;
/** ms in which all those have come that saw a lock left behind. */
const SETTLE_MS = 50;

/** The process that holds a lock. */
export interface LockOwner {
	readonly host: string;
	readonly pid: number;
	/** When the process started (`/proc/PID/stat`): a number may be given again. */
	readonly started: string;
}

/**
 * Takes a lock file for this process. Undefined: taken; else who has it. The lock of a process that died is taken over, at once
 * on the same machine. A lock that this very process has looks left behind, as one of its threads may have died: a thread does
 * not ask for what it has.
 */
export function takeLock(file: string): LockOwner | undefined {
	const self: LockOwner = { host: hostname(), pid: process.pid, started: startOf(process.pid) };
	const owner = holderOf(file);
	if (owner !== undefined) return owner;
	if (createFile(file, JSON.stringify(self))) return undefined;
	const other = holderOf(file);
	if (other !== undefined) return other;
	rmSync(file, { force: true });
	return createFile(file, JSON.stringify(self)) ? takenMeanwhile(file, self) : (ownerOf(file) ?? self);
}

/** The living process that holds a lock. Undefined: nobody, or it was left behind, or it is this process's own. */
export function holderOf(file: string): LockOwner | undefined {
	const owner = ownerOf(file);
	return owner !== undefined && isAlive(owner, file) ? owner : undefined;
}

/** Says that the owner lives, for machines that cannot look. */
export function refreshLock(file: string): void {
	const now = new Date();
	utimesSync(file, now, now);
}

export function releaseLock(file: string): void {
	rmSync(file, { force: true });
}

/** Two that find the same lock left behind take it from each other: only the one that still has it after a while goes on. */
function takenMeanwhile(file: string, self: LockOwner): LockOwner | undefined {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS);
	const owner = ownerOf(file);
	return owner?.host === self.host && owner.pid === self.pid ? undefined : (owner ?? self);
}

/** Undefined: there is no lock. What is none of ours has an owner without a name, and counts by its age. */
function ownerOf(file: string): LockOwner | undefined {
	try {
		const { host = "unknown", pid = 0, started = "" } = Object(JSON.parse(readFileSync(file, "utf8"))) as Partial<LockOwner>;
		return { host, pid, started };
	} catch {
		return undefined;
	}
}

function isAlive({ host, pid, started }: LockOwner, file: string): boolean {
	if (host !== hostname()) return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < LEFT_BEHIND_MS;
	return pid !== process.pid && started === startOf(pid);
}

/** Field 22 of `/proc/PID/stat`, after the command in parentheses; empty when there is no such process. */
function startOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19] ?? "";
	} catch {
		return "";
	}
}
