import { write, writeSync } from "node:fs";

/** Bytes of lines that wait for whoever takes them; further ones are lost, and counted. */
const MAX_WAITING_BYTES = 1 << 20;
/** Bytes that a pipe takes whole or not at all, so that processes with one log do not tear each other's lines (POSIX `PIPE_BUF`). */
const PIECE_BYTES = 4096;
/** ms that lines wait for others behind a write: a write takes the front end longer than all else that a line costs it. */
const GATHER_MS = 10;
/** ms until what failed is tried again. */
const RETRY_MS = 500;
/** ms that a write takes at most which comes back at all. */
const STALLED_MS = 1000;

/**
 * The lines of a log on their way to a file descriptor, which never hold up or end the process: not where the disk is full, nor
 * where nobody reads any more. What waits at the end of the process is written then.
 */
export class LogOutput {
	readonly #fd: number;
	readonly #lostLine: (lost: number) => string;
	readonly #lines: Buffer[] = [];
	#bytes = 0;
	#lost = 0;
	/** When the write under way began. */
	#since: number | undefined;
	/** The next write is due then. */
	#due: NodeJS.Timeout | undefined;

	/** `lostLine`: what the log says of that many lost lines, once lines get through again. */
	constructor(fd: number, lostLine: (lost: number) => string) {
		this.#fd = fd;
		this.#lostLine = lostLine;
		process.once("exit", () => this.#finish());
	}

	write(line: string): void {
		if (this.#bytes >= MAX_WAITING_BYTES) this.#lost++;
		else this.#add(line);
		if (this.#due === undefined) this.#next();
	}

	#add(line: string): void {
		const bytes = Buffer.from(line);
		this.#lines.push(bytes);
		this.#bytes += bytes.length;
	}

	#next(): void {
		if (this.#since !== undefined || this.#lines.length === 0) return;
		const piece = this.#takePiece();
		this.#since = performance.now();
		write(this.#fd, piece, 0, piece.length, null, (error, written) => {
			this.#since = undefined;
			this.#putBack(piece.subarray(error === null ? written : 0));
			if (error === null) this.#goOn();
			else this.#nextIn(RETRY_MS);
		});
	}

	#goOn(): void {
		if (this.#lost > 0) this.#add(this.#lostLine(this.#lost));
		this.#lost = 0;
		if (this.#bytes < PIECE_BYTES) this.#nextIn(GATHER_MS);
		else this.#next();
	}

	#nextIn(ms: number): void {
		this.#due = setTimeout(() => {
			this.#due = undefined;
			this.#next();
		}, ms).unref();
	}

	#takePiece(): Buffer {
		let [count, bytes] = [0, 0];
		for (const { length } of this.#lines) {
			if (count > 0 && bytes + length > PIECE_BYTES) break;
			count++;
			bytes += length;
		}
		this.#bytes -= bytes;
		return Buffer.concat(this.#lines.splice(0, count));
	}

	#putBack(rest: Buffer): void {
		if (rest.length === 0) return;
		this.#lines.unshift(rest);
		this.#bytes += rest.length;
	}

	#finish(): void {
		if (this.#since !== undefined && performance.now() - this.#since > STALLED_MS) return;
		try {
			while (this.#lines.length > 0) {
				const piece = this.#takePiece();
				this.#putBack(piece.subarray(writeSync(this.#fd, piece)));
			}
		} catch {
			// The log is lost, and the process ends as it would.
		}
	}
}
