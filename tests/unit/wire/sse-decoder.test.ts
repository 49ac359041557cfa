import { createParser, type EventSourceMessage } from "eventsource-parser";
import { expect, test, vi } from "vitest";
import { createSseDecoder } from "../../../src/wire/sse-decoder.ts";

const BLOCKS = [
	'data: {"a":1}\n\n',
	'event: message_start\ndata: {"a":1}\n\n',
	"event: response.output_text.delta\ndata: x\n\n",
	'data:{"a":1}\n\n',
	'data:  {"a":1}\n\n',
	'data: {"a":1}\r\n\r\n',
	"data: a\ndata: b\n\n",
	"data: \n\n",
	"data\n\n",
	"data: a\nid: 7\n\n",
	"event: x y\ndata: a\n\n",
	"event:\ndata: a\n\n",
	": comment\n\n",
	": comment\ndata: a\n\n",
	"retry: 5\ndata: naïve 😀\n\n",
	"data: a\rdata: b\r\r\n",
];

test.each(BLOCKS)("the event of a block is the parser's: %j", (raw) => {
	const events: EventSourceMessage[] = [];
	createParser({ onEvent: (event) => events.push(event) }).feed(raw);
	const [expected] = events;
	const { kind, blocks } = createSseDecoder(1 << 10, true).decode(Buffer.from(raw));
	expect(kind).toBe("blocks");
	expect(blocks).toEqual([
		{ raw, byteLength: Buffer.byteLength(raw), event: expected && { data: expected.data, name: expected.event, id: expected.id } },
	]);
});

test("one event of a megabyte that drips in moves its bytes a few times, not once for each drop", () => {
	const data = "word ".repeat(200_000);
	const bytes = Buffer.from(`data: ${data}\n\n`);
	const spies = [vi.spyOn(Buffer.prototype, "set"), vi.spyOn(Buffer, "concat"), vi.spyOn(Buffer, "from")];
	const decoder = createSseDecoder(1 << 20, false);
	const blocks = [];
	for (let at = 0; at < bytes.length; at += 10) blocks.push(...decoder.decode(bytes.subarray(at, at + 10)).blocks);
	const [sets = spies[0], ...others] = spies;
	const moved = sets?.mock.calls.reduce((sum, [source]) => sum + (source as Uint8Array).length, 0);
	const copies = others.map((spy) => spy.mock.calls.length);
	vi.restoreAllMocks();
	expect(blocks.map((block) => block.event?.data)).toEqual([data]);
	expect(moved).toBeLessThan(4 * bytes.length);
	expect(copies).toEqual([0, 0]);
});
