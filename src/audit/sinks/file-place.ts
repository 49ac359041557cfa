import { type Stats, statSync } from "node:fs";

/**
 * Why no lines can be kept at a path; undefined: a file is there, or nothing yet. A pipe or a device (`/dev/stdout`) cannot be read
 * back, so half a line that a crash left could not be told from a whole one.
 * Throws where it cannot be looked at.
 */
export function placeFault(path: string): string | undefined {
	const found = statSync(path, { throwIfNoEntry: false });
	return found === undefined || found.isFile() ? undefined : `${path} is ${kindOf(found)}, no file`;
}

function kindOf(found: Stats): string {
	if (found.isDirectory()) return "a folder";
	return found.isFIFO() ? "a pipe" : "a device";
}
