/** A code that spells bytes with characters of a fixed number of bits. */
export interface Codec {
	readonly name: string;
	readonly bits: number;
	/** Value by byte, -1 for bytes that are not of the alphabet. */
	readonly values: Int8Array;
}

function codec(name: string, bits: number, ...alphabets: readonly string[]): Codec {
	const values = new Int8Array(256).fill(-1);
	for (const alphabet of alphabets) for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value;
	return { name, bits, values };
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS = UPPER + UPPER.toLowerCase();

/** RFC 4648, both alphabets of base64. In the order in which they are preferred where several make sense. */
export const CODECS: readonly Codec[] = [
	codec("hex", 4, "0123456789abcdef", "0123456789ABCDEF"),
	codec("base32", 5, `${UPPER}234567`),
	codec("base64", 6, `${LETTERS}0123456789+/`, `${LETTERS}0123456789-_`),
];

const isPrintable = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09;
const PRINTABLE = Array.from({ length: 128 }, (_, byte) => byte).filter(isPrintable);

/** Whether any code has this byte. */
export const IN_ALPHABET: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
	Number(CODECS.some(({ values }) => values[byte] !== -1)),
);

/** Whether a run that spells text can begin with this byte. */
export const MAY_BEGIN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
	Number(CODECS.some(({ bits, values }) => PRINTABLE.some((text) => text >> (8 - bits) === values[byte]))),
);

/** Whether the bytes of a run so far spell printable ASCII in this code. */
export function spellsText({ bits, values }: Codec, run: Uint8Array | readonly number[], from: number, to: number): boolean {
	let pending = 0;
	let count = 0;
	for (let i = from; i < to; i++) {
		const value = values[run[i] as number] as number;
		if (value < 0) return false;
		pending = (pending << bits) | value;
		count += bits;
		if (count < 8) continue;
		count -= 8;
		if (!isPrintable((pending >> count) & 0xff)) return false;
		pending &= (1 << count) - 1;
	}
	return true;
}
