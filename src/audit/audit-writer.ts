import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { SettingError } from "../core/setting-error.ts";
import type { AuditRecord } from "./audit-record.ts";
import type { ConfigurationRecord } from "./configuration-record.ts";
import type { ConsentRecord } from "./consent-record.ts";
import type { AuditThreadData, FromAuditThread, OperatorWork, ToAuditThread } from "./protocol.ts";
import type { SinkState } from "./sinks/shipper.ts";

export interface AuditWriter {
	/** Queues a record; never blocks, never throws. */
	record(record: AuditRecord): void;
	/** Records changes of consents; resolves when they are on disk, and rejects when they cannot be. `by`: who made them. */
	recordConsents(changes: readonly ConsentRecord[], by: string): Promise<void>;
	/** Records what became of a new configuration; likewise. */
	recordConfiguration(record: ConfigurationRecord): Promise<void>;
	/** False: new work must be refused, because it could not be recorded. */
	readonly isAccepting: boolean;
	readonly stats: { readonly written: number; readonly unwritten: number; readonly isFailing: boolean };
	/** Resolves when everything is on disk and sinks had half of `timeoutMs` for theirs; where the disk takes longer than that and 4 s, what is lost is told. */
	close(timeoutMs: number): Promise<void>;
}

export interface AuditWriterOptions extends AuditThreadData {
	/** What a disk that cannot be written does: `closed` refuses new work at once, `buffer` when the buffer is full. */
	readonly onFailure: "closed" | "buffer";
	/** Records not yet on disk; beyond them new work is refused whatever `onFailure` says. */
	readonly maxUnwritten: number;
	readonly onEvent: (event: AuditEvent) => void;
}

export type AuditEvent =
	| { readonly kind: "failing" | "died" | "overdue"; readonly reason: string }
	/** lost: the disk took no more before the end. */
	| { readonly kind: "recovered" | "lost"; readonly records: number }
	| { readonly kind: "working" }
	| ({ readonly kind: "sink working" | "sink failing" } & SinkState);

/** ms that a record waits for others: what is sent at once is signed and written at once, which costs as much as a hundred records. */
const GATHER_MS = 10;
const RESTART_MS = 500;
/** ms that a disk has for the last records. */
const LAST_WRITE_MS = 4000;
/** ms that its thread has to end then: one in a call of the system that does not return never does. */
const END_MS = 1000;
const THREAD_ENDED = "the audit thread has ended";
const HOW_TO_GO_ON =
	"Correct it, or give audit.dir another folder: what stands in a damaged log is still read by 'audit verify' and 'audit query'.";

/** Starts the audit thread. Rejects when the log cannot be opened. */
export async function createAuditWriter(options: AuditWriterOptions): Promise<AuditWriter> {
	const writer = new Writer(options);
	try {
		await writer.start();
	} catch (error) {
		await writer.close(0);
		throw error;
	}
	return writer;
}

class Writer implements AuditWriter {
	readonly #options: AuditWriterOptions;
	#worker: Worker | undefined;
	/** Not acknowledged, oldest first: a new thread gets them again when the old one died. */
	#unwritten: AuditRecord[] = [];
	/** Of these the first ones were sent. */
	#sent = 0;
	#written = 0;
	/** Refusals that found no place. */
	#dropped = 0;
	#isFailing = false;
	/** As each sink last said it stands, by log and name. */
	readonly #sinks = new Map<string, SinkState>();
	/** What operators do and is being recorded, by its number: what to do with the fault. */
	readonly #work = new Map<number, (fault: string | undefined) => void>();
	#lastId = 0;
	#hasStarted = false;
	#isScheduled = false;
	#isClosing = false;
	#onClosed: (() => void) | undefined;

	constructor(options: AuditWriterOptions) {
		this.#options = options;
	}

