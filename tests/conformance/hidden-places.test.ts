import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { inspectBody } from "../../src/inspect/body-texts.ts";
import { FindingTally } from "../../src/inspect/finding-tally.ts";
import { translateBody } from "../../src/inspect/translated-answer.ts";
import { editsOf } from "../../src/inspect/whole-texts.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { replaceValues } from "../../src/wire/json-strings.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { streamThrough } from "../support/stream-through.ts";

/** Places of an answer or a request that are no ordinary text, and that some reader takes for text all the same. */
const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;
const [A, B] = ["AKIAIOSFOD", "NN7EXAMPLE"];
const KEY = A + B;
const CARD = ["411111", "1111111111"].join("");
const N = Number(CARD);
const LEAK = new RegExp(`${A}|${B}|${CARD.slice(0, 8)}`);

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const sse = (data: object | string, name?: string): string =>
	`${name === undefined ? "" : `event: ${name}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;

const chat = (choice: object): string => sse({ id: "c", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, ...choice }] });
const delta = (members: object): string => chat({ delta: members });
const call = (members: object): string => delta({ tool_calls: [{ index: 0, id: "c", type: "function", ...members }] });
/** Two texts whose pieces come in turns. */
const inTurns = (event: (at: unknown, text: string) => string, one: unknown, other: unknown): string =>
	event(one, A) + event(other, "zz") + event(one, B);
const CHAT_END = `${chat({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`;

const CHAT: readonly (readonly [string, string])[] = [
	["the event field before the last one", `event: ${KEY} x\nevent: message\n${delta({ content: "hi. " })}`],
	["the name of an event", `event: ${KEY}\n${delta({ content: "hi. " })}`],
	["the id of an event", `id: ${KEY}\n${delta({ content: "hi. " })}`],
	["a member named twice", sse(`{"choices":[{"index":0,"delta":{"content":"${A}","content":""}}]}`) + delta({ content: B })],
	["a list named twice", sse(`{"choices":[{"index":0,"delta":{"content":"${KEY}"}}],"choices":[]}`)],
	["a number for a text", delta({ content: N })],
	["a number in an unknown member", delta({ content: "", plan: { steps: [1, { card: N }] } })],
	["a number with a point", sse(`{"choices":[{"index":0,"delta":{},"x":${CARD}.0}]}`)],
	["arguments that are no string", call({ function: { name: "f", arguments: { card: N } } })],
	[
		"an unknown member, the same in event after event",
		["hi ", "there ", "you "]
			.map((content) => sse({ object: "chat.completion.chunk", note: KEY, choices: [{ index: 0, delta: { content } }] }))
			.join(""),
	],
	["the id of a call", call({ id: KEY, function: { name: "f", arguments: "{}" } })],
	["the id of a call that begins like a vendor's", call({ id: `call_${CARD}`, function: { name: "f", arguments: "{}" } })],
	["a text that begins like a data URL", delta({ musing: `data:,${A}` }) + delta({ musing: B })],
	["choices by strings", inTurns((index, content) => chat({ index, delta: { content } }), "0", "1")],
	["choices below zero", inTurns((index, content) => chat({ index, delta: { content } }), -1, -2)],
	["choices of high numbers", inTurns((index, content) => chat({ index, delta: { content } }), 5000, 6000)],
	["calls of high numbers", inTurns((index, text) => delta({ tool_calls: [{ index, function: { arguments: text } }] }), 5000, 6000)],
	["log probabilities of an unknown text", chat({ delta: {}, logprobs: { musing: [{ token: A }, { token: B }] } })],
];

const response = (type: string, members: object): string => sse({ type, ...members }, type);
const textDelta = (output: unknown, text: unknown): string =>
	response("response.output_text.delta", { output_index: output, content_index: 0, delta: text });

const RESPONSES: readonly (readonly [string, string])[] = [
	["a number for a text", textDelta(0, N)],
	["a number in an unknown event", response("response.plan", { steps: [N] })],
	["outputs by strings", inTurns(textDelta, "0", "1")],
	["a name that is not the type", [A, B].map((text) => sse({ type: "response.plan", delta: text }, "response.output_text.delta")).join("")],
	[
		"what the response begins with",
		response("response.created", { response: { output: [{ type: "message", content: [{ type: "output_text", text: A }] }] } }) +
			textDelta(0, B),
	],
];

