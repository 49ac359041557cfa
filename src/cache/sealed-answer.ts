import { hkdfSync } from "node:crypto";
import { openBytes, sealBytes } from "../core/seal.ts";
import type { StoredAnswer } from "./cache-store.ts";

/** `storedAt`, a double. */
const TIME_BYTES = 8;

/**
 * An answer as it may leave the process: its time and its body, encrypted. Every entry has a key of its own (HKDF), so an
 * entry that somebody moved to the place of another one does not open.
 */
export function sealAnswer(secret: Uint8Array, entry: string, { body, storedAt }: StoredAnswer): Buffer {
	const time = Buffer.alloc(TIME_BYTES);
	time.writeDoubleBE(storedAt);
	return sealBytes(keyOf(secret, entry), Buffer.concat([time, body]), "");
}

/** Undefined: it was not sealed with this secret for this entry, or it was changed. */
export function openAnswer(secret: Uint8Array, entry: string, sealed: Buffer): StoredAnswer | undefined {
	const plain = openBytes(keyOf(secret, entry), sealed, "");
	if (plain === undefined || plain.length < TIME_BYTES) return undefined;
	return { storedAt: plain.readDoubleBE(0), body: plain.subarray(TIME_BYTES) };
}

function keyOf(secret: Uint8Array, entry: string): Uint8Array {
	return new Uint8Array(hkdfSync("sha256", secret, entry, "secure-llm-proxy cached answer", 32));
}
