import { MAX_SEGMENT_BYTES, SegmentCutter } from "./segment.ts";
import { NOTHING_BEFORE, type TextBefore, textAfter } from "./text-before.ts";
import { type Token, tokenize } from "./token-text.ts";

/** A segment of a text as the scanner would see it. */
export interface TextSegment {
	/** Of its first byte. */
	readonly from: number;
	readonly text: string;
	readonly tokens: readonly Token[];
	readonly before: TextBefore;
}

/** A whole text in segments: with the same text the scanner has the same ones. */
export function textSegments(text: string): TextSegment[] {
	const bytes = Buffer.from(text);
	const cutter = new SegmentCutter();
	const segments: TextSegment[] = [];
	let before = NOTHING_BEFORE;
	for (let from = 0; from < bytes.length; ) {
		const size = cutter.next(bytes, from, bytes.length) ?? Math.min(MAX_SEGMENT_BYTES, bytes.length - from);
		const part = bytes.toString("utf8", from, from + size);
		const tokens = tokenize(part);
		segments.push({ from, text: part, tokens, before });
		before = textAfter(before, tokens);
		from += size;
	}
	return segments;
}
