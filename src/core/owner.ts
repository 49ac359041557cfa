import { statSync } from "node:fs";
import { dirname } from "node:path";

export interface Owner {
	readonly uid: number;
	readonly gid: number;
}

/**
 * Whose is what root makes at a path: whose the file is that it replaces, or else its folder. An operator runs a command as root,
 * and the proxy, which runs as another user, has to go on with what it leaves. Undefined: the user's who makes it.
 */
export function ownerAt(path: string): Owner | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const { uid, gid } = statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
	return uid === 0 ? undefined : { uid, gid };
}