const messageStart = (content: readonly object[]): string =>
	sse({ type: "message_start", message: { id: "m", type: "message", role: "assistant", model: "m", content, usage: {} } }, "message_start");
const blockDelta = (members: object): string => sse({ type: "content_block_delta", index: 0, delta: members }, "content_block_delta");

const ANTHROPIC: readonly (readonly [string, string])[] = [
	["a text the message begins with", messageStart([{ type: "text", text: A }]) + blockDelta({ type: "text_delta", text: B })],
	[
		"thinking the message begins with",
		messageStart([{ type: "thinking", thinking: A }]) + blockDelta({ type: "thinking_delta", thinking: B }),
	],
	["a number for a text", messageStart([]) + blockDelta({ type: "text_delta", text: N })],
	["a number among the counts", messageStart([]).replace('"usage":{}', `"usage":{"added":${CARD}}`)],
];

const gemini = (candidate: object): string => sse({ candidates: [{ ...candidate }] });

const GEMINI: readonly (readonly [string, string])[] = [
	["a list named twice", sse(`{"candidates":[{"content":{"parts":[{"text":"${KEY}"}]}}],"candidates":[]}`)],
	["parts named twice", sse(`{"candidates":[{"content":{"parts":[{"text":"${KEY}"}],"parts":[]}}]}`)],
	["candidates of high numbers", inTurns((index, text) => gemini({ index, content: { parts: [{ text }] } }), 5000, 6000)],
	["a number in a part", gemini({ content: { parts: [{ functionCall: { name: "f", partialArgs: [{ numberValue: N }] } }] } })],
];

describe.each([
	["openai-chat", CHAT],
	["openai-responses", RESPONSES],
	["anthropic-messages", ANTHROPIC],
	["gemini-generate", GEMINI],
] as const)("a stream of %s", (api, cases) => {
	test.each(cases)("%s", (_place, events) => {
		const bytes = Buffer.from(events + (api === "openai-chat" ? CHAT_END : ""));
		for (const sizes of [[bytes.length], [7]]) {
			const { out, ended } = streamThrough(bytes, { api, program, style: STYLE, sizes });
			expect(out).not.toMatch(LEAK);
			expect(ended).toBeDefined();
		}
	});
});

const begun = (index: number, start: object): string =>
	sse({ type: "content_block_start", index, content_block: start }, "content_block_start");
const textPiece = (index: number, said: string): string =>
	sse({ type: "content_block_delta", index, delta: { type: "text_delta", text: said } }, "content_block_delta");

test.each([
	[
		"a call begins while the text is open",
		begun(0, text("")) + textPiece(0, A) + begun(1, { type: "tool_use", id: "t", name: "f", input: {} }) + textPiece(0, B),
	],
	["two texts grow in turns", begun(0, text("")) + begun(1, text("")) + textPiece(0, A) + textPiece(1, "zz") + textPiece(0, B)],
])("a message in which %s", (_what, events) => {
	const bytes = Buffer.from(messageStart([]) + events + sse({ type: "message_stop" }, "message_stop"));
	for (const sizes of [[bytes.length], [7]])
		expect(streamThrough(bytes, { api: "anthropic-messages", program, style: STYLE, sizes }).out).not.toMatch(LEAK);
});

test.each([
	["openai-chat", delta({ content: "α. " }) + delta({ content: A })],
	["openai-responses", textDelta(0, "α. ") + textDelta(0, A)],
	["anthropic-messages", messageStart([]) + begun(0, text("")) + textPiece(0, "α. ") + textPiece(0, A)],
	["gemini-generate", ["α. ", A].map((said) => gemini({ content: { parts: [{ text: said }] } })).join("")],
] as const)("half a secret does not go out when a stream of %s breaks off", (api, events) => {
	const { out, ended } = streamThrough(Buffer.from(events), { api, program, style: STYLE, sizes: [1 << 20] });
	expect(ended).toBe("fault");
	expect(out).toContain("α.");
	expect(out).not.toMatch(LEAK);
});

const BODIES: readonly (readonly [ApiName, string, string])[] = [
	["anthropic-messages", "a list named twice", `{"content":[{"type":"text","text":"${KEY}"}],"content":"b"}`],
	["gemini-generate", "a list named twice", `{"candidates":[{"content":{"parts":[{"text":"${KEY}"}]}}],"candidates":[]}`],
	["openai-chat", "parts that are read as one", json([{ content: [text(A), text(B)] }])],
	["openai-chat", "arguments that are no string", json([{ tool_calls: [{ id: "c", function: { name: "f", arguments: { card: N } } }] }])],
	["openai-chat", "a number with an exponent", json([{}]).replace("{}", `{"x":${CARD[0]}.${CARD.slice(1)}e15}`)],
];

