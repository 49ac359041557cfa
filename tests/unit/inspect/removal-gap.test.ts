import { expect, test } from "vitest";
import { RemovalGap } from "../../../src/inspect/removal-gap.ts";

/** `|` is a removed region. Piece by piece in every size, with a move to another lane after each. */
function remove(text: string): string[] {
	return Array.from({ length: text.length }, (_, size) => {
		let gap = new RemovalGap();
		let out = "";
		for (const part of text.split(/(\|)/)) {
			for (let at = 0; at < part.length; at += size + 1) {
				out += part === "|" ? gap.replaced("") : gap.clean(part.slice(at, at + size + 1));
				gap = new RemovalGap(structuredClone(gap.state()));
			}
		}
		return out;
	});
}

test.each([
	["write to | today", "write to today"],
	["| first", "first"],
	["ends with |", "ends with "],
	["a | | b", "a b"],
	["a |, b", "a , b"],
	["glued|together", "gluedtogether"],
	["two |  blanks", "two  blanks"],
	["line\n| next", "line\nnext"],
])("%s becomes %s for every chunking", (text, expected) => {
	expect(new Set(remove(text))).toEqual(new Set([expected]));
});

test.each([
	[256, ""],
	[257, "[HIDDEN_TEXT REDACTED]"],
])("over %i bytes that are removed in parts %j stands, on whatever lane", (bytes, mark) => {
	let gap = new RemovalGap();
	for (const from of [10, 100, 200]) {
		gap.began(from, from === 10 ? "HIDDEN_TEXT" : "CONTROL", "");
		gap = new RemovalGap(structuredClone(gap.state()));
	}
	expect([gap.markBefore(10 + bytes), gap.markBefore(10 + 2 * bytes)]).toEqual([mark, ""]);
	gap.began(10, "HIDDEN_TEXT", "");
	gap.began(20, "EMAIL", "[EMAIL_1]");
	expect(gap.markBefore(10 + bytes)).toBe("");
});
