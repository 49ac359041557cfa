import { isIP } from "node:net";

/** How a connection begins that a balancer passes on with the PROXY protocol (HAProxy's specification, versions 1 and 2). */
export type ProxyHeader =
	| { readonly kind: "incomplete" }
	| { readonly kind: "invalid" }
	/** `length` in bytes; `client` is absent where the balancer speaks for itself. */
	| { readonly kind: "header"; readonly length: number; readonly client: string | undefined };

const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
/** Signature, command, family, length. */
const FIXED_BYTES = 16;
const MAX_TEXT_BYTES = 107;
/** Bytes of source address, and of all that a header of the family must hold. */
const FAMILIES: ReadonlyMap<number, readonly [address: number, all: number]> = new Map([
	[0x11, [4, 12]],
	[0x21, [16, 36]],
]);
/** Bytes that a header may have, further fields included. */
const MAX_BYTES = 4096;

const INCOMPLETE = { kind: "incomplete" } as const;
const INVALID = { kind: "invalid" } as const;

/** `bytes`: all that has come on the connection. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
	const common = Math.min(bytes.length, SIGNATURE.length);
	if (bytes.subarray(0, common).equals(SIGNATURE.subarray(0, common))) return readBinary(bytes);
	return readText(bytes);
}

function readBinary(bytes: Buffer): ProxyHeader {
	if (bytes.length < FIXED_BYTES) return INCOMPLETE;
	const [command, family, rest] = [bytes.readUInt8(12), bytes.readUInt8(13), bytes.readUInt16BE(14)];
	const length = FIXED_BYTES + rest;
	if ((command !== 0x20 && command !== 0x21) || length > MAX_BYTES) return INVALID;
	if (bytes.length < length) return INCOMPLETE;
	// A check of the balancer's own.
	if (command === 0x20) return { kind: "header", length, client: undefined };
	const [address, least] = FAMILIES.get(family) ?? [0, Number.POSITIVE_INFINITY];
	if (rest < least) return INVALID;
	return { kind: "header", length, client: addressOf(bytes.subarray(FIXED_BYTES, FIXED_BYTES + address)) };
}

function addressOf(bytes: Buffer): string {
	if (bytes.length === 4) return bytes.join(".");
	return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(":");
}

function readText(bytes: Buffer): ProxyHeader {
	const end = bytes.subarray(0, MAX_TEXT_BYTES).indexOf("\r\n");
	const text = bytes.toString("latin1", 0, end === -1 ? Math.min(bytes.length, MAX_TEXT_BYTES) : end);
	if (end === -1) return "PROXY ".startsWith(text.slice(0, 6)) && bytes.length < MAX_TEXT_BYTES ? INCOMPLETE : INVALID;
	const length = end + 2;
	if (/^PROXY UNKNOWN(?: |$)/.test(text)) return { kind: "header", length, client: undefined };
	const [, version, client = ""] = /^PROXY TCP([46]) (\S+) \S+ \d{1,5} \d{1,5}$/.exec(text) ?? [];
	return version !== undefined && isIP(client) === Number(version) ? { kind: "header", length, client } : INVALID;
}
