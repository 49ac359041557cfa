import { existsSync, realpathSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { releaseLock, takeLock } from "../core/file-lock.ts";
import { writeFor } from "../core/files.ts";
import { makeFolder } from "../core/make-folder.ts";

/** Another change may hold the lock for a moment: tries, and ms between them. */
const ATTEMPTS = 60;
const PAUSE_MS = 50;

/** Locks that changes in this process hold. */
const held = new Set<string>();

/**
 * Replaces a file under a lock: nobody else changes it meanwhile, and readers see the old content or the new one, also after a
 * crash. `make` reads what is there now; `confirm` comes when all that can fail is done, and the change holds after it. Throws,
 * with nothing changed, when it cannot be done. The lock of a process that was killed in the middle is taken over. Where a link
 * stands, what it leads to is changed: who reads that by its own name must not keep what was revoked.
 */
export async function replaceLocked(path: string, make: () => string, confirm: () => Promise<void> = async () => undefined): Promise<void> {
	const file = existsSync(path) ? realpathSync(path) : path;
	makeFolder(dirname(file));
	const lock = resolve(`${file}.lock`);
	const temporary = `${file}.tmp`;
	await obtain(lock);
	try {
		writeFor(file, temporary, make());
		await confirm();
		renameSync(temporary, file);
	} finally {
		rmSync(temporary, { force: true });
		releaseLock(lock);
		held.delete(lock);
	}
}

async function obtain(lock: string): Promise<void> {
	for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
		if (!held.has(lock) && takeLock(lock) === undefined) {
			held.add(lock);
			return;
		}
		await sleep(PAUSE_MS);
	}
	throw new Error(`another change holds ${lock}; try again`);
}
