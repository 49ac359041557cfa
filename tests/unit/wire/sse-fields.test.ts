import { expect, test } from "vitest";
import { sseBlocks } from "../../../src/wire/sse-decoder.ts";
import { plainBlock } from "../../../src/wire/sse-fields.ts";

function plain(sse: string): (string | undefined)[] {
	return sseBlocks(sse).map((block) => plainBlock(block)?.raw);
}

test.each(["event: a\ndata: 1\n\n", "data:1\r\ndata\r\ndata: 3\r\n\r\n", "id: 7\nretry: 5\ndata: 1\n\n", "event: b\rdata: 2\r\n\n"])(
	"an event of data and plain fields is kept as it came: %j",
	(sse) => {
		expect(plain(sse)).toEqual([sse]);
	},
);

test.each([": to jane.doe@example.com\n", "id: jane.doe@example.com\n", "retry: never\n", "note: jane.doe@example.com\n"])(
	"what is not inspected is not passed on: %j",
	(field) => {
		expect(plain(`event: a\n${field}data: {"x":1}\n\n`)).toEqual(['event: a\ndata: {"x":1}\n\n']);
	},
);

test("of a field that stands twice, only the one that counts is passed on", () => {
	expect(plain("event: to jane.doe@example.com\nevent: a\ndata: 1\n\n")).toEqual(["event: a\ndata: 1\n\n"]);
	expect(plain("id: jane\nevent: a\ndata: 1\nid: doe\n\n")).toEqual(["event: a\ndata: 1\n\n"]);
});

test("an event whose name is no word does not pass", () => {
	expect(plain("event: to jane.doe@example.com\ndata: 1\n\n")).toEqual([undefined]);
});
