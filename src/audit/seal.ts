import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** AES-256-GCM (NIST SP 800-38D): a random nonce of 12 bytes, the ciphertext, a tag of 16 bytes. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts a text with a 32-byte key; `context` is not secret and must be the same to open it. Base64url. */
export function seal(key: Uint8Array, text: string, context: string): string {
	const nonce = randomBytes(NONCE_BYTES);
	const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
	return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

/** Undefined: another key or context, or the text was changed. */
export function unseal(key: Uint8Array, sealed: string, context: string): string | undefined {
	const bytes = Buffer.from(sealed, "base64url");
	if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
	try {
		const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(context));
		cipher.setAuthTag(bytes.subarray(-TAG_BYTES));
		return cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + cipher.final("utf8");
	} catch {
		return undefined;
	}
}
