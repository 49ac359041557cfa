import { Packr } from "msgpackr";
import type { Batch, Reply } from "./protocol.ts";

const packr = new Packr({ useRecords: false, copyBuffers: true });

/** Bytes of a message. The result owns its memory, so it may be transferred. */
export function encode(message: Batch | Reply): Uint8Array {
	return new Uint8Array(packr.pack(message));
}

/** Both ends are this process, so the shape is trusted; bytes that do not decode throw, which ends the lane. */
export function decodeBatch(bytes: Uint8Array): Batch {
	return packr.unpack(bytes) as Batch;
}

export function decodeReply(bytes: Uint8Array): Reply {
	return packr.unpack(bytes) as Reply;
}

/** A session's state for another lane. */
export function packState(state: object): Uint8Array {
	return new Uint8Array(packr.pack(state));
}

export function unpackState<T>(bytes: Uint8Array): T {
	return packr.unpack(bytes) as T;
}
