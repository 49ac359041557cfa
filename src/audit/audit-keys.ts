import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../core/error-code.ts";
import { createFile } from "../core/files.ts";
import { makeFolder } from "../core/make-folder.ts";
import { readWholeFile } from "../core/whole-file.ts";

/** What the audit trail derives from the one secret of the installation. */
export interface AuditKeys {
	/** Ed25519 seed for checkpoints. */
	readonly signingSeed: Uint8Array;
	/** Wraps the keys of subjects, 32 bytes. */
	readonly wrappingKey: Uint8Array;
	/** Where a subject's key lies: the same on every replica with the same secret, 32 hex digits. */
	fileOf(subject: string): string;
	/** Those of the secret before, while a rotation is under way: they open, and wrap nothing new. */
	readonly previous?: AuditKeys;
}

export function deriveAuditKeys(secret: string | Uint8Array): AuditKeys {
	const derive = (purpose: string): Uint8Array => new Uint8Array(hkdfSync("sha256", secret, "", `secure-llm-proxy ${purpose}`, 32));
	const subjectKey = derive("audit subject");
	return {
		signingSeed: derive("audit signing"),
		wrappingKey: derive("audit wrapping"),
		fileOf: (subject) => keyedHash(subjectKey, subject),
	};
}

/** 32 hex digits of HMAC-SHA-256. */
export function keyedHash(key: Uint8Array, text: string): string {
	return createHmac("sha256", key).update(text).digest("hex").slice(0, 32);
}

const SECRET_FILE = "secret.key";
const SECRET_BYTES = 32;

/** The secrets of an installation; empty: there is none. */
export interface Secrets {
	readonly secret: string;
	/** The one before, while a rotation is under way. */
	readonly previousSecret?: string | undefined;
}

/**
 * The keys of this installation: from its secret or, where that is empty, from one kept beside the logs, made at the first
 * start. That one counts as the secret before as soon as there is another.
 */
export function auditKeys(dir: string, { secret, previousSecret = "" }: Secrets): AuditKeys {
	if (secret === "") return deriveAuditKeys(localSecret(dir));
	const previous = previousSecret === "" && existsSync(join(dir, SECRET_FILE)) ? localSecret(dir) : previousSecret;
	return { ...deriveAuditKeys(secret), ...(previous !== "" && { previous: deriveAuditKeys(previous) }) };
}

/** The same, but none are made. Undefined: there is no secret. */
export function existingKeys(dir: string, secrets: Secrets): AuditKeys | undefined {
	return secrets.secret === "" && !isThere(join(dir, SECRET_FILE)) ? undefined : auditKeys(dir, secrets);
}

/** Also a link that leads nowhere: no other is made in its place. */
function isThere(file: string): boolean {
	try {
		return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
	} catch {
		// No folder, or one that nobody may look into: whoever needs it says so.
		return false;
	}
}

function localSecret(dir: string): Uint8Array {
	const file = join(dir, SECRET_FILE);
	makeFolder(dir, 0o700);
	// Whole or not at all: keys from the half of a secret, or from an empty one, protect nothing.
	if (!isThere(file)) createFile(file, randomBytes(SECRET_BYTES));
	const secret = readSecret(file);
	if (secret.length !== SECRET_BYTES) throw new Error(`${file} is damaged: it has ${secret.length} bytes, not ${SECRET_BYTES}.`);
	return secret;
}

function readSecret(file: string): Buffer {
	try {
		return readWholeFile(file);
	} catch (error) {
		throw new Error(`${file} cannot be read (${errorCode(error)}).`, { cause: error });
	}
}
