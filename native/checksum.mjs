import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Beside the addon: what it was when it was built, for what, and from what. */
export const CHECKSUM_SUFFIX = ".checksum";

const SOURCES = fileURLToPath(new URL("./src/", import.meta.url));

/** Hashes of an addon and its sources, and the machine that it is for. */
export function checksumOf(file) {
	const sources = readdirSync(SOURCES)
		.sort()
		.map((name) => readFileSync(SOURCES + name));
	return `${hashOf([readFileSync(file)])} ${machine()} ${hashOf(sources)}\n`;
}

/**
 * Whether the addon is what was built here: a damaged one, or another machine's, would end the process by a signal, and one from
 * other sources would fail at every text. What was not noted, or is not there, is not looked at.
 */
export function isAsBuilt(file) {
	if (!existsSync(file + CHECKSUM_SUFFIX)) return true;
	const noted = readFileSync(file + CHECKSUM_SUFFIX, "utf8")
		.trim()
		.split(" ");
	const actual = existsSync(SOURCES) ? checksumOf(file).trim().split(" ") : [hashOf([readFileSync(file)]), machine()];
	return actual.every((word, i) => noted[i] === undefined || noted[i] === word);
}

function machine() {
	return `${process.platform}-${process.arch}`;
}

function hashOf(parts) {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(part);
	return hash.digest("hex");
}
