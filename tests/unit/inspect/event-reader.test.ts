import { expect, test } from "vitest";
import { composeRepeat, EventReader, type RepeatedEvents } from "../../../src/inspect/event-reader.ts";
import type { EventReading, StreamFormat } from "../../../src/providers/provider.ts";
import { providerOf } from "../../../src/providers/registry.ts";
import { reportedUsage } from "../../../src/providers/reported-usage.ts";
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

const used = (count: number) => ({ prompt_tokens: 9, completion_tokens: count, total_tokens: 9 + count });
const CHAT_COUNTED: readonly ((text: string, other: string, count: number) => string)[] = [
	(text, _other, count) => chat({ content: text }, { usage: used(count) }),
	(text, _other, count) => chat({ content: text }, { x_groq: { usage: used(count) } }),
	(text, _other, count) => chat({ content: text }, { usage: { ...used(count), completion_tokens: 1.5 } }),
	(text, _other, count) => chat({ content: text }, { usage: { ...used(1), details: used(count) } }),
	(text, other, count) => chat({ content: text }, { usage: used(count), obfuscation: other }),
	(text, _other, count) => chat({ content: text, total_tokens: String(count) }, { usage: { prompt_tokens: count } }),
];
const numbered = (type: string, count: number, more: object): string =>
	JSON.stringify({ type: `response.${type}`, sequence_number: count, item_id: "msg_1", output_index: 0, content_index: 0, ...more });
