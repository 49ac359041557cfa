import { existsSync } from "node:fs";
import { join } from "node:path";
import { seal } from "../core/seal.ts";
import { DAY_MS } from "../core/units.ts";
import { retainAdminActions } from "./admin-log.ts";
import { type AuditKeys, auditKeys } from "./audit-keys.ts";
import { type AuditLog, PUBLIC_KEY } from "./audit-log.ts";
import type { AuditRecord, ContentRecord } from "./audit-record.ts";
import { recordConfiguration } from "./configuration-record.ts";
import { recordConsents } from "./consent-record.ts";
import { openLog } from "./open-log.ts";
import type { AuditThreadData, OperatorWork } from "./protocol.ts";
import { RetentionClock } from "./retention-clock.ts";
import { provenTime } from "./segment-ages.ts";
import { SubjectKeys } from "./subject-keys.ts";
import { writeFault } from "./write-fault.ts";

/** Content has a log of its own, because it is kept for a shorter time. */
export const CONTENT_SUFFIX = ".content";

const DOUBT = "Nothing is deleted by it until it has stayed so for a day: set it right if it is wrong";

/**
 * Records that are written at once. Each may need a new key on disk, a few ms: what waits longer for its acknowledgement looks
 * like a disk that fails, and the thread must say in between that it lives.
 */
const MAX_BATCH = 500;

export type FlushResult =
	/** `count` records more are on disk. */
	{ readonly ok: true; readonly count: number } | { readonly ok: false; readonly reason: string };

/** Writes records: names subjects by their pseudonyms, encrypts content, and puts each into its log. Blocking file access. */
export class Recorder {
	readonly #data: AuditThreadData;
	readonly #keys: AuditKeys;
	readonly #subjects: SubjectKeys;
	readonly #main: AuditLog;
	#content: AuditLog | undefined;
	readonly #waiting: AuditRecord[] = [];
	/** As they are to stand in the logs, and do not yet. */
	#written: { readonly main: object[]; readonly content: object[] } = { main: [], content: [] };
	#unacknowledged = 0;
	readonly #clock: RetentionClock;
	readonly #keptSizes = new Map<AuditLog, number>();

	/** Throws when a log cannot be opened. */
	constructor(data: AuditThreadData) {
		this.#data = data;
		this.#keys = auditKeys(data.dir, data);
		this.#subjects = new SubjectKeys(data.dir, this.#keys);
		this.#main = this.#open(data.origin);
		this.#clock = new RetentionClock(provenTime(this.dir, Date.now()));
		// Also where content is no longer recorded: it must still go when its time is over.
		if (existsSync(join(data.dir, data.origin + CONTENT_SUFFIX, PUBLIC_KEY))) this.#content = this.#open(data.origin + CONTENT_SUFFIX);
	}

	get size(): number {
		return this.#main.size;
	}

	/** Folder of the main log. */
	get dir(): string {
		return join(this.#data.dir, this.#data.origin);
	}

	get recovered(): number {
		return this.#main.recovered;
	}

	add(records: readonly AuditRecord[]): void {
		for (const record of records) this.#waiting.push(record);
	}

	/** Records that wait. */
	get waiting(): number {
		return this.#waiting.length;
	}

	/** Tries to write the next that wait, in one batch; what fails waits on. */
	flush(): FlushResult {
		try {
			this.#subjects.refresh();
			while (this.#waiting.length > 0 && this.#unacknowledged < MAX_BATCH) {
				const record = this.#waiting[0] as AuditRecord;
				if (record.type === "content") this.#written.content.push(this.#sealed(record));
				else this.#written.main.push(this.#named(record));
				this.#waiting.shift();
				this.#unacknowledged++;
			}
			if (this.#written.content.length > 0) this.#content ??= this.#open(this.#data.origin + CONTENT_SUFFIX);
		} catch (error) {
			return { ok: false, reason: writeFault(error) };
		}
		for (const kind of ["content", "main"] as const) {
			const log = kind === "main" ? this.#main : this.#content;
			if (log === undefined || this.#written[kind].length === 0) continue;
			const result = log.append(this.#written[kind]);
			if (!result.ok) return result;
			this.#written = { ...this.#written, [kind]: [] };
		}
		const count = this.#unacknowledged;
		this.#unacknowledged = 0;
		return { ok: true, count };
	}

	/** Records at once, in the log of what operators do. Rejects when it cannot be written. */
	async recordWork(done: OperatorWork): Promise<void> {
		const { dir } = this.#data;
		if (done.of === "configuration") return recordConfiguration(dir, this.#keys, done);
		this.#subjects.refresh();
		await recordConsents(dir, this.#keys, this.#subjects, done.changes, done.by);
	}

	/** Keeps the newest checkpoints for good. Throws when they cannot be written. */
	keepCheckpoints(): void {
		for (const log of this.#logs()) {
			if (log.size === this.#keptSizes.get(log)) continue;
			log.keepCheckpoint();
			this.#keptSizes.set(log, log.size);
		}
	}

	/**
	 * Removes what is older than its class may be, and the keys of subjects without records. `wall`: what the system's clock
	 * shows. Throws when that is doubted from now on, and by what.
	 */
	retain(wall = Date.now()): void {
		const { dir, retentionMs, contentRetentionMs, adminRetentionMs } = this.#data;
		const { now, leapMs } = this.#clock.read(wall);
		const before = (ms: number): string => new Date(now - ms).toISOString();
		this.#main.removeBefore(before(retentionMs));
		this.#content?.removeBefore(before(contentRetentionMs));
		retainAdminActions(dir, this.#keys, before(adminRetentionMs));
		// Days more than the records: a segment goes when its last record may, and a key's use is noted once a day.
		this.#subjects.expire(now - Math.max(retentionMs, contentRetentionMs) - 3 * DAY_MS);
		if (leapMs > 0) throw new Error(`the system's clock is ${Math.floor(leapMs / DAY_MS)} days ahead of the audit log. ${DOUBT}`);
	}

	refresh(): void {
		for (const log of this.#logs()) log.refresh();
	}

	close(): void {
		for (const log of this.#logs()) log.close();
	}

	#open(origin: string): AuditLog {
		return openLog(this.#data.dir, origin, this.#keys.signingSeed, this.#data.maxSegmentBytes);
	}

	#logs(): AuditLog[] {
		return this.#content === undefined ? [this.#main] : [this.#main, this.#content];
	}

	#named(record: Exclude<AuditRecord, ContentRecord>): object {
		switch (record.type) {
			case "interaction":
				return { ...record, subject: this.#subjects.obtain(record.subject).pseudonym };
			case "refusal":
				return { ...record, subject: record.subject === "" ? "" : this.#subjects.pseudonymOf(record.subject) };
			case "suspension":
				return { ...record, subject: this.#subjects.pseudonymOf(String(record["subject"])) };
			default:
				return record;
		}
	}

	#sealed({ prompt, answer, subject: id, ...record }: ContentRecord): object {
		const subject = this.#subjects.obtain(id);
		return { sealed: seal(subject.key, JSON.stringify({ prompt, answer }), record.requestId), ...record, subject: subject.pseudonym };
	}
}
