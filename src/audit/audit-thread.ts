import { parentPort, workerData } from "node:worker_threads";
import { SIGN_OF_LIFE_MS } from "./log-lock.ts";
import type { AuditThreadData, FromAuditThread, ToAuditThread } from "./protocol.ts";
import { Recorder } from "./recorder.ts";

const RETRY_MS = 250;
const RETENTION_EVERY_MS = 3_600_000;

/** The audit thread: hashes, encrypts, signs and writes, so that the front end never waits for a disk. */
function runAuditThread(data: AuditThreadData, send: (message: FromAuditThread) => void): (message: ToAuditThread) => void {
	const recorder = new Recorder(data);
	let isScheduled = false;
	const flush = (): void => {
		isScheduled = false;
		const result = recorder.flush();
		if (result.ok) {
			if (result.count > 0) send({ kind: "appended", count: result.count });
			return;
		}
		send({ kind: "failing", reason: result.reason });
		isScheduled = true;
		setTimeout(flush, RETRY_MS).unref();
	};
	const attempt = (work: () => void): void => {
		try {
			work();
		} catch (error) {
			send({ kind: "overdue", reason: (error as NodeJS.ErrnoException).code ?? "unknown" });
		}
	};
	setInterval(() => attempt(() => recorder.refresh()), SIGN_OF_LIFE_MS).unref();
	setInterval(() => attempt(() => recorder.keepCheckpoints()), data.checkpointEveryMs).unref();
	setInterval(() => attempt(() => recorder.retain()), RETENTION_EVERY_MS).unref();
	send({ kind: "ready", size: recorder.size, recovered: recorder.recovered, hasLocalSecret: data.secret === "" });
	attempt(() => recorder.retain());
	return (message) => {
		if (message.kind === "append") {
			recorder.add(message.records);
			if (isScheduled) return;
			isScheduled = true;
			setImmediate(flush);
			return;
		}
		flush();
		attempt(() => recorder.keepCheckpoints());
		recorder.close();
		send({ kind: "closed" });
		parentPort?.close();
	};
}

parentPort?.on(
	"message",
	runAuditThread(workerData as AuditThreadData, (message) => parentPort?.postMessage(message)),
);
