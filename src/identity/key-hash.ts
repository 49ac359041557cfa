import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const scryptOf = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

/** scrypt (RFC 7914) parameters: 16 MiB and some 40 ms in a thread of the pool; keys have 190 random bits of their own. */
const N = 1 << 14;
const R = 8;
const P = 1;
const HASH_BYTES = 32;

/** Hash of a key for the key file: `scrypt$N$r$p$salt$hash`, base64. */
export async function hashKey(key: string): Promise<string> {
	const salt = randomBytes(16);
	const hash = await scryptOf(key, salt, HASH_BYTES, { N, r: R, p: P });
	return ["scrypt", N, R, P, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** Whether the key has this hash; without a hash it takes as long and is false. */
export async function verifyKey(key: string, stored: string | undefined): Promise<boolean> {
	const [, n = N, r = R, p = P, salt = "", hash = ""] = stored?.split("$") ?? [];
	const expected = Buffer.from(hash, "base64");
	const actual = await scryptOf(key, Buffer.from(salt, "base64"), HASH_BYTES, { N: Number(n), r: Number(r), p: Number(p) });
	return expected.length === HASH_BYTES && timingSafeEqual(actual, expected);
}
