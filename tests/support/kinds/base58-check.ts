import { createHash } from "node:crypto";

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** A version byte, the bytes of `hex`, and the first four bytes of their double SHA-256. */
export function withChecksum(version: number, hex: string): Uint8Array {
	const body = Uint8Array.from([version, ...Buffer.from(hex, "hex")]);
	return Uint8Array.from([...body, ...sha256(sha256(body)).subarray(0, 4)]);
}
