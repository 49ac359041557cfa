import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { z } from "zod";
import { faultWords } from "../core/fault-words.ts";

const name = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "must be lower case letters, digits and underscores");

const ThreatPattern = z.strictObject({
	name,
	/** As `custom_patterns`. */
	pattern: z.string().min(1),
	case_insensitive: z.boolean().default(true),
	/** `block`: a prompt with it is blocked, an answer cut. `flag`: it is counted. */
	action: z.enum(["block", "flag"]).default("block"),
	/** Texts it must find, and must not. */
	match: z.array(z.string()).min(1),
	no_match: z.array(z.string()).default([]),
});

const Pack = z.strictObject({
	name,
	version: z.string().regex(/^\d{1,6}(?:\.\d{1,6}){0,3}$/, "must be numbers with dots between them"),
	patterns: z.array(ThreatPattern).min(1).max(2000),
});

/** Rules about threats that somebody else keeps up to date. */
export type Pack = z.infer<typeof Pack>;

/** What is passed on: the pack's own bytes and a signature over them (Ed25519, RFC 8032), all in base64. */
const SignedPack = z.strictObject({ payload: z.string(), signature: z.string(), key: z.string() });

export type PackReading = { readonly ok: true; readonly pack: Pack } | { readonly ok: false; readonly reason: string };

/** Largest file of a pack. */
export const MAX_PACK_BYTES = 4 << 20;

/** Reads a signed pack. Nothing of it is looked at before its signature by one of `trusted` (public keys, base64) is proven. */
export function readPack(bytes: Uint8Array, trusted: readonly string[]): PackReading {
	if (bytes.length > MAX_PACK_BYTES) return { ok: false, reason: `is larger than ${MAX_PACK_BYTES >> 20} MiB` };
	const signed = SignedPack.safeParse(parsed(bytes));
	if (!signed.success) return { ok: false, reason: "is not a signed pack: `packs sign` makes one" };
	const { payload, signature, key } = signed.data;
	if (!trusted.includes(key)) return { ok: false, reason: `is signed by ${key || "nobody"}, which is not a trusted key` };
	const content = Buffer.from(payload, "base64");
	if (!isSignedBy(key, content, Buffer.from(signature, "base64")))
		return { ok: false, reason: "has a signature that is not of its content" };
	return readContent(content);
}

/** Reads a pack that is not signed yet. Its examples are not tried. */
export function readContent(content: Uint8Array): PackReading {
	const written = parsed(content);
	if (written === undefined) return { ok: false, reason: "is not JSON in UTF-8 — docs/prompt_security.md has an example" };
	const result = Pack.safeParse(written, { error: faultWords });
	if (!result.success) {
		const [issue] = result.error.issues;
		return { ok: false, reason: `has a fault at '${issue?.path.join(".")}': ${issue?.message} — docs/prompt_security.md has an example` };
	}
	return { ok: true, pack: result.data };
}

/** A signed pack as text. `privateKey` in PEM, Ed25519. Throws where it is none. */
export function signPack(content: Uint8Array, privateKey: string): string {
	const key = createPrivateKey(privateKey);
	if (key.asymmetricKeyType !== "ed25519") throw new Error("the key is not an Ed25519 key");
	const payload = Buffer.from(content);
	const signature = sign(null, payload, key).toString("base64");
	return `${JSON.stringify({ payload: payload.toString("base64"), signature, key: publicKeyOf(privateKey) })}\n`;
}

/** The public half of a private key in PEM, as it stands in `threat_packs.trusted_keys`. */
export function publicKeyOf(privateKey: string): string {
	const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
	return Buffer.from(x, "base64url").toString("base64");
}

function isSignedBy(key: string, content: Uint8Array, signature: Uint8Array): boolean {
	try {
		const x = Buffer.from(key, "base64").toString("base64url");
		return verify(null, content, createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }), signature);
	} catch {
		return false;
	}
}

function parsed(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
	} catch {
		return undefined;
	}
}

/** Whether a version is from before another one; a number that is left out is 0. */
export function isOlder(version: string, than: string): boolean {
	const [one, other] = [version.split("."), than.split(".")];
	for (let i = 0; i < Math.max(one.length, other.length); i++) {
		const difference = Number(one[i] ?? 0) - Number(other[i] ?? 0);
		if (difference !== 0) return difference < 0;
	}
	return false;
}
