import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** AES-256-GCM (NIST SP 800-38D): a random nonce of 12 bytes, the ciphertext, a tag of 16 bytes. */
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts with a 32-byte key; `context` is not secret and must be the same to open it. */
export function sealBytes(key: Uint8Array, bytes: Uint8Array, context: string): Buffer {
	const nonce = randomBytes(NONCE_BYTES);
	const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
	return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined: another key or context, or the bytes were changed. */
export function openBytes(key: Uint8Array, sealed: Buffer, context: string): Buffer | undefined {
	if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
	const cipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(context));
	cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
	try {
		return Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), cipher.final()]);
	} catch {
		return undefined;
	}
}

/** The same for a text; base64url. */
export function seal(key: Uint8Array, text: string, context: string): string {
	return sealBytes(key, Buffer.from(text), context).toString("base64url");
}

export function unseal(key: Uint8Array, sealed: string, context: string): string | undefined {
	return openBytes(key, Buffer.from(sealed, "base64url"), context)?.toString("utf8");
}
