import {
	closeSync,
	constants,
	fchownSync,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	linkSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { threadId } from "node:worker_threads";
import { ownerAt } from "./owner.ts";
import { readWholeFile } from "./whole-file.ts";

/** The file has either its old content or the new one, also after a crash and on a full disk. */
export function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): void {
	const temporary = writeTemporary(path, content, mode);
	renameSync(temporary, path);
}

/** Makes a file whole or not at all. False: there is one already. */
export function createFile(path: string, content: string | Uint8Array): boolean {
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

/** A file as text; throws, with its `path`, what keeps it from being read, a folder in its place say. */
export function readText(path: string): string {
	try {
		return readWholeFile(path).toString();
	} catch (error) {
		throw withPath(error as NodeJS.ErrnoException, path);
	}
}

/** Reads on in the open file of a `path`, as much as there is place for; how much it was. Throws, with the path, what keeps it from that. */
export function readSome(file: number, path: string, into: Uint8Array, position: number | null = null): number {
	try {
		return readSync(file, into, 0, into.length, position);
	} catch (error) {
		throw withPath(error as NodeJS.ErrnoException, path);
	}
}

/** The system names only files that it opens, not those that it reads or writes. */
function withPath(error: NodeJS.ErrnoException, path: string): NodeJS.ErrnoException {
	return error.path === undefined ? Object.assign(error, { path, message: `${error.message} '${path}'` }) : error;
}

/** Writes all of it at a place in the open file of a `path`; throws, with that, when the disk takes only a part. */
export function writeAll(file: number, path: string, bytes: Uint8Array, position: number): void {
	try {
		for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, position + at);
	} catch (error) {
		throw withPath(error as NodeJS.ErrnoException, path);
	}
}

/** Longest line of a file that `appendLine` writes, bytes. */
const MAX_LINE_BYTES = 4096;

/** Adds a line to a file. What a crash or a full disk left of an earlier one goes. */
export function appendLine(path: string, line: string): void {
	const owner = ownerAt(path);
	const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
	try {
		if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
		const { size } = fstatSync(file);
		const tail = Buffer.alloc(Math.min(size, MAX_LINE_BYTES));
		readSome(file, path, tail, size - tail.length);
		const end = size - tail.length + tail.lastIndexOf(10) + 1;
		const bytes = Buffer.from(`${line}\n`);
		writeAll(file, path, bytes, end);
		ftruncateSync(file, end + bytes.length);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

/** Writes what is to take the place of `path`, for whom that belongs to, to disk. */
export function writeFor(path: string, temporary: string, content: string | Uint8Array, mode = 0o600): void {
	const owner = ownerAt(path);
	const file = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, mode);
	try {
		if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
		writeAll(file, path, Buffer.from(content), 0);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

function writeTemporary(path: string, content: string | Uint8Array, mode = 0o600): string {
	const temporary = `${path}.${process.pid}-${threadId}.tmp`;
	try {
		writeFor(path, temporary, content, mode);
		return temporary;
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
}

/** A new name is on disk only when its folder is. */
export function syncFolder(path: string): void {
	const folder = openSync(path, "r");
	try {
		fsyncSync(folder);
	} finally {
		closeSync(folder);
	}
}
