import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the audit trail derives from the one secret of the installation. */
export interface AuditKeys {
	/** Ed25519 seed for checkpoints. */
	readonly signingSeed: Uint8Array;
	/** Pseudonym of a subject: the same on every replica with the same secret, 32 hex digits. */
	pseudonym(subject: string): string;
}

export function deriveAuditKeys(secret: string | Uint8Array): AuditKeys {
	const derive = (purpose: string): Uint8Array => new Uint8Array(hkdfSync("sha256", secret, "", `secure-llm-proxy ${purpose}`, 32));
	const subjectKey = derive("audit subject");
	return {
		signingSeed: derive("audit signing"),
		pseudonym: (subject) => createHmac("sha256", subjectKey).update(subject).digest("hex").slice(0, 32),
	};
}

const SECRET_FILE = "secret.key";

/** The secret kept beside the log, for installations that configure none; made at the first start. */
export function localSecret(dir: string): Uint8Array {
	const file = join(dir, SECRET_FILE);
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	try {
		writeFileSync(file, randomBytes(32), { flag: "wx", mode: 0o600 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	return readFileSync(file);
}
