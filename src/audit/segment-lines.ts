import { closeSync, openSync } from "node:fs";
import { readSome } from "../core/files.ts";

/** Bytes read at a time. */
const CHUNK_BYTES = 256 << 10;

/** The complete lines of a piece of a file, without their line feeds, and what follows the last line feed. */
export function completeLines(piece: Buffer): { readonly lines: Buffer[]; readonly rest: Buffer } {
	const lines: Buffer[] = [];
	let at = 0;
	for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, at)) {
		lines.push(piece.subarray(at, end));
		at = end + 1;
	}
	return { lines, rest: piece.subarray(at) };
}

/** The complete lines of a file as bytes, without their line feeds. In memory are a piece of the file and the longest line. */
export class SegmentLines implements Iterable<Buffer> {
	readonly #path: string;
	#rest = 0;

	constructor(path: string) {
		this.#path = path;
	}

	/** Bytes after the last line feed, once all lines were read. */
	get rest(): number {
		return this.#rest;
	}

	*[Symbol.iterator](): Generator<Buffer> {
		const file = openSync(this.#path, "r");
		try {
			/** The line that has begun. */
			let begun: Buffer[] = [];
			for (let chunk = readChunk(file, this.#path); chunk.length > 0; chunk = readChunk(file, this.#path)) {
				const { lines, rest } = completeLines(chunk);
				for (const line of lines) {
					yield begun.length === 0 ? line : Buffer.concat([...begun, line]);
					begun = [];
				}
				if (rest.length > 0) begun.push(rest);
			}
			this.#rest = begun.reduce((sum, { length }) => sum + length, 0);
		} finally {
			closeSync(file);
		}
	}
}

function readChunk(file: number, path: string): Buffer {
	const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
	return chunk.subarray(0, readSome(file, path, chunk));
}
