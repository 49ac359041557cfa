import { parentPort, workerData } from "node:worker_threads";
import { errorCode } from "../core/error-code.ts";
import { SIGN_OF_LIFE_MS } from "../core/file-lock.ts";
import type { AuditThreadData, FromAuditThread, ToAuditThread } from "./protocol.ts";
import { Recorder } from "./recorder.ts";
import { AdminShipper } from "./sinks/admin-shipper.ts";
import { createSink } from "./sinks/create-sink.ts";
import { Shipper, type SinkState } from "./sinks/shipper.ts";

const RETRY_MS = 250;
const RETENTION_EVERY_MS = 3_600_000;
/** ms after which a sink sees what a command has written to the log of what operators do. */
const ADMIN_POLL_MS = 1000;

/** The audit thread: hashes, encrypts, signs and writes, so that the front end never waits for a disk. */
function runAuditThread(data: AuditThreadData, send: (message: FromAuditThread) => void): (message: ToAuditThread) => void {
	const recorder = new Recorder(data);
	const onState = (state: SinkState): void => send({ kind: "sink", state });
	const adminShippers = data.sinks.map((settings) => new AdminShipper({ settings, dir: data.dir, onState }));
	const shippers = data.sinks.map(
		(settings) =>
			new Shipper({
				settings,
				sink: createSink(settings),
				dir: recorder.dir,
				log: data.origin,
				size: recorder.size,
				onState,
			}),
	);
	const ship = (): void => {
		for (const shipper of shippers) shipper.grow(recorder.size);
	};
	let isScheduled = false;
	const flush = (): void => {
		isScheduled = false;
		const result = recorder.flush();
		if (result.ok) {
			if (result.count > 0) send({ kind: "appended", count: result.count });
			ship();
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
			send({ kind: "overdue", reason: errorCode(error) });
		}
	};
	const refresh = (): void => {
		recorder.refresh();
		for (const shipper of adminShippers) shipper.refresh();
	};
	const shipAdmin = (): void => {
		for (const shipper of adminShippers) attempt(() => shipper.poll());
	};
	setInterval(() => attempt(refresh), SIGN_OF_LIFE_MS).unref();
	if (adminShippers.length > 0) setInterval(shipAdmin, ADMIN_POLL_MS).unref();
	setInterval(() => attempt(() => recorder.keepCheckpoints()), data.checkpointEveryMs).unref();
	setInterval(() => attempt(() => recorder.retain()), RETENTION_EVERY_MS).unref();
	send({ kind: "ready", recovered: recorder.recovered });
	attempt(() => recorder.retain());
	shipAdmin();
	const close = async (timeoutMs: number): Promise<void> => {
		flush();
		await Promise.all([...shippers, ...adminShippers].map((shipper) => shipper.close(timeoutMs)));
		attempt(() => recorder.keepCheckpoints());
		recorder.close();
		send({ kind: "closed" });
		parentPort?.close();
	};
	const recordConsents = ({ id, changes, by }: Extract<ToAuditThread, { kind: "consents" }>): Promise<void> =>
		recorder.recordConsents(changes, by).then(
			() => send({ kind: "consents", id }),
			(error: Error) => send({ kind: "consents", id, fault: error.message }),
		);
	return (message) => {
		switch (message.kind) {
			case "append":
				recorder.add(message.records);
				if (isScheduled) return;
				isScheduled = true;
				setImmediate(flush);
				return;
			case "consents":
				return void recordConsents(message);
			case "close":
				return void close(message.timeoutMs);
			default:
				message satisfies never;
		}
	};
}

parentPort?.on(
	"message",
	runAuditThread(workerData as AuditThreadData, (message) => parentPort?.postMessage(message)),
);
