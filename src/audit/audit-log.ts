import {
	closeSync,
	existsSync,
	fdatasyncSync,
	fstatSync,
	ftruncateSync,
	openSync,
	readdirSync,
	rmSync,
	type Stats,
	statSync,
} from "node:fs";
import { join } from "node:path";
import { type LockOwner, refreshLock, releaseLock, takeLock } from "../core/file-lock.ts";
import { appendLine, createFile, readText, replaceFile, syncFolder, writeAll } from "../core/files.ts";
import { makeFolder } from "../core/make-folder.ts";
import type { Signer } from "./checkpoint.ts";
import { HEAD, readLogEnd } from "./log-end.ts";
import { advance, headOf, type LogPosition, START, segmentName, segmentsOf } from "./segment.ts";
import { countBefore } from "./segment-ages.ts";
import { writeFault } from "./write-fault.ts";

export interface AuditLogOptions {
	/** Directory of this one log; made when missing. */
	readonly dir: string;
	readonly origin: string;
	readonly signer: Signer;
	/** A segment is closed when it has grown to this many bytes. */
	readonly maxSegmentBytes: number;
	/** And when it is this old, ms: what is removed by age are whole segments. Default: never. */
	readonly maxSegmentAgeMs?: number;
}

export type AppendResult =
	/** The records are on disk, chained and covered by a signed checkpoint. */
	| { readonly ok: true; readonly size: number }
	/** Nothing was appended; the same records may be tried again. */
	| { readonly ok: false; readonly reason: string };

/** Checkpoints that were kept, one JSON string a line. */
export const CHECKPOINTS = "checkpoints.jsonl";
/** Verifier keys, one a line, the present one first: the secret may have changed. */
export const PUBLIC_KEY = "log.pub";

const RESTORE = "put back what was there, or start again with another audit.log_name or audit.dir";

/** Held by the process that writes the log: two would break the chain. */
export const LOCK = "lock";

/**
 * An append-only log: segments of JSON lines, each record chained to the one before and a leaf of one Merkle tree
 * (RFC 6962), whose root is signed with every append. Blocking file access: it runs in a thread of its own.
 */
export class AuditLog {
	readonly #options: AuditLogOptions;
	#position: LogPosition = START;
	/** Path of the open segment, and which file that was when it was opened. */
	#segment = "";
	#identity = "";
	#file = -1;
	/** Bytes of the open segment that are acknowledged. */
	#length = 0;
	/** When the first record of the open segment was written, ms; 0 when it has none. */
	#began = 0;
	/** Complete records found at the start that no checkpoint covered: a crash came between the two writes. */
	readonly recovered: number;
	/** The log was signed with another key before. */
	readonly isNewKey: boolean;

	get #lock(): string {
		return join(this.#options.dir, LOCK);
	}

