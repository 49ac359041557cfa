import { Packr } from "msgpackr";

const packr = new Packr({ useRecords: false, copyBuffers: true });

/** Plain data that outlives its lane: a session's state, what a prompt leaves to its answer. The result owns its memory. */
export function packState(state: object): Uint8Array {
	return new Uint8Array(packr.pack(state));
}

export function unpackState<T>(bytes: Uint8Array): T {
	return packr.unpack(bytes) as T;
}
