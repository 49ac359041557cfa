import { expect, test } from "vitest";
import { PieceWriter } from "../../../src/inspect/piece-writer.ts";
import type { Rule } from "../../../src/policy/policy.ts";

const EMAIL: Rule = {
	name: "email",
	type: "email",
	category: "pii",
	label: "EMAIL",
	expression: "@",
	score: 1,
	threshold: 0.5,
	action: "redact",
};
const HIDDEN: Rule = { ...EMAIL, category: "injection", label: "HIDDEN_TEXT" };
const style = { strategy: "remove", key: new Uint8Array(32) } as const;

/** `|` is a removed address, `¦` what no reader sees, `#` an address that a marker stands for. `bytes`: of each. Piece by piece in every size, with a move to another lane after each. */
function remove(text: string, bytes = 20): string[] {
	return Array.from({ length: text.length }, (_, size) => {
		let writer = new PieceWriter(style, undefined);
		let at = 0;
		let out = "";
		for (const part of text.split(/([|¦#])/)) {
			const rule = { "|": EMAIL, "¦": HIDDEN, "#": { ...EMAIL, strategy: "replace" } as const }[part];
			for (let i = 0; i < part.length; i += size + 1) {
				const slice = Buffer.from(part.slice(i, i + size + 1));
				const piece =
					rule === undefined
						? ({ kind: "clean", from: at, bytes: slice } as const)
						: ({ kind: "redacted", from: at, rule, text: undefined, isDisguised: false } as const);
				at += rule === undefined ? slice.length : bytes;
				out += writer.write([piece], at);
				const scanner = {} as never;
				writer = new PieceWriter(style, undefined, structuredClone({ scanner, carry: 0, ...writer.state() }));
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
	["two |  blanks", "two  blanks"],
	["line\n| next", "line\nnext"],
	["in room 5 | from 7", "in room 5 from 7"],
])("%s becomes %s for every chunking", (text, expected) => {
	expect(new Set(remove(text))).toEqual(new Set([expected]));
});

test.each([
	["4111 1111 | 1111 1111", "4111 1111 [EMAIL REDACTED]1111 1111"],
	["4111-1111|-1111-1111", "4111-1111-[EMAIL REDACTED]1111-1111"],
	["4111 | | 1111", "4111 [EMAIL REDACTED]1111"],
	["4111 | ¦ 1111", "4111 [EMAIL REDACTED]1111"],
	["٤١١١ | ١١١١", "٤١١١ [EMAIL REDACTED]١١١١"],
	["AKIAIOSF|ODNN7EXAMPLE", "AKIAIOSF[EMAIL REDACTED]ODNN7EXAMPLE"],
	["4111 # 1111", "4111 [EMAIL] 1111"],
	["4111 | and 1111", "4111 and 1111"],
	["4111 (|) 1111", "4111 () 1111"],
	["4111¦1111", "41111111"],
	["pass¦word", "password"],
])("what nobody has inspected does not come together: %s becomes %s", (text, expected) => {
	expect(new Set(remove(text))).toEqual(new Set([expected]));
});

test.each([
	["a¦¦¦b", 85, "ab"],
	["a¦¦¦b", 86, "a[HIDDEN_TEXT REDACTED]b"],
	["a¦#b", 200, "a[EMAIL]b"],
	["a| ¦b", 257, "a[EMAIL REDACTED] [HIDDEN_TEXT REDACTED]b"],
	["a| ¦¦b", 200, "a [EMAIL REDACTED]b"],
	["a| ¦b", 200, "a b"],
])("%s with %i bytes in each part becomes %s: over so much no view reads", (text, bytes, expected) => {
	expect(new Set(remove(text, bytes))).toEqual(new Set([expected]));
});
