import { expect, test } from "vitest";
import { MAX_SEGMENT_BYTES, SegmentCutter } from "../../../src/models/segment.ts";

/** The segments of a text whose bytes come one by one. */
function segmentsOf(text: string): string[] {
	const bytes = Buffer.from(text);
	const cutter = new SegmentCutter();
	const segments: string[] = [];
	let from = 0;
	for (let length = 1; length <= bytes.length; length++) {
		for (let size = cutter.next(bytes, from, length); size !== undefined; size = cutter.next(bytes, from, length)) {
			segments.push(bytes.toString("utf8", from, from + size));
			from += size;
		}
	}
	return [...segments, bytes.toString("utf8", from)];
}

test("a segment ends with its sentence, not at an abbreviation, an initial or a number", () => {
	expect(segmentsOf("It rains. Is it cold? Yes!")).toEqual(["It rains.", " Is it cold?", " Yes!"]);
	expect(segmentsOf('He said "stop." Then he left.')).toEqual(['He said "stop."', " Then he left."]);
	expect(segmentsOf("Dr. J. Smith of Acme Inc. paid 3.50 at 5 p.m. today.")).toHaveLength(1);
	expect(segmentsOf("今日は晴れ。明日は雨。")).toEqual(["今日は晴れ。", "明日は雨。", ""]);
});

test("a segment ends at a blank line, and at any line break once it is long", () => {
	expect(segmentsOf("12 Oak Street\nDayton\n\nThanks")).toEqual(["12 Oak Street\nDayton\n\n", "Thanks"]);
	const line = "word ".repeat(40).trim();
	expect(segmentsOf(`${line}\nnext`)).toEqual([`${line}\n`, "next"]);
});

test("a segment without end is cut behind a blank, else before a character, and loses nothing", () => {
	for (const text of ["word ".repeat(400), "é".repeat(900), "x".repeat(2000), "😀".repeat(400)]) {
		const segments = segmentsOf(text);
		expect(segments.join("")).toBe(text);
		expect(segments.length).toBeGreaterThan(2);
		for (const segment of segments) expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(MAX_SEGMENT_BYTES);
	}
});
