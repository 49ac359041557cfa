import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../../core/error-code.ts";
import { replaceFile } from "../../core/files.ts";
import { LogTail } from "./log-tail.ts";
import type { Sink, SinkSettings } from "./sink.ts";

const MAX_BATCH = 500;
/** ms that records gather before a batch goes. */
const GATHER_MS = 200;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;
/** Records that the log should have cannot be found in its folder. */
const MISSING = "records missing";

/** How a sink stands. */
export interface SinkState {
	readonly name: string;
	/** The log that is sent. */
	readonly log: string;
	/** Why the last attempt failed; undefined: it did not. */
	readonly fault: string | undefined;
	/** Records that the sink does not have yet. */
	readonly behind: number;
	/** New work must be refused. */
	readonly isBlocking: boolean;
	/** Records that were skipped since the start, because too many waited or retention had removed them. */
	readonly skipped: number;
}

/**
 * Sends the records of one log to one sink, in order, at least once. The log itself is the spool: what is kept beside it is
 * how far the sink has come, so an outage costs no memory and a restart goes on where it was.
 */
export class Shipper {
	readonly #settings: SinkSettings;
	readonly #sink: Sink;
	readonly #log: string;
	readonly #cursor: string;
	readonly #tail: LogTail;
	readonly #onState: (state: SinkState) => void;
	#end: number;
	#sent: number;
	#skipped = 0;
	#fault: string | undefined;
	#retryMs = RETRY_MIN_MS;
	#timer: NodeJS.Timeout | undefined;
	#sending: Promise<void> | undefined;
	#isClosed = false;

	/** A sink that is new begins with the records to come: `size`. Throws when that cannot be written down. */
	constructor(options: {
		readonly settings: SinkSettings;
		readonly sink: Sink;
		/** Folder of the log. */
		readonly dir: string;
		readonly log: string;
		readonly size: number;
		readonly onState: (state: SinkState) => void;
	}) {
		this.#settings = options.settings;
		this.#sink = options.sink;
		this.#log = options.log;
		this.#onState = options.onState;
		this.#cursor = join(options.dir, `${options.settings.name}.cursor`);
		this.#end = options.size;
		const cursor = cursorIn(this.#cursor, options.size);
		this.#sent = cursor ?? options.size;
		// From now on: a restart before the first delivery must not begin anew.
		if (cursor === undefined) replaceFile(this.#cursor, String(this.#sent));
		this.#tail = new LogTail(options.dir, this.#sent);
		this.#schedule(0);
	}

	get state(): SinkState {
		const { name, on_failure, max_behind_records } = this.#settings;
		const behind = this.#end - this.#sent;
		return {
			name,
			log: this.#log,
			fault: this.#fault,
			behind,
			isBlocking: on_failure === "closed" && behind > max_behind_records,
			skipped: this.#skipped,
		};
	}

	/** The log has grown to `size` records; or another one lies in its place, of which nothing was sent. */
	grow(size: number): void {
		const before = this.state;
		if (size < this.#sent && this.#sending === undefined) this.#sent = 0;
		this.#end = size;
		this.#skipOldest();
		if (before.isBlocking !== this.state.isBlocking) this.#onState(this.state);
		this.#schedule(GATHER_MS);
	}

	/** Sends what is left, at most until `timeoutMs` passed or an attempt failed. */
	async close(timeoutMs: number): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		const last = (async () => {
			await this.#sending;
			while (this.#sent < this.#end && this.#fault === undefined) await this.#send();
		})();
		await Promise.race([last, new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
	}

	#schedule(ms: number): void {
		if (this.#isClosed || this.#timer !== undefined || this.#sending !== undefined || this.#sent >= this.#end) return;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			this.#sending = this.#send().finally(() => {
				this.#sending = undefined;
				this.#schedule(this.#fault === undefined ? 0 : this.#retryMs);
			});
		}, ms).unref();
	}

	async #send(): Promise<void> {
		const before = this.state;
		try {
			if (this.#tail.next !== this.#sent) this.#tail.seek(this.#sent);
			const records = this.#tail.read(this.#end, MAX_BATCH);
			const [first, last] = [records[0]?.record, records.at(-1)?.record];
			// A fault, so that it is tried again later and not at once.
			if (first === undefined || last === undefined) throw new Error(MISSING);
			this.#skipped += Math.max(0, first.seq - this.#sent);
			await this.#sink.deliver(
				records.map(({ record, digest }) => ({ ...record, log: this.#log, id: `${this.#log}/${record.seq}/${digest}` })),
			);
			this.#sent = Math.max(this.#sent, last.seq + 1);
			replaceFile(this.#cursor, String(this.#sent));
			this.#fault = undefined;
			this.#retryMs = RETRY_MIN_MS;
		} catch (error) {
			this.#fault = reasonOf(error);
			this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
		}
		const { fault, isBlocking, skipped } = this.state;
		if (before.fault !== fault || before.isBlocking !== isBlocking || before.skipped !== skipped) this.#onState(this.state);
	}

	#skipOldest(): void {
		const { on_failure, max_behind_records } = this.#settings;
		const excess = this.#end - this.#sent - max_behind_records;
		if (on_failure !== "buffer" || excess <= 0 || this.#sending !== undefined) return;
		this.#skipped += excess;
		this.#sent += excess;
	}
}

/**
 * Undefined: the sink is new. From the beginning where that is damaged, or of a longer log that lay here before: what was sent is
 * known by its `id`, and what was not would be missing.
 */
function cursorIn(path: string, size: number): number | undefined {
	try {
		const text = readFileSync(path, "utf8");
		return /^\d{1,15}$/.test(text) && Number(text) <= size ? Number(text) : 0;
	} catch (error) {
		return errorCode(error) === "ENOENT" ? undefined : 0;
	}
}

/** Without addresses or credentials, which may stand in messages. */
function reasonOf(error: unknown): string {
	const { code, cause, message } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
	return code ?? cause?.code ?? (/^(?:HTTP \d{3}|timeout|connection lost|records missing)$/.test(message) ? message : "failed");
}