const RESPONSES: readonly ((text: string, other: string, count: number) => string)[] = [
	(text, _other, count) => numbered("output_text.delta", count, { delta: text, logprobs: [], obfuscation: String(count) }),
	(text, other, count) => numbered("output_text.delta", count, { delta: text, obfuscation: other }),
	(text, _other, count) => numbered("refusal.delta", count, { delta: text }),
	(text, _other, count) => numbered("function_call_arguments.delta", count, { delta: text }),
	(text, _other, count) => numbered("output_text.delta", count, { delta: text, sequence_number: `${count}` }),
	(text, _other, count) => numbered("output_text.done", count, { text }),
];
const candidate = (part: object, more: object = {}): object => ({
	candidates: [{ content: { parts: [part], role: "model" }, index: 0 }],
	...more,
});
const counted = (count: number, more: object = {}): object => ({
	usageMetadata: { promptTokenCount: 9, candidatesTokenCount: count, totalTokenCount: 9 + count, ...more },
	modelVersion: "m",
});
const GEMINI: readonly ((text: string, other: string, count: number) => string)[] = [
	(text, _other, count) => JSON.stringify(candidate({ text }, counted(count))),
	(text, _other, count) => JSON.stringify(candidate({ text }, counted(count)), undefined, 1).replaceAll("\n", ""),
	(text, _other, count) => JSON.stringify(candidate({ text, thought: true }, counted(count, { thoughtsTokenCount: count }))),
	(text, _other, count) =>
		JSON.stringify(candidate({ text }, counted(count, { promptTokensDetails: [{ modality: "TEXT", tokenCount: count }] }))),
	(text) => JSON.stringify({ candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP", index: 0 }] }),
];
/** Numbers as an upstream counts, and some that are none. */
const COUNTS = [0, 7, 9, 10, 99, 100, 12_345_678, 123_456_789];

type Api = "openai-chat" | "anthropic-messages" | "openai-responses" | "gemini-generate";

function streamFormat(api: Api): StreamFormat {
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
function readAll(format: StreamFormat, events: readonly { readonly data: string; readonly name?: string }[], isCrLf = false) {
	let fullReads = 0;
	const read: StreamFormat["read"] = (...event) => {
		fullReads++;
		return format.read(...event);
	};
	const reader = new EventReader({ ...format, read });
	const decoder = createSseDecoder(1 << 16, true);
	const sse = events.map(({ data, name }) => (isCrLf ? sseEvent(data, name).replaceAll("\n", "\r\n") : sseEvent(data, name))).join("");
	decoder.push(Buffer.from(sse));
	const readings: EventReading[] = [];
	let raw = "";
	for (;;) {
		const repeated = reader.takeRepeated(decoder, () => true);
		raw += repeated?.raw ?? "";
		for (const { place, note } of repeated?.events ?? []) {
			const { reading } = repeated as RepeatedEvents;
			readings.push({ ...reading, note, places: [...reading.places.filter(({ kind }) => kind === "whole"), place] });
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
	["openai-chat", CHAT_COUNTED],
	["anthropic-messages", ANTHROPIC],
	["openai-responses", RESPONSES],
	["gemini-generate", GEMINI],
] as const)("%s: an event read after others says what the provider says of it alone", (api, events) => {
	const format = streamFormat(api);
	const next = random(5);
	let repeated = 0;
	for (let run = 0; run < 300; run++) {
		const usual = pick(events, next);
		const stream = Array.from({ length: 12 }, () => {
			const event = next() < 0.8 ? usual : pick(events, next);
			const wire = next() < 0.7 ? WIRE[0] : pick(WIRE, next);
			const data = wire(event(pick(TEXTS, next), pick(TEXTS, next), pick(COUNTS, next)));
			return { data, ...(next() < 0.1 && { name: "content_block_delta" }) };
		});
		const { fullReads, readings } = readAll(format, stream, next() < 0.3);
		expect(readings.map(sorted)).toEqual(stream.map(({ data, name }) => sorted(format.read(data, name, format.newMemory()))));
		repeated += stream.length - fullReads;
	}
	// The short way must have been taken often, or this proves nothing about it.
	expect(repeated).toBeGreaterThan(200);
});

test.each([
	["openai-chat", [...CHAT, ...CHAT_COUNTED]],
	["anthropic-messages", ANTHROPIC],
	["openai-responses", RESPONSES],
	["gemini-generate", GEMINI],
] as const)("%s: an event that comes by itself says what the provider says of it, with any line ends", (api, events) => {
	const format = streamFormat(api);
	const next = random(6);
	let plain = 0;
	for (let run = 0; run < 600; run++) {
		const reader = new EventReader(format);
		const event = pick(events, next);
		const isCrLf = next() < 0.3;
		const chunkOf = (): { chunk: Buffer; data: string } => {
			const wire = next() < 0.7 ? WIRE[0] : pick(WIRE, next);
			const data = wire(event(pick(TEXTS, next), pick(TEXTS, next), pick(COUNTS, next)));
			return { data, chunk: Buffer.from(isCrLf ? `data: ${data}\r\n\r\n` : sseEvent(data)) };
		};
		const decoder = createSseDecoder(1 << 16, true);
		decoder.push(chunkOf().chunk);
		const block = decoder.next();
		if (typeof block !== "object") throw new Error("A block came in.");
		reader.read(block, format.newMemory());
		const { chunk, data } = chunkOf();
		const repeat = reader.plainRepeat(chunk);
		if (repeat === undefined) continue;
		plain++;
		const alone = format.read(data, undefined, format.newMemory());
		if (alone.kind !== "data") throw new Error("What is invalid alone was read behind another.");
		const [delta] = alone.places.filter(({ kind }) => kind === "delta");
		const text = Buffer.from(repeat.text).toString();
		expect({ channel: repeat.channel, text, note: repeat.note }).toEqual({ channel: delta?.channel, text: delta?.text, note: alone.note });
		expect(repeat.units).toBe(text.length);
		expect(reportedUsage(repeat.used ?? "")).toEqual(repeat.used === undefined ? undefined : reportedUsage(data));
		const composed = composeRepeat(repeat, "other")
			.replace(/^data: /, "")
			.trim();
		expect(JSON.parse(composed)).toEqual(JSON.parse(data.replace(JSON.stringify(text), '"other"')));
	}
	expect(plain).toBeGreaterThan(50);
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
