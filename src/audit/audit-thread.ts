import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { deriveAuditKeys, localSecret } from "./audit-keys.ts";
import { AuditLog } from "./audit-log.ts";
import type { AuditRecord } from "./audit-record.ts";
import { createSigner } from "./checkpoint.ts";
import { SIGN_OF_LIFE_MS } from "./log-lock.ts";
import type { AuditThreadData, FromAuditThread, ToAuditThread } from "./protocol.ts";

const RETRY_MS = 250;

/** The audit thread: hashes, signs and writes, so that the front end never waits for a disk. */
function runAuditThread(data: AuditThreadData, send: (message: FromAuditThread) => void): (message: ToAuditThread) => void {
	const keys = deriveAuditKeys(data.secret === "" ? localSecret(data.dir) : data.secret);
	const log = new AuditLog({
		dir: join(data.dir, data.origin),
		origin: data.origin,
		signer: createSigner(data.origin, keys.signingSeed),
		maxSegmentBytes: data.maxSegmentBytes,
	});
	let pending: object[] = [];
	let isScheduled = false;
	let keptSize = -1;
	const written = (record: AuditRecord): object =>
		"subject" in record ? { ...record, subject: keys.pseudonym(String(record.subject)) } : record;
	const flush = (): boolean => {
		isScheduled = false;
		if (pending.length === 0) return true;
		const result = log.append(pending);
		if (result.ok) {
			send({ kind: "appended", count: pending.length });
			pending = [];
		} else {
			send({ kind: "failing", reason: result.reason });
			isScheduled = true;
			setTimeout(flush, RETRY_MS).unref();
		}
		return result.ok;
	};
	const keepCheckpoint = (): void => {
		if (log.size === keptSize) return;
		try {
			log.keepCheckpoint();
			keptSize = log.size;
		} catch (error) {
			send({ kind: "failing", reason: (error as NodeJS.ErrnoException).code ?? "unknown" });
		}
	};
	setInterval(() => log.refresh(), SIGN_OF_LIFE_MS).unref();
	setInterval(keepCheckpoint, data.checkpointEveryMs).unref();
	send({ kind: "ready", size: log.size, recovered: log.recovered, hasLocalSecret: data.secret === "" });
	return (message) => {
		if (message.kind === "append") {
			for (const record of message.records) pending.push(written(record));
			if (isScheduled) return;
			isScheduled = true;
			setImmediate(flush);
			return;
		}
		flush();
		keepCheckpoint();
		log.close();
		send({ kind: "closed" });
		parentPort?.close();
	};
}

parentPort?.on(
	"message",
	runAuditThread(workerData as AuditThreadData, (message) => parentPort?.postMessage(message)),
);
