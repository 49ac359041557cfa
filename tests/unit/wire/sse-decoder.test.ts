import { createParser, type EventSourceMessage } from "eventsource-parser";
import { expect, test, vi } from "vitest";
import { createSseDecoder, type SseDecoder, sseBlocks } from "../../../src/wire/sse-decoder.ts";
import { pick, random } from "../../support/random.ts";

const BLOCKS = [
	'data: {"a":1}\n\n',
	'event: message_start\ndata: {"a":1}\n\n',
	"event: response.output_text.delta\ndata: x\n\n",
	'data:{"a":1}\n\n',
	'data:  {"a":1}\n\n',
	'data: {"a":1}\r\n\r\n',
	'event: message_start\r\ndata: {"a":1}\r\n\r\n',
	'data: {"a":1}\n\r\n',
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

test.each(["data: a\rdata: b\r\r", "event: x\rdata: a\r\r", "data: a\r\ndata: b\r\r"])(
	"an event whose last line ends with CR alone is not lost: %j",
	(raw) => {
		const [block] = sseBlocks(`${raw}data: next\n\n`);
		expect(block?.event?.data).toBe(raw.includes("b") ? "a\nb" : "a");
		expect(block?.raw).toBe(raw);
	},
);

test.each(["data: a\r\r", "data: a\n\r", "data: a\r\n\r"])("a CR at the end of the stream ends a line: %j", (raw) => {
	const decoder = createSseDecoder(1 << 10, false);
	decoder.push(Buffer.from(raw));
	expect(decoder.next()).toBeUndefined();
	expect(decoder.end()).toBe(true);
	expect(decoder.next()).toMatchObject({ raw, event: { data: "a" } });
	expect([decoder.next(), decoder.end(), decoder.isEmpty]).toEqual([undefined, false, true]);
	expect(sseBlocks(raw)).toMatchObject([{ raw }]);
});

test.each(["", "data: a", "data: a\r", "data: a\n"])("the end of the stream makes no block of %j", (raw) => {
	const decoder = createSseDecoder(1 << 10, false);
	decoder.push(Buffer.from(raw));
	expect(decoder.end()).toBe(raw.endsWith("\r"));
	expect([decoder.next(), decoder.end()]).toEqual([undefined, false]);
});

test.each(BLOCKS)("the event of a block is the parser's: %j", (raw) => {
	const events: EventSourceMessage[] = [];
	createParser({ onEvent: (event) => events.push(event) }).feed(raw);
	const [expected] = events;
	expect(sseBlocks(raw)).toEqual([
		{ raw, byteLength: Buffer.byteLength(raw), event: expected && { data: expected.data, name: expected.event, id: expected.id } },
	]);
});

test("one event of a megabyte that drips in moves its bytes a few times, not once for each drop", () => {
	const data = "word ".repeat(200_000);
	const bytes = Buffer.from(`data: ${data}\n\n`);
	const spies = [vi.spyOn(Buffer.prototype, "set"), vi.spyOn(Buffer, "concat"), vi.spyOn(Buffer, "from")];
	const decoder = createSseDecoder(1 << 20, false);
	const blocks: unknown[] = [];
	for (let at = 0; at < bytes.length; at += 10) {
		decoder.push(bytes.subarray(at, at + 10));
		const block = decoder.next();
		if (typeof block === "object") blocks.push(block.event?.data);
	}
	const [sets = spies[0], ...others] = spies;
	const moved = sets?.mock.calls.reduce((sum, [source]) => sum + (source as Uint8Array).length, 0);
	const copies = others.map((spy) => spy.mock.calls.length);
	vi.restoreAllMocks();
	expect(blocks).toEqual([data]);
	expect(moved).toBeLessThan(4 * bytes.length);
	expect(copies).toEqual([0, 0]);
});

/** What a decoder says after bytes came in these pieces. */
function said(decoder: SseDecoder, pieces: Iterable<Uint8Array>): unknown[] {
	const all: unknown[] = [];
	for (const piece of pieces) {
		decoder.push(piece);
		for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
			all.push(next);
			if (typeof next === "string") return all;
		}
	}
	return [...all, decoder.pendingBytes];
}

test("blocks do not depend on how the bytes are cut, whatever ends their lines", () => {
	const next = random(11);
	const PARTS = [
		"data: a\n\n",
		"data: ä😀\n\n",
		"event: x\ndata: b\n\n",
		"\n",
		"\n\n",
		"\r\n",
		"\r",
		"data: c\r\n\r\n",
		": c\n\n",
		"data: \n",
		"x",
	];
	for (let run = 0; run < 800; run++) {
		const isCrLf = next() < 0.5;
		const part = (): string => (isCrLf ? pick(PARTS, next).replace(/\r?\n/g, "\r\n") : pick(PARTS, next));
		const parts = Array.from({ length: 1 + Math.floor(next() * 12) }, () => Buffer.from(part()));
		if (next() < 0.2) parts.splice(Math.floor(next() * parts.length), 0, Buffer.from([0xff]));
		const bytes = Buffer.concat(next() < 0.1 ? [Buffer.from("\ufeff"), ...parts] : parts);
		const single = said(
			createSseDecoder(1 << 10, false),
			Array.from(bytes, (byte) => Uint8Array.of(byte)),
		);
		expect(said(createSseDecoder(1 << 10, false), [bytes]), JSON.stringify(bytes.toString())).toEqual(single);
		const at = Math.floor(next() * bytes.length);
		expect(said(createSseDecoder(1 << 10, false), [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(single);
	}
});
