/** Bytes of a segment at most: what an answer waits for in the worst case. */
export const MAX_SEGMENT_BYTES = 512;
/** From here on a line break ends a segment; before, an address may go on in the next line. */
const LINE_BYTES = 160;
/** Closing quotes and brackets that still belong to a sentence. */
const MAX_CLOSERS = 3;

const NEWLINE = 0x0a;
const DOT = 0x2e;

/**
 * Where the first segment of a text ends: behind a sentence, a blank line, a line break in a long segment, or at the cap.
 * Depends on nothing but the text from the segment's start, so every chunking gives the same segments.
 */
export class SegmentCutter {
	/** No segment ends before it. Relative to the start of the segment, in bytes. */
	#at = 0;
	/** Behind the last blank, likewise. */
	#blankEnd = 0;

	/** Bytes of the segment that begins at `bytes[from]`; undefined as long as what is here does not decide it. */
	next(bytes: Uint8Array, from: number, length: number): number | undefined {
		const size = length - from;
		for (; this.#at < size; this.#at++) {
			if (this.#at >= MAX_SEGMENT_BYTES) return this.#cut(this.#capped(bytes, from));
			const end = endAt(bytes, from, this.#at, size);
			if (end === undefined) return undefined;
			if (end > 0) return this.#cut(end);
			if (isBlank(bytes[from + this.#at])) this.#blankEnd = this.#at + 1;
		}
		return undefined;
	}

	#cut(end: number): number {
		this.#at = 0;
		this.#blankEnd = 0;
		return end;
	}

	/** Behind the last blank, or before the character in which the cap lies. */
	#capped(bytes: Uint8Array, from: number): number {
		if (this.#blankEnd > MAX_SEGMENT_BYTES / 2) return this.#blankEnd;
		let end = MAX_SEGMENT_BYTES;
		while (end > 1 && ((bytes[from + end] as number) & 0xc0) === 0x80) end--;
		return end;
	}
}

/** The end of the segment when the byte at `at` ends it, 0 when not, undefined when the next bytes decide. */
function endAt(bytes: Uint8Array, from: number, at: number, size: number): number | undefined {
	const byte = bytes[from + at] as number;
	if (byte === NEWLINE) return afterLine(bytes, from, at, size);
	if (byte === DOT || byte === 0x21 || byte === 0x3f) return afterSentence(bytes, from, at, size);
	// 。！？ (E3 80 82, EF BC 81, EF BC 9F)
	if (at < 2 || (byte !== 0x82 && byte !== 0x81 && byte !== 0x9f)) return 0;
	const [first, second] = [bytes[from + at - 2], bytes[from + at - 1]];
	const isStop = byte === 0x82 ? first === 0xe3 && second === 0x80 : first === 0xef && second === 0xbc;
	return isStop ? at + 1 : 0;
}

function afterLine(bytes: Uint8Array, from: number, at: number, size: number): number | undefined {
	if (at + 1 >= LINE_BYTES) return at + 1;
	let next = at + 1;
	while (next < size && bytes[from + next] === 0x0d) next++;
	if (next >= size) return undefined;
	return bytes[from + next] === NEWLINE ? next + 1 : 0;
}

function afterSentence(bytes: Uint8Array, from: number, at: number, size: number): number | undefined {
	let next = at + 1;
	while (next < size && next - at <= MAX_CLOSERS && isCloser(bytes[from + next])) next++;
	if (next >= size) return undefined;
	if (!isBlank(bytes[from + next])) return 0;
	return bytes[from + at] === DOT && isAbbreviation(bytes, from, at) ? 0 : next;
}

/** A short word with a capital before the dot (`Dr.`, `St.`, `J.`), or one with a dot inside (`p.m.`). */
function isAbbreviation(bytes: Uint8Array, from: number, at: number): boolean {
	let start = at;
	while (start > 0 && isLetter(bytes[from + start - 1])) start--;
	const before = start > 0 ? bytes[from + start - 1] : undefined;
	if (before === DOT) return true;
	const first = bytes[from + start] as number;
	return at > start && at - start <= 4 && first >= 0x41 && first <= 0x5a;
}

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === NEWLINE || byte === 0x0d;
/** " ' ) ] * _ */
const isCloser = (byte: number | undefined): boolean =>
	byte === 0x22 || byte === 0x27 || byte === 0x29 || byte === 0x5d || byte === 0x2a || byte === 0x5f;
const isLetter = (byte: number | undefined): boolean =>
	byte !== undefined && ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a ? true : byte >= 0x80);
