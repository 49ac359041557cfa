import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { type RuntimeGate, useGate } from "../core/runtime-gate.ts";
import { type Batch, type FromLane, itemsOf, NO_BATCH, replyOf, type ToLane } from "./protocol.ts";

/** What a lane's task is started with. */
export interface LaneTask {
	readonly port: MessagePort;
	/** Keys the hashes in redacted text. */
	readonly secretKey: Uint8Array;
	/** By which the front end knows when the thread may be terminated. */
	readonly gate: RuntimeGate;
}

/** ms between two signs of life of a lane that is at a long prompt, and has nothing else to answer. */
const SIGN_MS = 25;

/** An answer that was not ready with its batch. Nothing happens on a port that is closed. */
export function sendLater(port: MessagePort, item: FromLane): void {
	port.postMessage(replyOf(NO_BATCH, [item]));
}

/**
 * Answers every batch with exactly one reply until the port closes. An exception of `handle` ends the task and with it
 * the lane: the front end moves its sessions. `handle` calls `pause` while it is at a long prompt: what has come meanwhile is
 * answered there, or else the front end is told that the lane does not hang.
 */
export function serveLane(
	{ port, gate }: Pick<LaneTask, "port" | "gate">,
	handle: (item: ToLane, pause: () => void) => readonly FromLane[],
): Promise<void> {
	useGate(gate);
	return new Promise((resolve, reject) => {
		let isPause = false;
		let signedAt = 0;
		const serve = (batch: Batch): void => {
			try {
				const answers: FromLane[] = [];
				for (const item of itemsOf(batch)) for (const answer of handle(item, pause)) answers.push(answer);
				port.postMessage(replyOf(batch[0], answers));
			} catch (error) {
				reject(error);
				port.close();
			}
		};
		// One batch each time: the long prompt must get on, too.
		const pause = (): void => {
			if (isPause) return;
			isPause = true;
			const next = receiveMessageOnPort(port);
			if (next !== undefined) serve(next.message as Batch);
			else if (performance.now() - signedAt > SIGN_MS) {
				signedAt = performance.now();
				port.postMessage(replyOf(NO_BATCH, []));
			}
			isPause = false;
		};
		port.on("message", serve);
		port.once("close", resolve);
	});
}
