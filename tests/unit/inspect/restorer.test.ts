import { describe, expect, test } from "vitest";
import { Restorer } from "../../../src/inspect/restorer.ts";
import { createSurrogateMatcher } from "../../../src/inspect/surrogate-matcher.ts";

const matcher = createSurrogateMatcher(
	Object.entries({
		"[EMAIL_1]": "jane@corp.com",
		"[EMAIL_12]": "joe@corp.com",
		"[CREDIT_CARD_1]": "4111 1111 1111 1111",
		"4000 0001 6099 3871": "5555 5555 5555 4444",
		"(312) 555-0166": "(415) 555-2671",
		"nick.marq@example.net": 'o"neil@corp.com',
		"Stephan Pacocha": "Jane Doe",
		"Shea O'Kon": "Joe Neil",
		"192.0.2.19": "10.0.0.1",
	}).map(([surrogate, original]) => ({ surrogate, original })),
);

/** The same for pieces of every size, each time with a move to another lane in between. */
function restore(text: string, source: "text" | "json"): string {
	const outs = Array.from({ length: text.length }, (_, i) => {
		let restorer = new Restorer(matcher, source);
		let out = "";
		for (let at = 0; at < text.length; at += i + 1) {
			out += restorer.write(text.slice(at, at + i + 1));
			restorer = new Restorer(matcher, source, structuredClone(restorer.state()));
		}
		return out + restorer.finish();
	});
	expect(new Set(outs).size).toBe(1);
	return outs[0] ?? "";
}

describe("in text", () => {
	test.each([
		["[EMAIL_1]", "jane@corp.com"],
		["[email_1], [Email 12] or [EMAIL-1].", "jane@corp.com, joe@corp.com or jane@corp.com."],
		["`EMAIL_1` and email_12", "`jane@corp.com` and joe@corp.com"],
		["\\[EMAIL\\_1\\] **[CREDIT\\_CARD\\_1]**", "jane@corp.com **4111 1111 1111 1111**"],
		["[CREDIT CARD 1] [credit_card_1]", "4111 1111 1111 1111 4111 1111 1111 1111"],
		["EMAIL_123, xEMAIL_1, EMAIL_1x, [EMAIL_2]", "EMAIL_123, xEMAIL_1, EMAIL_1x, [EMAIL_2]"],
		["email 1 and credit card 1 are words", "email 1 and credit card 1 are words"],
		["[EMAIL_1, EMAIL_12]", "[jane@corp.com, joe@corp.com]"],
		["[EMAIL_1", "[jane@corp.com"],
		["[EMAIL_ and [EMA", "[EMAIL_ and [EMA"],
		["4000000160993871, 4000-0001-6099-3871", "5555 5555 5555 4444, 5555 5555 5555 4444"],
		["40000001609938712 140000001609938710", "40000001609938712 140000001609938710"],
		["4000    0001 6099 3871", "4000    0001 6099 3871"],
		["(312) 555-0166, +1 312.555.0166, (3125550166)", "(415) 555-2671, +1 (415) 555-2671, ((415) 555-2671)"],
		["NICK.MARQ@EXAMPLE.NET nick\\.marq@example\\.net", 'o"neil@corp.com o"neil@corp.com'],
		["STEPHAN\n  PACOCHA's", "Jane Doe's"],
		["Stephan Pacochas, Stephan Pacochass, Stephan", "Jane Does, Stephan Pacochass, Stephan"],
		["Shea O’Kon, SHEA O’KON’S", "Joe Neil, Joe Neil’S"],
		["192.0.2.19. 192.0.2.197", "10.0.0.1. 192.0.2.197"],
	])("%s becomes %s", (text, expected) => {
		expect(restore(text, "text")).toBe(expected);
	});
});

describe("in JSON source", () => {
	test.each([
		['{"to":"[EMAIL_1]","n":[1, 2]}', '{"to":"jane@corp.com","n":[1, 2]}'],
		['{"to":"\\u005bEMAIL_1\\u005d"}', '{"to":"jane@corp.com"}'],
		['{"to":"nick.marq@example.net"}', '{"to":"o\\"neil@corp.com"}'],
		['{"card":4000000160993871,"d":1}', '{"card":"5555 5555 5555 4444","d":1}'],
		['{"EMAIL_1":true}', '{"jane@corp.com":true}'],
		['{"m":"\\\\[EMAIL\\\\_1\\\\] caf\\u00e9 \\ud83d\\ude00"}', '{"m":"jane@corp.com caf\\u00e9 \\ud83d\\ude00"}'],
		['["EMAIL", "_1"]', '["EMAIL", "_1"]'],
		// Numbers and words of JSON in a string; text that only looks like it stays text.
		['{"b":"{\\"card\\": 4000000160993871}"}', '{"b":"{\\"card\\": \\"5555 5555 5555 4444\\"}"}'],
		['{"b":"{\\"to\\":[NICK.MARQ@example.net]}"}', '{"b":"{\\"to\\":[\\"o\\\\\\"neil@corp.com\\"]}"}'],
		[
			'{"b":"\\"{\\\\\\"to\\\\\\":\\\\\\"nick.marq@example.net\\\\\\"}\\""}',
			'{"b":"\\"{\\\\\\"to\\\\\\":\\\\\\"o\\\\\\\\\\\\\\"neil@corp.com\\\\\\"}\\""}',
		],
		['{"b":"{to: \\"nick.marq@example.net\\"}"}', '{"b":"{to: \\"o\\"neil@corp.com\\"}"}'],
		['{"b":"\\"nick.marq@example.net\\""}', '{"b":"\\"o\\"neil@corp.com\\""}'],
		['{"b":"[1] \\"nick.marq@example.net\\""}', '{"b":"[1] \\"o\\"neil@corp.com\\""}'],
		['{"m":"[EMAIL_', '{"m":"[EMAIL_'],
	])("%s becomes %s", (text, expected) => {
		expect(restore(text, "json")).toBe(expected);
	});
});

test("nothing is held that cannot become a surrogate", () => {
	const restorer = new Restorer(matcher, "text");
	for (const delta of ["The ", "quick (brown) ", "fox: 4000 euros, ", "[1] net", "\\alpha ", "\n"])
		expect(restorer.write(delta)).toBe(delta);
	expect(restorer.write("[EMA")).toBe("");
	expect(restorer.write("IL_7]")).toBe("[EMAIL_7]");
});
