/**
 * What a text is in bytes: how many bytes of the character at hand are still to come behind `byte`, when `parts` were before it.
 * Below zero: `byte` makes no text there.
 */
type Encoding = (parts: number, byte: number) => number;

/** What a byte of UTF-8 is: no part of a text, a printable ASCII character, part of a longer character, the first of 2 to 4 bytes of one. */
const [NO_TEXT, ASCII, PART] = [0, 1, 5];
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
	if (byte < 0x80) return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09 ? ASCII : NO_TEXT;
	if (byte < 0xc0) return PART;
	return byte < 0xc2 || byte > 0xf4 ? NO_TEXT : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
});
const isAscii = (byte: number): boolean => KINDS[byte] === ASCII;

const utf8: Encoding = (parts, byte) => {
	const kind = KINDS[byte] as number;
	if (kind === NO_TEXT || (kind === PART) !== parts > 0) return -1;
	return kind === PART ? parts - 1 : kind - 1;
};
/** ASCII as UTF-16: `powershell -EncodedCommand` takes the one, and short messages have the other in hexadecimal digits. */
const utf16le: Encoding = (parts, byte) => (parts === 0 ? (isAscii(byte) ? 1 : -1) : byte === 0 ? 0 : -1);
const utf16be: Encoding = (parts, byte) => (parts === 0 ? (byte === 0 ? 1 : -1) : isAscii(byte) ? 0 : -1);

/** A code that spells bytes with characters of a fixed number of bits. */
export interface Codec {
	readonly name: string;
	readonly bits: number;
	/** Value by byte, -1 for bytes that are not of the alphabet. */
	readonly values: Int8Array;
	readonly encoding: Encoding;
	/** Of each character one byte is 0, which folding leaves out. */
	readonly isWide: boolean;
}

function codecs(name: string, bits: number, encodings: readonly Encoding[], ...alphabets: readonly string[]): readonly Codec[] {
	const values = new Int8Array(256).fill(-1);
	for (const alphabet of alphabets) for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value;
	return encodings.map((encoding) => ({ name, bits, values, encoding, isWide: encoding !== utf8 }));
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS = UPPER + UPPER.toLowerCase();

/** RFC 4648, both alphabets of base64. In the order in which they are preferred where several make sense. */
export const CODECS: readonly Codec[] = [
	...codecs("hex", 4, [utf8, utf16le, utf16be], "0123456789abcdef", "0123456789ABCDEF"),
	...codecs("base32", 5, [utf8], `${UPPER}234567`),
	...codecs("base64", 6, [utf8, utf16le, utf16be], `${LETTERS}0123456789+/`, `${LETTERS}0123456789-_`),
];

/** Whether any code has this byte. */
export const IN_ALPHABET: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
	Number(CODECS.some(({ values }) => values[byte] !== -1)),
);

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

/** Whether a run that spells text can begin with this byte. */
export const MAY_BEGIN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
	Number(CODECS.some(({ bits, values, encoding }) => BYTES.some((text) => encoding(0, text) >= 0 && text >> (8 - bits) === values[byte]))),
);

/** How much of a character is still to come behind `byte`, which need not make a text with the `parts` before it. */
export function partsAfter({ encoding, isWide }: Codec, parts: number, byte: number): number {
	if (isWide) return 1 - parts;
	return Math.max(0, encoding(KINDS[byte] === PART ? Math.max(1, parts) : 0, byte));
}

/** What a run has begun: bits that make no byte yet, and parts of a character that are still to come. */
export interface Pending {
	readonly bits: number;
	readonly count: number;
	readonly parts: number;
}

const NOTHING: Pending = { bits: 0, count: 0, parts: 0 };

/** Whether the bytes of a run so far spell text. `pending`: what the run goes on with. */
export function spellsText(
	{ bits, values, encoding }: Codec,
	run: Uint8Array | readonly number[],
	from: number,
	to: number,
	pending = NOTHING,
): boolean {
	let { bits: spelled, count, parts } = pending;
	for (let i = from; i < to; i++) {
		const value = values[run[i] as number] as number;
		if (value < 0) return false;
		spelled = (spelled << bits) | value;
		count += bits;
		if (count < 8) continue;
		count -= 8;
		const byte = (spelled >> count) & 0xff;
		parts = encoding(parts, byte);
		if (parts < 0) return false;
		spelled &= (1 << count) - 1;
	}
	return true;
}
