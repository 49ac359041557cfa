import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { StoredAnswer } from "./cache-store.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** `storedAt`, a double. */
const TIME_BYTES = 8;

/**
 * An answer as it may leave the process: nonce, tag, and encrypted with AES-256-GCM its time and its body. Every entry has
 * a key of its own (HKDF), so an entry that somebody moved to the place of another one does not open.
 */
export function sealAnswer(secret: Uint8Array, entry: string, { body, storedAt }: StoredAnswer): Buffer {
	const nonce = randomBytes(NONCE_BYTES);
	const cipher = createCipheriv(CIPHER, keyOf(secret, entry), nonce, { authTagLength: TAG_BYTES });
	const time = Buffer.alloc(TIME_BYTES);
	time.writeDoubleBE(storedAt);
	const sealed = [cipher.update(time), cipher.update(body), cipher.final()];
	return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
}

/** Undefined: it was not sealed with this secret for this entry, or it was changed. */
export function openAnswer(secret: Uint8Array, entry: string, sealed: Buffer): StoredAnswer | undefined {
	if (sealed.length < NONCE_BYTES + TAG_BYTES + TIME_BYTES) return undefined;
	const nonce = sealed.subarray(0, NONCE_BYTES);
	const decipher = createDecipheriv(CIPHER, keyOf(secret, entry), nonce, { authTagLength: TAG_BYTES });
	decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
	try {
		const plain = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
		return { storedAt: plain.readDoubleBE(0), body: plain.subarray(TIME_BYTES) };
	} catch {
		return undefined;
	}
}

function keyOf(secret: Uint8Array, entry: string): Uint8Array {
	return new Uint8Array(hkdfSync("sha256", secret, entry, "secure-llm-proxy cached answer", 32));
}
