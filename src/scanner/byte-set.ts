/** 256-bit set of bytes: bit b is `set[b >> 3] & (1 << (b & 7))`. */
export type ByteSet = Uint8Array;

export function emptySet(): ByteSet {
	return new Uint8Array(32);
}

/** Adds `[from, to]` to the set, in place. */
export function setOfRange(set: ByteSet, from: number, to: number): ByteSet {
	for (let byte = from; byte <= to; byte++) set[byte >> 3] = (set[byte >> 3] as number) | (1 << (byte & 7));
	return set;
}

export function hasByte(set: ByteSet, byte: number): boolean {
	return ((set[byte >> 3] as number) & (1 << (byte & 7))) !== 0;
}

export function membersOf(set: ByteSet): number[] {
	return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => hasByte(set, byte));
}

/** Pairs of ASCII lower and upper case. */
export const ASCII_FOLD: readonly (readonly [number, number])[] = Array.from({ length: 26 }, (_, i) => [0x61 + i, 0x41 + i] as const);

const LENGTH_LIMITS = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/**
 * The UTF-8 encodings of the code points `[from, to]` as sequences of byte ranges (the construction of RE2 and Rust's
 * utf8-ranges). Surrogates, which have no encoding, are left out.
 */
export function codePointSequences(from: number, to: number): ByteSet[][] {
	return [...sequences(from, Math.min(to, 0xd7ff)), ...sequences(Math.max(from, 0xe000), to)];
}

function sequences(from: number, to: number): ByteSet[][] {
	if (from > to) return [];
	for (const limit of LENGTH_LIMITS) {
		if (from <= limit && limit < to) return [...sequences(from, limit), ...sequences(limit + 1, to)];
	}
	if (to <= 0x7f) return [[setOfRange(emptySet(), from, to)]];
	for (const bits of [6, 12, 18]) {
		const mask = (1 << bits) - 1;
		if (from >> bits === to >> bits) continue;
		if ((from & mask) !== 0) return [...sequences(from, from | mask), ...sequences((from | mask) + 1, to)];
		if ((to & mask) !== mask) return [...sequences(from, (to & ~mask) - 1), ...sequences(to & ~mask, to)];
	}
	const low = Buffer.from(String.fromCodePoint(from));
	const high = Buffer.from(String.fromCodePoint(to));
	return [Array.from(low, (byte, i) => setOfRange(emptySet(), byte, high[i] as number))];
}
