import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Beside the addon: what it was when it was built, and for what. */
export const CHECKSUM_SUFFIX = ".checksum";

/** Hash of a file and the machine that it is for: a damaged addon, or another machine's, would end the process by a signal. */
export function checksumOf(file) {
	return `${createHash("sha256").update(readFileSync(file)).digest("hex")} ${process.platform}-${process.arch}\n`;
}

/** Whether the addon is what was built here. One that has no checksum counts as it is. */
export function isAsBuilt(file) {
	return checksumOf(file) === (textOf(file + CHECKSUM_SUFFIX) ?? checksumOf(file));
}

function textOf(file) {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