function text(said: string): object {
	return { type: "text", text: said };
}

function json(messages: readonly object[]): string {
	return JSON.stringify({ choices: messages.map((message, index) => ({ index, message, finish_reason: "stop" })) });
}

test.each(BODIES)("a body of %s: %s", (api, _place, body) => {
	const filter = createBodyFilter({ provider: providerOf(api), program, style: STYLE, onCut: "end", maxBytes: 1 << 20 });
	filter.push(Buffer.from(body));
	expect(filter.end(undefined).out).not.toMatch(new RegExp(`${LEAK.source}|4\\.1111`));
});

const MESSAGES = `"messages":[{"role":"user","content":"b"}]`;
const REQUESTS: readonly (readonly [ApiName, string, string])[] = [
	[
		"openai-chat",
		"content named twice",
		`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"${KEY}"}],"content":"b"}]}`,
	],
	[
		"anthropic-messages",
		"content named twice",
		`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"${KEY}"}],"content":"b"}]}`,
	],
	["gemini-generate", "parts named twice", `{"contents":[{"parts":[{"text":"${KEY}"}],"parts":[]}]}`],
	["openai-chat", "a number in the metadata", `{"model":"m","metadata":{"card":${CARD}},${MESSAGES}}`],
	["openai-chat", "a number in a schema", `{"model":"m","tools":[{"function":{"name":"f","parameters":{"enum":[${CARD}]}}}],${MESSAGES}}`],
	["openai-responses", "a number in an item", `{"model":"m","input":[{"role":"user","content":"x","n":${CARD}}]}`],
	["openai-responses", "what a program says", `{"model":"m","input":[{"type":"program_output","call_id":"c","result":"${KEY}"}]}`],
	["openai-chat", "the id of a call's result", `{"model":"m","messages":[{"role":"tool","tool_call_id":"${KEY}","content":"b"}]}`],
];

test.each(REQUESTS)("a request of %s: %s", (api, _place, body) => {
	const reading = providerOf(api).readRequest(body, "/v1beta/models/m:generateContent");
	if (reading.kind === "invalid") return expect(reading.message).toContain("twice");
	const { texts } = inspectBody(reading.places, program, STYLE, new FindingTally());
	expect(replaceValues(body, editsOf(reading.places, texts, reading.amendments))).not.toMatch(LEAK);
	return undefined;
});

test.each([
	["openai-embeddings", "tokens", { input: "a", Input: [9906, 1917] }],
	["openai-completions", "tokens", { prompt: "a", PROMPT: [9906, 1917] }],
	["openai-responses", "an answer that is fetched later", { input: "a", Background: true }],
] as const)("a request of %s: %s in a member that some readers take for another", (api, _what, members) => {
	const reading = providerOf(api).readRequest(JSON.stringify({ model: "m", ...members }), "");
	expect(reading).toMatchObject({ kind: "invalid", message: expect.stringContaining("in another case") });
});

test("the number in a vendor's name of a call is read without the word before it, and what replaces it stands behind that word", () => {
	const body = `{"model":"m","messages":[{"role":"tool","tool_call_id":"call_54321098","content":"b"}]}`;
	const reading = providerOf("openai-chat").readRequest(body, "");
	if (reading.kind !== "data") throw new Error(reading.kind);
	const texts = reading.places.map(({ text: value }) => value);
	expect(texts).toContain("54321098");
	const { texts: found } = inspectBody(reading.places, program, STYLE, new FindingTally());
	expect(replaceValues(body, editsOf(reading.places, found, reading.amendments))).toBe(body);
	const replaced = texts.map((value) => (value === "54321098" ? "x" : value));
	expect(replaceValues(body, editsOf(reading.places, replaced, reading.amendments))).toBe(body.replace("54321098", "x"));
});

test("numbers of the vendor, and a caller's seed, stay as they are", () => {
	const body = `{"model":"m","seed":9007199254740991,"temperature":0.123456789012,${MESSAGES}}`;
	const reading = providerOf("openai-chat").readRequest(body, "");
	expect(reading.kind === "data" && reading.places.map(({ text: value }) => value)).not.toContain("9007199254740991");
	const numbers = '"created":1732451234,"usage":{"total_tokens":123456789},"model"';
	const event = delta({ content: "α. " }).replace('"model"', numbers);
	expect(streamThrough(Buffer.from(event + CHAT_END), { api: "openai-chat", program, style: STYLE, sizes: [9] }).out).toContain(numbers);
});

