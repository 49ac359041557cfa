import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder } from "../core/make-folder.ts";

/** Another change may hold the lock for a moment: tries, and ms between them. */
const ATTEMPTS = 60;
const PAUSE_MS = 50;

/**
 * Replaces a file under a lock: nobody else changes it meanwhile, and readers see the old content or the new one, also after a
 * crash. `make` reads what is there now; `confirm` comes when all that can fail is done, and the change holds after it. Throws,
 * with nothing changed, when it cannot be done.
 */
export async function replaceLocked(file: string, make: () => string, confirm: () => Promise<void> = async () => undefined): Promise<void> {
	makeFolder(dirname(file));
	const lock = `${file}.lock`;
	const temporary = `${file}.tmp`;
	await takeLock(lock);
	try {
		writeFileSync(temporary, make(), { mode: 0o600, flush: true });
		await confirm();
		renameSync(temporary, file);
	} finally {
		rmSync(temporary, { force: true });
		rmSync(lock, { force: true });
	}
}

async function takeLock(lock: string): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		try {
			return writeFileSync(lock, String(process.pid), { flag: "wx" });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
			if (attempt === ATTEMPTS) throw new Error(`another change holds ${lock}; remove it if there is none`, { cause: error });
			await sleep(PAUSE_MS);
		}
	}
}
