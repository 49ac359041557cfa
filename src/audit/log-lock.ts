import { readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { createFile } from "./files.ts";

const LOCK = "lock";
/** ms between two signs of life of the owner, and after how many without one a lock of another machine counts as left behind. */
export const SIGN_OF_LIFE_MS = 5000;
const LEFT_BEHIND_MS = 20_000;
/** ms in which all those have come that saw a lock left behind. */
const SETTLE_MS = 50;

interface Owner {
	readonly host: string;
	readonly pid: number;
	/** When the process started (`/proc/PID/stat`): a number may be given again. */
	readonly started: string;
}

/**
 * Takes a log for this process: two writers would break the chain. Throws when another process has it. The lock of a
 * process that died is taken over, at once on the same machine.
 */
export function takeLock(dir: string): void {
	const file = join(dir, LOCK);
	const self: Owner = { host: hostname(), pid: process.pid, started: startOf(process.pid) };
	for (let attempt = 0; attempt < 2; attempt++) {
		if (createFile(file, JSON.stringify(self))) {
			if (attempt > 0) confirm(file, self);
			return;
		}
		const owner = ownerOf(file);
		if (owner !== undefined && isAlive(owner, self, file))
			throw new Error(
				`${dir} is written by process ${owner.pid} on ${owner.host}. Give every process a folder or a log of its own (audit.dir, audit.log_name).`,
			);
		rmSync(file, { force: true });
	}
	throw new Error(`${file} cannot be taken. Remove it if no proxy is running.`);
}

/** Two that find the same lock left behind take it from each other: only the one that still has it after a while goes on. */
function confirm(file: string, self: Owner): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS);
	const owner = ownerOf(file);
	if (owner?.host !== self.host || owner.pid !== self.pid) throw new Error(`${file} was taken by another process at the same time.`);
}

/** Says that the owner lives, for machines that cannot look. */
export function refreshLock(dir: string): void {
	const now = new Date();
	utimesSync(join(dir, LOCK), now, now);
}

export function releaseLock(dir: string): void {
	rmSync(join(dir, LOCK), { force: true });
}

function ownerOf(file: string): Owner | undefined {
	try {
		return JSON.parse(readFileSync(file, "utf8")) as Owner;
	} catch {
		return undefined;
	}
}

/** A thread of this very process that died leaves a lock that is this process's own. */
function isAlive(owner: Owner, self: Owner, file: string): boolean {
	if (owner.host !== self.host) return Date.now() - statSync(file).mtimeMs < LEFT_BEHIND_MS;
	return owner.pid !== self.pid && owner.started === startOf(owner.pid);
}

/** Field 22 of `/proc/PID/stat`, after the command in parentheses; empty when there is no such process. */
function startOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19] ?? "";
	} catch {
		return "";
	}
}
