import type { ByteOffset } from "../core/units.ts";

/** A place in a text, for people and other programs. */
export interface TextPosition {
	readonly byte: ByteOffset;
	/** Unicode code points from the start. */
	readonly codePoint: number;
	/** UTF-16 units from the start: an index of a JavaScript string. */
	readonly unit: number;
	/** Both from 1; a column is a code point. Lines end with a line feed. */
	readonly line: number;
	readonly column: number;
}

/** The positions of byte offsets in UTF-8, in one pass. The offsets may come in any order. */
export function textPositions(bytes: Uint8Array, offsets: readonly ByteOffset[]): Map<ByteOffset, TextPosition> {
	const positions = new Map<ByteOffset, TextPosition>();
	let at = 0;
	let codePoint = 0;
	let unit = 0;
	let line = 1;
	let lineStart = 0;
	for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
		for (; at < offset; at++) {
			const byte = bytes[at] as number;
			if ((byte & 0xc0) === 0x80) continue;
			codePoint++;
			// Four bytes are a surrogate pair.
			unit += byte >= 0xf0 ? 2 : 1;
			if (byte !== 0x0a) continue;
			line++;
			lineStart = codePoint;
		}
		positions.set(offset, { byte: offset, codePoint, unit, line, column: codePoint - lineStart + 1 });
	}
	return positions;
}
