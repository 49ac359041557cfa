import { lchownSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ownerAt } from "./owner.ts";

/**
 * Makes a folder and those above it; throws with the system's code when it cannot. Not Node's own recursive one: that never
 * returns where a file system answers ENOENT in a folder that exists, as /proc does.
 */
export function makeFolder(path: string, mode = 0o777): void {
	if (isFolder(path)) return;
	const parent = dirname(path);
	if (parent !== path) makeFolder(parent, mode);
	try {
		mkdirSync(path, { mode });
		const owner = ownerAt(parent);
		// Not where a link leads that somebody has put in its place meanwhile.
		if (owner !== undefined) lchownSync(path, owner.uid, owner.gid);
	} catch (error) {
		// Somebody else may have made it meanwhile.
		if (!isFolder(path)) throw error;
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
