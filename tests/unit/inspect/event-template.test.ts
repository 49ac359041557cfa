import { expect, test } from "vitest";
import { EventReader } from "../../../src/inspect/event-template.ts";
import type { StreamFormat } from "../../../src/providers/provider.ts";
import { providerOf } from "../../../src/providers/registry.ts";
import type { SseBlock } from "../../../src/wire/sse-decoder.ts";
import { pick, random } from "../../support/random.ts";

const blockOf = (data: string, name?: string): SseBlock => ({ raw: "", event: { data, name, id: undefined }, byteLength: 0 });

const chat = (delta: object, more: object = {}, choice: object = {}): string =>
	JSON.stringify({
		id: "c1",
		object: "chat.completion.chunk",
		created: 1,
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

test.each([
	["openai-chat", CHAT],
	["anthropic-messages", ANTHROPIC],
] as const)("%s: an event read after others says what the provider says of it alone", (api, events) => {
	const format = streamFormat(api);
	const next = random(5);
	let repeated = 0;
	for (let run = 0; run < 300; run++) {
		let fullReads = 0;
		const counting: StreamFormat = {
			...format,
			read: (...event) => {
				fullReads++;
				return format.read(...event);
			},
		};
		const reader = new EventReader(counting);
		const memory = format.newMemory();
		const usual = pick(events, next);
		for (let i = 0; i < 12; i++) {
			const event = next() < 0.8 ? usual : pick(events, next);
			const wire = next() < 0.7 ? WIRE[0] : pick(WIRE, next);
			const data = wire(event(pick(TEXTS, next), pick(TEXTS, next)));
			const name = next() < 0.1 ? "content_block_delta" : undefined;
			expect(reader.read(blockOf(data, name), memory), data).toEqual(format.read(data, name, memory));
		}
		repeated += 12 - fullReads;
	}
	// The short way must have been taken often, or this proves nothing about it.
	expect(repeated).toBeGreaterThan(200);
});

test("padding that changes with every event does not hinder the short way, unless it is no padding", () => {
	const format = streamFormat("openai-chat");
	let fullReads = 0;
	const read: StreamFormat["read"] = (...event) => {
		fullReads++;
		return format.read(...event);
	};
	const reader = new EventReader({ ...format, read });
	for (const padding of ["a", "Zz9", "", "0123456789"]) reader.read(blockOf(chat({ content: " x" }, { obfuscation: padding })), {});
	expect(fullReads).toBe(1);
	const mail = reader.read(blockOf(chat({ content: " x" }, { obfuscation: "jane@example.com" })), {});
	expect(fullReads).toBe(2);
	expect(mail.kind === "data" && mail.places.map(({ text }) => text)).toEqual([" x", "jane@example.com"]);
});
