import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { type Batch, type FromLane, itemsOf, NO_BATCH, replyOf, type ToLane } from "./protocol.ts";

/** What a lane's task is started with. */
export interface LaneTask {
	readonly port: MessagePort;
	/** Keys the hashes in redacted text. */
	readonly secretKey: Uint8Array;
}

/** An answer that was not ready with its batch. Nothing happens on a port that is closed. */
export function sendLater(port: MessagePort, item: FromLane): void {
	port.postMessage(replyOf(NO_BATCH, [item]));
}

/**
 * Answers every batch with exactly one reply until the port closes. An exception of `handle` ends the task and with it
 * the lane: the front end moves its sessions. `handle` calls `pause` while it is at a long prompt: what has come meanwhile is
 * answered there.
 */
export function serveLane(port: MessagePort, handle: (item: ToLane, pause: () => void) => readonly FromLane[]): Promise<void> {
	return new Promise((resolve, reject) => {
		let isPause = false;
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
			isPause = false;
		};
		port.on("message", serve);
		port.once("close", resolve);
	});
}
