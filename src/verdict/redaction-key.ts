import { hkdfSync, randomBytes } from "node:crypto";

/** Keys hashes and surrogates: the same on every replica that has the secret, else of this process alone. */
export function redactionKey(secret: string | undefined): Uint8Array {
	if (secret === undefined || secret === "") return randomBytes(32);
	return new Uint8Array(hkdfSync("sha256", secret, "", "secure-llm-proxy redaction hash", 32));
}
