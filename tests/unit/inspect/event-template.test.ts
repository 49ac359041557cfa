import { expect, test } from "vitest";
import { EventReader, type RepeatedEvents } from "../../../src/inspect/event-template.ts";
import type { EventReading, StreamFormat } from "../../../src/providers/provider.ts";
import { providerOf } from "../../../src/providers/registry.ts";
import { createSseDecoder } from "../../../src/wire/sse-decoder.ts";
import { sseEvent } from "../../../src/wire/sse-encoder.ts";
import { pick, random } from "../../support/random.ts";

const chat = (delta: object, more: object = {}, choice: object = {}): string =>
	JSON.stringify({
		id: "c1",
		object: "chat.completion.chunk",
		created: 1_764_000_000,
		model: "m",
		choices: [{ index: 0, delta, finish_reason: null, ...choice }],
		...more,
	});
const block = (delta: object, index = 0): string => JSON.stringify({ type: "content_block_delta", index, delta });

const TEXTS = [
	" plain",
	" word,",
	"\n",
	'a "quoted" word',
	"back\\slash\\",
	"naïve 😀",
	"",
	" ",
	"data: x",
	"data:image/png;base64,AAAA",
	'x","role":"y',
	"\ud83d",
];
/** What a text's literal may look like on the wire beside the plain form; the last three are not valid JSON. */
const WIRE: readonly [(json: string) => string, ...((json: string) => string)[]] = [
	(json: string) => json,
	(json: string) => json.replace(/[a-z]/, "\\u0061"),
	(json: string) => json.replace(" ", "\t"),
	(json: string) => json.replace(" ", "\\x"),
	(json: string) => json.replace('"}', '\\"}'),
];

const CHAT: readonly ((text: string, other: string) => string)[] = [
	(text) => chat({ content: text }),
	(text) => chat({ content: text }, { usage: null, obfuscation: "Ab1" }),
	(text, other) => chat({ content: text }, { obfuscation: other }),
	(text) => chat({ content: text }, {}, { index: 1 }),
	(text) => chat({ content: text }, {}, { finish_reason: "stop" }),
	(text, other) => chat({ content: text, refusal: other }),
	(text) => chat({ tool_calls: [{ index: 0, function: { arguments: text } }] }),
	(text) => chat({ content: text }, {}, { logprobs: { content: [{ token: text, logprob: -1, bytes: null, top_logprobs: [] }] } }),
	() => "[DONE]",
	(text) => JSON.stringify({ error: { message: text } }),
];
const ANTHROPIC: readonly ((text: string, other: string) => string)[] = [
	(text) => block({ type: "text_delta", text }),
	(text) => block({ type: "text_delta", text }, 1),
	(text) => block({ type: "input_json_delta", partial_json: text }),
	(text, other) => block({ type: "text_delta", text, extra: other }),
	() => JSON.stringify({ type: "content_block_stop", index: 0 }),
];

function streamFormat(api: "openai-chat" | "anthropic-messages"): StreamFormat {
	const format = providerOf(api).stream;
	if (format === undefined) throw new Error(`${api} streams`);
	return format;
}

/** Texts beside the delta first, and without their places: those behind it move with its length. */
function sorted(reading: EventReading): object {
	if (reading.kind !== "data") return reading;
	const [whole, rest] = [true, false].map((isWhole) => reading.places.filter(({ kind }) => (kind === "whole") === isWhole));
	return { ...reading, places: [...(whole ?? []).map(({ text, source, path }) => ({ text, source, path })), ...(rest ?? [])] };
}

/** How often a stream was read in full, and the reading of each of its events. */
function readAll(format: StreamFormat, events: readonly { readonly data: string; readonly name?: string }[]) {
	let fullReads = 0;
	const read: StreamFormat["read"] = (...event) => {
		fullReads++;
		return format.read(...event);
	};
	const reader = new EventReader({ ...format, read });
	const decoder = createSseDecoder(1 << 16, true);
	const sse = events.map(({ data, name }) => sseEvent(data, name)).join("");
	decoder.push(Buffer.from(sse));
	const readings: EventReading[] = [];
	let raw = "";
	for (;;) {
		const repeated = reader.takeRepeated(decoder, () => true);
		raw += repeated?.raw ?? "";
		for (const { place } of repeated?.events ?? []) {
			const { reading } = repeated as RepeatedEvents;
			readings.push({ ...reading, places: [...reading.places.filter(({ kind }) => kind === "whole"), place] });
		}
		expect(repeated?.events.reduce((sum, { length }) => sum + length, 0) ?? 0).toBe(repeated?.raw.length ?? 0);
		const block = decoder.next();
		if (typeof block !== "object") break;
		raw += block.raw;
		readings.push(reader.read(block, format.newMemory()));
	}
	expect(raw).toBe(sse);
	return { fullReads, readings };
}

test.each([
	["openai-chat", CHAT],
	["anthropic-messages", ANTHROPIC],
] as const)("%s: an event read after others says what the provider says of it alone", (api, events) => {
	const format = streamFormat(api);
	const next = random(5);
	let repeated = 0;
	for (let run = 0; run < 300; run++) {
		const usual = pick(events, next);
		const stream = Array.from({ length: 12 }, () => {
			const event = next() < 0.8 ? usual : pick(events, next);
			const wire = next() < 0.7 ? WIRE[0] : pick(WIRE, next);
			const data = wire(event(pick(TEXTS, next), pick(TEXTS, next)));
			return { data, ...(next() < 0.1 && { name: "content_block_delta" }) };
		});
		const { fullReads, readings } = readAll(format, stream);
		expect(readings.map(sorted)).toEqual(stream.map(({ data, name }) => sorted(format.read(data, name, format.newMemory()))));
		repeated += stream.length - fullReads;
	}
	// The short way must have been taken often, or this proves nothing about it.
	expect(repeated).toBeGreaterThan(200);
});

test("padding that changes with every event does not hinder the short way, unless it is no padding", () => {
	const format = streamFormat("openai-chat");
	const padded = (...paddings: readonly string[]): { data: string }[] =>
		paddings.map((obfuscation) => ({ data: chat({ content: " x" }, { obfuscation }) }));
	expect(readAll(format, padded("a", "Zz9", "", "0123456789")).fullReads).toBe(1);
	const { fullReads, readings } = readAll(format, padded("a", "Zz9", "jane@example.com"));
	expect(fullReads).toBe(2);
	const mail = readings.at(-1);
	expect(mail?.kind === "data" && mail.places.map(({ text }) => text)).toEqual([" x", "jane@example.com"]);
});

test("a member that says the same in every event does not hinder the short way", () => {
	const events = [" a", " b", " c"].map((content) => ({ data: chat({ content }, { note: "as ever", trace: 1_234_567_890_123 }) }));
	expect(readAll(streamFormat("openai-chat"), events).fullReads).toBe(1);
});
