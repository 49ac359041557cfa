import { closeSync, type Dirent, fstatSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readReady, waitToLook } from "../core/ready-read.ts";

/** A file is read whole; what is larger belongs split. */
const MAX_FILE_BYTES = 64 << 20;
const BINARY_PROBE_BYTES = 8192;
const PIECE_BYTES = 1 << 20;
const SKIPPED_FOLDERS = new Set([".git", "node_modules"]);

export type ScanInput =
	| {
			readonly kind: "text";
			readonly file: string;
			readonly text: string;
			/** latin1: the file is not UTF-8, so each of its bytes was read as one character. */
			readonly encoding: "utf-8" | "latin1";
	  }
	/** Not text: nothing to inspect. */
	| { readonly kind: "skipped"; readonly file: string; readonly reason: string }
	/** Not inspected although it should have been. */
	| { readonly kind: "fault"; readonly file: string; readonly reason: string; readonly remedy: string };

/** The inputs that the arguments name: files, folders with everything below, `-` for stdin. */
export function* scanInputs(names: readonly string[]): Generator<ScanInput> {
	for (const name of names.length > 0 ? names : ["-"]) {
		if (name === "-") yield readInput("-");
		else for (const file of filesOf(name)) yield typeof file === "string" ? readInput(file) : file;
	}
}

function* filesOf(name: string): Generator<string | ScanInput> {
	let entries: Dirent[];
	try {
		if (!statSync(name).isDirectory()) return yield name;
		entries = readdirSync(name, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
	} catch (error) {
		return yield unreadable(name, error);
	}
	for (const entry of entries) {
		const path = join(name, entry.name);
		if (entry.isFile()) yield path;
		else if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) yield* filesOf(path);
	}
}

function readInput(file: string): ScanInput {
	let read: Buffer | "binary" | "large";
	try {
		read = file === "-" ? readText(0) : readOpened(file);
	} catch (error) {
		return unreadable(file, error);
	}
	if (read === "large") return tooLarge(file);
	if (read === "binary") return { kind: "skipped", file, reason: "binary" };
	try {
		return { kind: "text", file, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(read), encoding: "utf-8" };
	} catch {
		return { kind: "text", file, text: read.toString("latin1"), encoding: "latin1" };
	}
}

function readOpened(file: string): Buffer | "binary" | "large" {
	const opened = openSync(file, "r");
	try {
		return readText(opened);
	} finally {
		closeSync(opened);
	}
}

/** All of a file, or of what has no size: a pipe or a device, which may have no end. */
function readText(file: number): Buffer | "binary" | "large" {
	const beginning = readUpTo(file, BINARY_PROBE_BYTES);
	if (beginning.includes(0)) return "binary";
	if (fstatSync(file).size > MAX_FILE_BYTES) return "large";
	const rest = readUpTo(file, MAX_FILE_BYTES + 1 - beginning.length);
	return beginning.length + rest.length > MAX_FILE_BYTES ? "large" : Buffer.concat([beginning, rest]);
}

/** So many bytes, or as many as there are. */
function readUpTo(file: number, maxBytes: number): Buffer {
	const pieces: Buffer[] = [];
	let length = 0;
	while (length < maxBytes) {
		const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, maxBytes - length));
		const read = readReady(file, piece);
		if (read === 0) break;
		if (read === undefined) {
			waitToLook();
			continue;
		}
		pieces.push(piece.subarray(0, read));
		length += read;
	}
	return Buffer.concat(pieces);
}

function tooLarge(file: string): ScanInput {
	return { kind: "fault", file, reason: `is larger than ${MAX_FILE_BYTES >> 20} MiB`, remedy: "split it, for example with split -C 32m" };
}

function unreadable(file: string, error: unknown): ScanInput {
	const { code } = error as NodeJS.ErrnoException;
	return { kind: "fault", file, reason: `cannot be read (${code})`, remedy: "give a readable file or folder, or - for stdin" };
}
