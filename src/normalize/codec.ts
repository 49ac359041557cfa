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

/** What a byte of a text is: no part of one, a printable ASCII character, part of a longer character, the first of 2 to 4 bytes of one. */
const [NO_TEXT, ASCII, PART] = [0, 1, 5];
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
	if (byte < 0x80) return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09 ? ASCII : NO_TEXT;
	if (byte < 0xc0) return PART;
	return byte < 0xc2 || byte > 0xf4 ? NO_TEXT : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
});

/** Whether any code has this byte. */
export const IN_ALPHABET: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
	Number(CODECS.some(({ values }) => values[byte] !== -1)),
);

/** Whether a run that spells text can begin with this byte. */
export const MAY_BEGIN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
	Number(
		CODECS.some(({ bits, values }) => KINDS.some((kind, text) => kind !== NO_TEXT && kind !== PART && text >> (8 - bits) === values[byte])),
	),
);

/** How much of a character of UTF-8 is still to come behind `byte`, when `parts` were before it. */
export function partsAfter(parts: number, byte: number): number {
	const kind = KINDS[byte] as number;
	return kind === PART ? Math.max(0, parts - 1) : Math.max(0, kind - 1);
}

/** What a run has begun: bits that make no byte yet, and parts of a character that are still to come. */
export interface Pending {
	readonly bits: number;
	readonly count: number;
	readonly parts: number;
}

const NOTHING: Pending = { bits: 0, count: 0, parts: 0 };

/** Whether the bytes of a run so far spell text in UTF-8. `pending`: what the run goes on with. */
export function spellsText(
	{ bits, values }: Codec,
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
		const kind = KINDS[byte] as number;
		if (kind === NO_TEXT || (kind === PART) !== parts > 0) return false;
		parts = partsAfter(parts, byte);
		spelled &= (1 << count) - 1;
	}
	return true;
}
