import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { readReady, waitToLook } from "./ready-read.ts";

/** Bytes that are read of a pipe. */
const MAX_PIPE_BYTES = 16 << 20;
/** ms for whoever writes into a pipe to be done: a program that decrypts may ask a person first. */
const PIPE_MS = 60_000;

/**
 * Reads a file. Throws, with the code `NOT_A_FILE`, where it is none: a pipe would hold up the thread until somebody writes into
 * it, and a device may have no end.
 */
export function readWholeFile(path: string): Buffer {
	return read(path, () => undefined);
}

/** The same, or what comes out of a pipe, as of `<(sops -d config.yaml)`: within a minute, for the thread stands still. */
export function readFileOrPipe(path: string): Buffer {
	return read(path, (file, kind) => (kind.isFIFO() ? readPipe(file, path) : undefined));
}

/** `other`: reads what is no file; undefined: it cannot be read. */
function read(path: string, other: (file: number, kind: Stats) => Buffer | undefined): Buffer {
	// Opened to be read, a pipe into which nobody writes would not even open.
	const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const kind = fstatSync(file);
		// The system says of a folder that it is one.
		if (kind.isFile() || kind.isDirectory()) return readFileSync(file);
		const content = other(file, kind);
		if (content === undefined) throw fault("NOT_A_FILE", kind.isFIFO() ? "it is a pipe" : "it is a device", path);
		return content;
	} finally {
		closeSync(file);
	}
}

function readPipe(file: number, path: string): Buffer {
	const end = performance.now() + PIPE_MS;
	const content = Buffer.alloc(MAX_PIPE_BYTES);
	let length = 0;
	while (length < content.length) {
		const read = readReady(file, content.subarray(length));
		if (read === 0 && (length > 0 || isUnnamed(file))) return content.subarray(0, length);
		if (read === undefined || read === 0) {
			if (performance.now() > end) throw fault("ETIMEDOUT", "nobody is done writing into this pipe", path);
			waitToLook();
		} else length += read;
	}
	throw fault("EFBIG", `more than ${MAX_PIPE_BYTES >> 20} MiB come out of this pipe`, path);
}

/** Nobody can open it any more once all who wrote into it are gone, other than a pipe with a name, whose writer may be yet to come. */
function isUnnamed(file: number): boolean {
	try {
		return readlinkSync(`/proc/self/fd/${file}`).startsWith("pipe:");
	} catch {
		return false;
	}
}

function fault(code: string, reason: string, path: string): Error {
	return Object.assign(new Error(`${code}: ${reason}, read '${path}'`), { code, path, syscall: "read" });
}
