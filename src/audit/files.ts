import { closeSync, fdatasyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { threadId } from "node:worker_threads";

/** The file has either its old content or the new one, also after a crash. */
export function replaceFile(path: string, content: string): void {
	const temporary = writeTemporary(path, content);
	renameSync(temporary, path);
}

/** Makes a file whole or not at all. False: there is one already. */
export function createFile(path: string, content: string): boolean {
	const temporary = writeTemporary(path, content);
	try {
		linkSync(temporary, path);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	} finally {
		rmSync(temporary, { force: true });
	}
}

function writeTemporary(path: string, content: string): string {
	const temporary = `${path}.${process.pid}-${threadId}.tmp`;
	const file = openSync(temporary, "w", 0o600);
	try {
		writeSync(file, content);
		fdatasyncSync(file);
	} finally {
		closeSync(file);
	}
	return temporary;
}
