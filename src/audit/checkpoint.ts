import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { Hash } from "./merkle.ts";

/** What a log commits to: its name, how many records it has, and the root of their tree. */
export interface Checkpoint {
	readonly origin: string;
	readonly size: number;
	readonly root: Hash;
}

/** Signs checkpoints; `verifierKey` is what others need to check them. */
export interface Signer {
	sign(checkpoint: Checkpoint): string;
	/** C2SP verifier key: `name+keyid+base64(0x01 || public key)`. */
	readonly verifierKey: string;
}

export type CheckpointReading = { readonly ok: true; readonly checkpoint: Checkpoint } | { readonly ok: false; readonly reason: string };

const ALGORITHM_ED25519 = 1;
/** DER head of a PKCS #8 Ed25519 private key and of an SPKI public key (RFC 8410 §7); the 32 raw bytes follow. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");

/** A signer from a 32-byte Ed25519 seed. `origin` must hold no blank, no plus and no line end. */
export function createSigner(origin: string, seed: Uint8Array): Signer {
	if (!/^[^\s+]+$/.test(origin)) throw new Error("The name of an audit log must not hold blanks or plus signs.");
	const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
	const publicKey = rawPublicKey(createPublicKey(key));
	const id = keyId(origin, publicKey);
	return {
		verifierKey: `${origin}+${id.toString("hex")}+${Buffer.concat([Buffer.of(ALGORITHM_ED25519), publicKey]).toString("base64")}`,
		sign(checkpoint) {
			const body = bodyOf(checkpoint);
			const signature = Buffer.concat([id, sign(null, Buffer.from(body), key)]).toString("base64");
			return `${body}\n— ${origin} ${signature}\n`;
		},
	};
}

/** Reads a signed checkpoint (C2SP tlog-checkpoint in a signed note) and verifies that one of the keys signed it. */
export function readCheckpoint(text: string, verifierKeys: readonly string[]): CheckpointReading {
	const readings = verifierKeys.map((key) => readSignedBy(text, key));
	return readings.find(({ ok }) => ok) ?? readings[0] ?? refuse("no verifier key is given");
}

function readSignedBy(text: string, verifierKey: string): CheckpointReading {
	const [name = "", id = "", material = ""] = splitKey(verifierKey);
	const publicKey = Buffer.from(material, "base64");
	if (publicKey.length !== 33 || publicKey[0] !== ALGORITHM_ED25519) return refuse("the verifier key is not an Ed25519 key");
	const end = text.indexOf("\n\n");
	if (end < 0) return refuse("it has no signature");
	const body = text.slice(0, end + 1);
	const [origin = "", size = "", root = ""] = body.split("\n");
	if (origin !== name) return refuse(`it belongs to the log '${origin}', not '${name}'`);
	if (!/^\d{1,15}$/.test(size)) return refuse("its size is not a number");
	const hash = Buffer.from(root, "base64");
	if (hash.length !== 32) return refuse("its root is not a SHA-256 digest");
	const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, publicKey.subarray(1)]), format: "der", type: "spki" });
	const isSigned = signaturesOf(text.slice(end + 2), name).some(
		(signature) => signature.subarray(0, 4).toString("hex") === id && verify(null, Buffer.from(body), key, signature.subarray(4)),
	);
	return isSigned ? { ok: true, checkpoint: { origin, size: Number(size), root: hash } } : refuse("its signature is not valid");
}

function bodyOf({ origin, size, root }: Checkpoint): string {
	return `${origin}\n${size}\n${root.toString("base64")}\n`;
}

function refuse(reason: string): CheckpointReading {
	return { ok: false, reason };
}

/** Base64 may hold plus signs, so only the first two separate. */
function splitKey(verifierKey: string): string[] {
	const first = verifierKey.indexOf("+");
	const second = verifierKey.indexOf("+", first + 1);
	return first < 0 || second < 0 ? [] : [verifierKey.slice(0, first), verifierKey.slice(first + 1, second), verifierKey.slice(second + 1)];
}

function signaturesOf(lines: string, name: string): Buffer[] {
	return lines.split("\n").flatMap((line) => {
		const [dash, signer, signature] = line.split(" ");
		return dash === "—" && signer === name && signature !== undefined ? [Buffer.from(signature, "base64")] : [];
	});
}

/** First four bytes of SHA-256 over name, line feed, algorithm and key (C2SP signed-note). */
function keyId(name: string, publicKey: Buffer): Buffer {
	return createHash("sha256").update(`${name}\n`).update(Buffer.of(ALGORITHM_ED25519)).update(publicKey).digest().subarray(0, 4);
}

function rawPublicKey(key: KeyObject): Buffer {
	return key.export({ format: "der", type: "spki" }).subarray(SPKI_HEAD.length);
}
