import { owned } from "./owned.ts";
import type { DataMessage } from "./protocol.ts";

/** Bytes: long enough that a lane's work for a piece as such no longer counts, short enough that no other answer waits for it. */
const MAX_JOINED_BYTES = 16 << 10;

/**
 * A piece of an answer for its lane. What comes while it waits is joined to it: a lane takes sixteen events in one piece in
 * half the time of sixteen (bench/README.md). Once its bytes have been asked for it is what it is, for a replay must give
 * every lane the same pieces.
 */
export class DataItem implements DataMessage {
	readonly kind = "data";
	readonly sid: number;
	/** Bytes. */
	length: number;
	#parts: Uint8Array[];
	#isFixed = false;

	constructor(sid: number, bytes: Uint8Array) {
		this.sid = sid;
		this.length = bytes.length;
		this.#parts = [bytes];
	}

	/** False: it does not take them. */
	add(bytes: Uint8Array): boolean {
		if (this.#isFixed || this.length + bytes.length > MAX_JOINED_BYTES) return false;
		this.#parts.push(bytes);
		this.length += bytes.length;
		return true;
	}

	get bytes(): Uint8Array {
		this.#isFixed = true;
		if (this.#parts.length > 1) this.#parts = [owned(Buffer.concat(this.#parts))];
		return this.#parts[0] as Uint8Array;
	}

	/** What is left of it without its first `count` bytes. */
	after(count: number): DataItem {
		const rest = new DataItem(this.sid, this.bytes.subarray(count));
		rest.#isFixed = true;
		return rest;
	}
}