	get isAccepting(): boolean {
		const isFull = this.#unwritten.length >= this.#options.maxUnwritten;
		const isBlocked = [...this.#sinks.values()].some(({ isBlocking }) => isBlocking);
		return !isFull && !isBlocked && !(this.#isFailing && this.#options.onFailure === "closed");
	}

	get stats(): { written: number; unwritten: number; isFailing: boolean } {
		return { written: this.#written, unwritten: this.#unwritten.length, isFailing: this.#isFailing };
	}

	start(): Promise<void> {
		const isSource = import.meta.url.endsWith(".ts");
		const { onEvent: _onEvent, onFailure: _onFailure, maxUnwritten: _maxUnwritten, ...data } = this.#options;
		const entry = new URL(isSource ? "./audit-thread.ts" : "./audit-thread.js", import.meta.url);
		const worker = isSource
			? new Worker(`require("tsx/cjs/api").register(); require(${JSON.stringify(fileURLToPath(entry))})`, { eval: true, workerData: data })
			: new Worker(entry, { workerData: data });
		this.#worker = worker;
		return new Promise((resolve, reject) => {
			let failure = "ended";
			worker.on("message", (message: FromAuditThread) => {
				if (message.kind === "ready") resolve();
				this.#onMessage(message);
			});
			worker.once("error", (error) => {
				failure = error.message;
			});
			worker.once("exit", () => {
				reject(new SettingError("audit.dir", `a log in ${this.#options.dir} cannot be opened: ${failure}`, HOW_TO_GO_ON));
				this.#onExit(failure);
			});
		});
	}

	record(record: AuditRecord): void {
		// Sessions that were admitted before are few beside the bound, so theirs are kept; of refusals there is no end.
		if (record.type === "refusal" && this.#unwritten.length >= this.#options.maxUnwritten) {
			this.#dropped += record.count;
			return;
		}
		this.#unwritten.push(record);
		if (this.#isScheduled) return;
		this.#isScheduled = true;
		setTimeout(() => {
			this.#isScheduled = false;
			this.#send();
		}, GATHER_MS);
	}

	recordConsents(changes: readonly ConsentRecord[], by: string): Promise<void> {
		return this.#recordWork({ of: "consents", changes, by });
	}

	recordConfiguration(record: ConfigurationRecord): Promise<void> {
		return this.#recordWork({ of: "configuration", ...record });
	}

	#recordWork(done: OperatorWork): Promise<void> {
		const id = ++this.#lastId;
		return new Promise((resolve, reject) => {
			const settle = (fault: string | undefined): void => (fault === undefined ? resolve() : reject(new Error(fault)));
			if (this.#worker === undefined || this.#isClosing) return settle(THREAD_ENDED);
			this.#work.set(id, settle);
			this.#worker.postMessage({ kind: "record", id, done } satisfies ToAuditThread);
		});
	}

	async close(timeoutMs: number): Promise<void> {
		this.#send();
		this.#isClosing = true;
		const worker = this.#worker;
		if (worker === undefined) return;
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, timeoutMs + LAST_WRITE_MS);
			this.#onClosed = () => {
				clearTimeout(timer);
				resolve();
			};
			worker.postMessage({ kind: "close", timeoutMs: timeoutMs / 2 } satisfies ToAuditThread);
		});
		if (this.#unwritten.length > 0) this.#options.onEvent({ kind: "lost", records: this.#unwritten.length });
		await Promise.race([worker.terminate(), sleep(END_MS, undefined, { ref: false })]);
	}

	#send(): void {
		const records = this.#unwritten.slice(this.#sent);
		if (records.length === 0 || this.#worker === undefined) return;
		this.#sent = this.#unwritten.length;
		this.#worker.postMessage({ kind: "append", records } satisfies ToAuditThread);
	}

	#onMessage(message: FromAuditThread): void {
		switch (message.kind) {
			case "ready":
				this.#hasStarted = true;
				if (message.recovered > 0) this.#options.onEvent({ kind: "recovered", records: message.recovered });
				return this.#send();
			case "appended":
				this.#unwritten.splice(0, message.count);
				this.#sent -= message.count;
				this.#written += message.count;
				if (this.#isFailing) this.#options.onEvent({ kind: "working" });
				this.#isFailing = false;
				this.#recordDropped();
				return;
			case "failing":
				if (!this.#isFailing) this.#options.onEvent({ kind: "failing", reason: message.reason });
				this.#isFailing = true;
				return;
			case "overdue":
				return this.#options.onEvent(message);
			case "recorded":
				this.#work.get(message.id)?.(message.fault);
				this.#work.delete(message.id);
				return;
			case "sink":
				return this.#onSink(message.state);
			case "closed":
				return this.#onClosed?.();
			default:
				message satisfies never;
		}
	}

	#onSink(state: SinkState): void {
		this.#sinks.set(`${state.log} ${state.name}`, state);
		this.#options.onEvent({ kind: state.fault === undefined ? "sink working" : "sink failing", ...state });
	}

	#recordDropped(): void {
		if (this.#dropped === 0) return;
		this.record({ type: "dropped", time: new Date().toISOString(), refusals: this.#dropped });
		this.#dropped = 0;
	}

	#onExit(reason: string): void {
		this.#worker = undefined;
		this.#onClosed?.();
		for (const settle of this.#work.values()) settle(THREAD_ENDED);
		this.#work.clear();
		// Who wanted it started is told why it did not.
		if (this.#isClosing || !this.#hasStarted) return;
		this.#isFailing = true;
		this.#sent = 0;
		this.#options.onEvent({ kind: "died", reason });
		setTimeout(() => {
			if (!this.#isClosing) this.start().catch(() => undefined);
		}, RESTART_MS).unref();
	}
}
