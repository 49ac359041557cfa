import { parentPort, workerData } from "node:worker_threads";
import { SIGN_OF_LIFE_MS } from "../core/file-lock.ts";
import { shareNameLookups } from "../core/name-lookup.ts";
import type { AuditThreadData, FromAuditThread, ToAuditThread } from "./protocol.ts";
import { Recorder } from "./recorder.ts";
import { AdminShipper } from "./sinks/admin-shipper.ts";
import { createSink } from "./sinks/create-sink.ts";
import { Shipper, type SinkState } from "./sinks/shipper.ts";
import { writeFault } from "./write-fault.ts";

const RETRY_MS = 250;
const RETENTION_EVERY_MS = 3_600_000;
/** ms after which a sink sees what a command has written to the log of what operators do. */
const ADMIN_POLL_MS = 1000;

/** The audit thread: hashes, encrypts, signs and writes, so that the front end never waits for a disk. */
class AuditThread {
	readonly #send: (message: FromAuditThread) => void;
	readonly #recorder: Recorder;
	readonly #shippers: readonly Shipper[];
	readonly #adminShippers: readonly AdminShipper[];
	#isFlushDue = false;

	constructor(data: AuditThreadData, send: (message: FromAuditThread) => void) {
		this.#send = send;
		const recorder = new Recorder(data);
		this.#recorder = recorder;
		const onState = (state: SinkState): void => send({ kind: "sink", state });
		this.#adminShippers = data.sinks.map((settings) => new AdminShipper({ settings, dir: data.dir, onState }));
		this.#shippers = data.sinks.map((settings) => {
			const { dir, size } = recorder;
			return new Shipper({ settings, sink: createSink(settings), dir, log: data.origin, size, onState });
		});
	}

	/** Says that it is ready, and does from now on what is due from time to time. */
	start(checkpointEveryMs: number): void {
		const every = (ms: number, work: () => void): void => void setInterval(() => this.#attempt(work), ms).unref();
		every(SIGN_OF_LIFE_MS, () => this.#refresh());
		if (this.#adminShippers.length > 0) every(ADMIN_POLL_MS, () => this.#shipAdmin());
		every(checkpointEveryMs, () => this.#recorder.keepCheckpoints());
		every(RETENTION_EVERY_MS, () => this.#recorder.retain());
		this.#send({ kind: "ready", recovered: this.#recorder.recovered });
		this.#attempt(() => this.#recorder.retain());
		this.#shipAdmin();
	}

	handle(message: ToAuditThread): void {
		switch (message.kind) {
			case "append":
				this.#recorder.add(message.records);
				// What comes within one turn is signed once.
				return this.#flushSoon();
			case "record":
				return void this.#record(message);
			case "close":
				return void this.#close(message.timeoutMs);
			default:
				message satisfies never;
		}
	}

	#flushSoon(): void {
		if (!this.#isFlushDue) setImmediate(() => this.#flush());
		this.#isFlushDue = true;
	}

	#flush(): void {
		this.#isFlushDue = false;
		const result = this.#recorder.flush();
		if (result.ok) {
			if (result.count > 0) this.#send({ kind: "appended", count: result.count });
			for (const shipper of this.#shippers) shipper.grow(this.#recorder.size);
			if (this.#recorder.waiting > 0) this.#flushSoon();
			return;
		}
		this.#send({ kind: "failing", reason: result.reason });
		this.#isFlushDue = true;
		setTimeout(() => this.#flush(), RETRY_MS).unref();
	}

	async #record({ id, done }: ToAuditThread & { kind: "record" }): Promise<void> {
		try {
			await this.#recorder.recordWork(done);
			this.#send({ kind: "recorded", id });
		} catch (error) {
			this.#send({ kind: "recorded", id, fault: (error as Error).message });
		}
	}

	async #close(timeoutMs: number): Promise<void> {
		let waiting: number;
		do {
			({ waiting } = this.#recorder);
			this.#flush();
		} while (this.#recorder.waiting > 0 && this.#recorder.waiting < waiting);
		await Promise.all([...this.#shippers, ...this.#adminShippers].map((shipper) => shipper.close(timeoutMs)));
		this.#attempt(() => this.#recorder.keepCheckpoints());
		this.#recorder.close();
		this.#send({ kind: "closed" });
		parentPort?.close();
	}

	#refresh(): void {
		this.#recorder.refresh();
		for (const shipper of this.#adminShippers) shipper.refresh();
	}

	#shipAdmin(): void {
		for (const shipper of this.#adminShippers) this.#attempt(() => shipper.poll());
	}

	/** Work that may fail for now: it is said, and done again at its next time. */
	#attempt(work: () => void): void {
		try {
			work();
		} catch (error) {
			this.#send({ kind: "overdue", reason: writeFault(error) });
		}
	}
}

shareNameLookups();
const data = workerData as AuditThreadData;
const thread = new AuditThread(data, (message) => parentPort?.postMessage(message));
parentPort?.on("message", (message: ToAuditThread) => thread.handle(message));
thread.start(data.checkpointEveryMs);