	/** Opens or makes the log; throws when another process has it. A record that a crash cut short is removed: it was never acknowledged. */
	constructor(options: AuditLogOptions) {
		this.#options = options;
		makeFolder(options.dir, 0o700);
		const owner = takeLock(this.#lock);
		if (owner !== undefined) throw new Error(heldBy(owner, options.dir));
		try {
			this.isNewKey = addVerifierKey(options.dir, options.signer.verifierKey);
			this.recovered = this.#open();
		} catch (error) {
			this.close();
			throw error;
		}
	}

	/** Records in the log, removed ones included. */
	get size(): number {
		return this.#position.range.size;
	}

	/** Appends records as one batch, with `seq` and `prev` in front. */
	append(records: readonly object[]): AppendResult {
		const before = this.#position;
		try {
			this.#hold();
			if (this.#length > this.#options.maxSegmentBytes || this.#isOld()) this.#openSegment();
			if (this.#began === 0) this.#began = Date.now();
			let text = "";
			for (const record of records) {
				const line = JSON.stringify({ seq: this.size, prev: this.#position.prev, ...record });
				this.#position = advance(this.#position, Buffer.from(line));
				text += `${line}\n`;
			}
			const written = this.#write(text);
			this.#sign();
			// Only now: records whose checkpoint could not be written are taken back.
			this.#length += written;
			return { ok: true, size: this.size };
		} catch (error) {
			this.#position = before;
			this.#undo();
			return { ok: false, reason: writeFault(error) };
		}
	}

	/** Keeps the newest checkpoint for good, so that it can be handed out and compared later. */
	keepCheckpoint(): string {
		const note = readText(join(this.#options.dir, HEAD));
		appendLine(join(this.#options.dir, CHECKPOINTS), JSON.stringify(note));
		return note;
	}

	/**
	 * Removes the oldest segments whose every record is from before `time` (ISO 8601), and the checkpoints of their sizes. A
	 * record says so first, so that verification knows. How many records went.
	 */
	removeBefore(time: string): number {
		const { dir } = this.#options;
		const now = new Date().toISOString();
		const count = countBefore(dir, time, now);
		// Nothing was written since: the record about it begins a segment of its own.
		if (count === segmentsOf(readdirSync(dir)).length && this.#began > 0) this.#openSegment();
		const segments = segmentsOf(readdirSync(dir));
		const [first, next] = [segments[0]?.first ?? 0, segments[Math.min(count, segments.length - 1)]?.first ?? 0];
		if (next <= first) return 0;
		const said = this.append([{ type: "retention", time: now, removedFrom: first, removedBefore: next }]);
		if (!said.ok) return 0;
		for (const { name } of segments.slice(0, count)) rmSync(join(dir, name));
		dropCheckpoints(join(dir, CHECKPOINTS), next);
		return next - first;
	}

	/** Keeps the log for this process; to be called every `SIGN_OF_LIFE_MS`. */
	refresh(): void {
		refreshLock(this.#lock);
	}

	close(): void {
		if (this.#file >= 0) closeSync(this.#file);
		releaseLock(this.#lock);
	}

	/** Goes to the end of the log; how many records there no checkpoint covered. */
	#open(): number {
		const { dir } = this.#options;
		removeUnfinished(dir);
		const { segment, position, bytes, began, signed } = readLogEnd(dir);
		if (segment === undefined) this.#openSegment();
		else {
			this.#position = position;
			this.#length = bytes;
			this.#began = began;
			this.#use(join(dir, segment));
			ftruncateSync(this.#file, bytes);
		}
		if (signed < this.size) this.#sign();
		return this.size - signed;
	}

	#openSegment(): void {
		const path = join(this.#options.dir, segmentName(this.size));
		const head = `${JSON.stringify({ segment: headOf(this.#position) })}\n`;
		// Whole: a segment without its head would be one that somebody has emptied. It may be there from an attempt that failed later.
		if (!createFile(path, head) && readText(path) !== head) throw new Error(`${path} exists already.`);
		syncFolder(this.#options.dir);
		this.#use(path);
		this.#length = Buffer.byteLength(head);
		this.#began = 0;
		if (this.size === 0) this.#sign();
	}

	/** Throws where the open segment is not what lies under its name: a file that was removed takes records that nobody will read. */
	#hold(): void {
		const found = statSync(this.#segment);
		if (found.size < this.#length) throw new Error(`${this.#segment} was cut short: ${RESTORE}`);
		if (identityOf(found) === this.#identity) return;
		const { position } = readLogEnd(this.#options.dir);
		if (position.prev !== this.#position.prev) throw new Error(`${this.#segment} was replaced by another: ${RESTORE}`);
		// The same records, put back from a copy.
		this.#use(this.#segment);
	}

	#use(segment: string): void {
		const file = openSync(segment, "r+");
		if (this.#file >= 0) closeSync(this.#file);
		this.#file = file;
		this.#segment = segment;
		this.#identity = identityOf(fstatSync(file));
	}

	#isOld(): boolean {
		// Either way: a clock that was set begins another segment.
		return this.#began > 0 && Math.abs(Date.now() - this.#began) > (this.#options.maxSegmentAgeMs ?? Number.POSITIVE_INFINITY);
	}

	/** How many bytes were written behind what stands there for good. */
	#write(text: string): number {
		const bytes = Buffer.from(text);
		writeAll(this.#file, this.#segment, bytes, this.#length);
		fdatasyncSync(this.#file);
		return bytes.length;
	}

	#sign(): void {
		const { origin, signer, dir } = this.#options;
		replaceFile(join(dir, HEAD), signer.sign({ origin, size: this.size, root: this.#position.range.root() }));
	}

	/** Removes what a failed append left behind. Where even that fails, the next append writes over it. */
	#undo(): void {
		try {
			ftruncateSync(this.#file, this.#length);
		} catch {}
	}
}

/** Tells a file from another of its name. */
function identityOf({ dev, ino }: Stats): string {
	return `${dev} ${ino}`;
}

/** What processes that were killed had begun to write. Not locks: another process may just be asking for this one. */
function removeUnfinished(dir: string): void {
	for (const name of readdirSync(dir)) if (name.endsWith(".tmp") && !name.startsWith(LOCK)) rmSync(join(dir, name), { force: true });
}

/** Why a log cannot be opened that another process has. */
export function heldBy({ pid, host }: LockOwner, dir: string): string {
	return `${dir} is written by process ${pid} on ${host}. Give every process a folder or a log of its own (audit.dir, audit.log_name).`;
}

/** True when other keys are there and this one is new. */
function addVerifierKey(dir: string, key: string): boolean {
	const known = verifierKeysIn(dir);
	replaceFile(join(dir, PUBLIC_KEY), `${[key, ...known.filter((other) => other !== key)].join("\n")}\n`);
	return known.length > 0 && !known.includes(key);
}

/** The keys beside a log; none where `log.pub` is missing. */
export function verifierKeysIn(dir: string): string[] {
	const path = join(dir, PUBLIC_KEY);
	return existsSync(path) ? verifierKeysOf(readText(path)) : [];
}

/** The keys of a `log.pub`. */
export function verifierKeysOf(content: string): string[] {
	return content.split("\n").filter((line) => line !== "");
}

function dropCheckpoints(path: string, before: number): void {
	if (!existsSync(path)) return;
	const lines = readText(path).split("\n").slice(0, -1);
	const kept = lines.filter((line) => Number((JSON.parse(line) as string).split("\n")[1]) >= before);
	replaceFile(path, kept.map((line) => `${line}\n`).join(""));
}
