import { randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

/** A client API key: `slp_` + 8 characters that name it + `_` + 32 random ones + 6 of a checksum. */
export interface KeyParts {
	/** Public: names the key in lists, limits and audit. */
	readonly id: string;
	/** The whole key. */
	readonly key: string;
}

export const KEY_PREFIX = "slp_";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORM = /^slp_([0-9A-Za-z]{8})_[0-9A-Za-z]{32}([0-9A-Za-z]{6})$/;

/** 190 random bits; the checksum (CRC-32 in base 62, as GitHub's tokens have) lets scanners tell a key from noise. */
export function newKey(): KeyParts {
	const id = randomText(8);
	const body = `${KEY_PREFIX}${id}_${randomText(32)}`;
	return { id, key: body + checksum(body) };
}

/** Undefined when the text is no key: it is not worth a look-up. */
export function parseKey(text: string): KeyParts | undefined {
	const [, id, sum] = FORM.exec(text) ?? [];
	return id !== undefined && sum === checksum(text.slice(0, -6)) ? { id, key: text } : undefined;
}

function randomText(length: number): string {
	return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

function checksum(body: string): string {
	let rest = crc32(body);
	let digits = "";
	for (let i = 0; i < 6; i++) {
		digits = (ALPHABET[rest % ALPHABET.length] as string) + digits;
		rest = Math.floor(rest / ALPHABET.length);
	}
	return digits;
}