test("a call's name that comes in pieces is read as clients join it", () => {
	const named = (...names: readonly string[]): string => {
		const calls = names.map((name) => call({ function: { name, arguments: "" } }));
		return streamThrough(Buffer.from(calls.join("") + CHAT_END), { api: "openai-chat", program, style: STYLE, sizes: [60], moveEvery: 2 })
			.out;
	};
	expect(named(A, B)).not.toContain(B);
	expect(named("", A, "", B)).not.toContain(B);
	expect(named("get_", "weather")).toContain('"name":"weather"');
	expect(named("get_weather", "get_weather").split('"name":"get_weather"')).toHaveLength(3);
});

test("a call's name has a bound, and so have the calls whose names are remembered", () => {
	const through = (events: readonly string[]): string =>
		streamThrough(Buffer.from(events.join("") + CHAT_END), { api: "openai-chat", program, style: STYLE, sizes: [4096] }).out;
	const pieces = Array.from({ length: 1100 }, (_, i) => call({ function: { name: i % 2 === 0 ? "a" : "b", arguments: "" } }));
	expect(through(pieces)).toContain("upstream_invalid_event");
	expect(through(pieces.slice(0, 1000))).not.toContain("upstream_invalid_event");
	const choices = Array.from({ length: 130 }, (_, i) =>
		call({ function: { name: "f", arguments: "" } }).replace('"index":0', `"index":${i}`),
	);
	expect(through(choices)).toContain("upstream_invalid_event");
	expect(through(choices.slice(0, 100))).not.toContain("upstream_invalid_event");
});

/** Text blocks with another block between them are inspected apart, and a chat client reads all text in one piece. */
describe("a message for chat clients", () => {
	const block = (index: number, start: object, ...deltas: object[]): string =>
		[
			{ type: "content_block_start", index, content_block: start },
			...deltas.map((members) => ({ type: "content_block_delta", index, delta: members })),
			{ type: "content_block_stop", index },
		]
			.map((event) => sse(event, event.type))
			.join("");
	const between = { type: "tool_use", id: "t", name: "f", input: {} };
	const END =
		sse({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: {} }, "message_delta") +
		sse({ type: "message_stop" }, "message_stop");
	const translation = { to: "openai-chat", includeUsage: false, created: 1 } as const;

	test("streamed: texts apart are paragraphs, texts side by side are one", () => {
		const said = (...halves: readonly string[]): string =>
			halves.map((half, i) => block(2 * i, text(""), { type: "text_delta", text: half })).join(block(1, between));
		const read = (events: string): string => {
			const { out } = streamThrough(Buffer.from(messageStart([]) + events + END), {
				api: "anthropic-messages",
				client: "openai-chat",
				program,
				style: STYLE,
				sizes: [50],
				moveEvery: 2,
			});
			const chunks = [...out.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data ?? "").choices[0]?.delta);
			return chunks.map((members) => `${members?.reasoning_content ?? ""}${members?.content ?? ""}`).join("");
		};
		expect(read(said("Ja", "nein"))).toBe("Ja\n\nnein");
		expect(read(said(A, B))).toBe("");
		expect(read(block(0, text("Ja")) + block(1, text("nein")))).toBe("Janein");
		const thought = (thinking: string, index: number): string =>
			block(index, { type: "thinking", thinking: "" }, { type: "thinking_delta", thinking });
		expect(read(["Ja", "nein"].map(thought).join(""))).toBe("Ja\n\nnein");
	});

	test("whole", () => {
		const content = [text("1"), text("2"), between, text("3"), { type: "thinking", thinking: "4" }, { type: "thinking", thinking: "5" }];
		const message = { id: "m", type: "message", role: "assistant", model: "m", content, stop_reason: "end_turn", usage: {} };
		const provider = providerOf("anthropic-messages");
		const filter = translateBody(createBodyFilter({ provider, program, style: STYLE, onCut: "end", maxBytes: 1 << 20 }), translation);
		filter.push(Buffer.from(JSON.stringify(message)));
		expect(JSON.parse(filter.end(undefined).out).choices[0].message).toMatchObject({ content: "12\n\n3", reasoning_content: "4\n\n5" });
	});
});
