import { beforeAll, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { inspectBody } from "../../src/inspect/body-texts.ts";
import { FindingTally } from "../../src/inspect/finding-tally.ts";
import { editsOf } from "../../src/inspect/whole-texts.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { replaceValues } from "../../src/wire/json-strings.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { streamThrough } from "../support/stream-through.ts";

/** Character codes of a secret as a list of JSON numbers: in arguments, results, schemas, and in members that no table knows. */
const STYLE = { strategy: "replace", key: new Uint8Array(32) } as const;
const CODES = [...["AKIA", "IOSFODNN7", "EXAMPLE"].join("")].map((char) => char.charCodeAt(0));
const LIST = { data: CODES };
/** Too few, no characters, or no whole numbers. */
const OTHERS = { few: CODES.slice(0, 7), counts: CODES.map((code) => code * 3), vector: CODES.map((code) => code + 0.5), n: 65 };
const LEAK = CODES.slice(4, 9).join(",");

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const call = (list: unknown): object => ({ id: "c", type: "function", function: { name: "f", arguments: list } });
const REQUESTS: readonly (readonly [ApiName, string, (list: object) => object])[] = [
	["openai-chat", "arguments", (list) => ({ messages: [{ role: "assistant", tool_calls: [call(JSON.stringify(list))] }] })],
	["openai-chat", "arguments as an object", (list) => ({ messages: [{ role: "assistant", tool_calls: [call(list)] }] })],
	["openai-chat", "a result", (list) => ({ messages: [{ role: "tool", tool_call_id: "c", content: JSON.stringify(list) }] })],
	[
		"openai-chat",
		"a schema",
		(list) => ({ messages: [{ role: "user", content: "x" }], tools: [{ type: "function", function: { name: "f", parameters: list } }] }),
	],
	["openai-chat", "an unknown member", (list) => ({ messages: [{ role: "user", content: "x", plan: list }] })],
	[
		"anthropic-messages",
		"an input",
		(input) => ({ messages: [{ role: "assistant", content: [{ type: "tool_use", id: "t", name: "f", input }] }] }),
	],
	[
		"anthropic-messages",
		"an unknown block",
		(list) => ({ messages: [{ role: "assistant", content: [{ type: "new_result", content: list }] }] }),
	],
	["gemini-generate", "arguments", (args) => ({ contents: [{ role: "model", parts: [{ functionCall: { name: "f", args } }] }] })],
	["gemini-generate", "a result", (response) => ({ contents: [{ role: "user", parts: [{ functionResponse: { name: "f", response } }] }] })],
	["openai-responses", "an unknown member of an item", (list) => ({ input: [{ type: "mcp_call", arguments: "{}", plan: list }] })],
];

test.each(REQUESTS)("a request of %s: %s", (api, _place, requestWith) => {
	const inspected = (list: object): string => {
		const body = JSON.stringify({ model: "m", ...requestWith(list) });
		const reading = providerOf(api).readRequest(body, "/v1beta/models/m:generateContent");
		if (reading.kind !== "data") throw new Error(reading.kind);
		const { texts } = inspectBody(reading.places, program, STYLE, new FindingTally());
		return replaceValues(body, editsOf(reading.places, texts, reading.amendments));
	};
	const out = inspected(LIST);
	expect(out).toContain("[AWS_KEY_1]");
	expect(out).not.toContain(LEAK);
	expect(JSON.parse(out)).toBeDefined();
	expect(inspected(OTHERS)).toBe(JSON.stringify({ model: "m", ...requestWith(OTHERS) }));
});

const ANSWERS: readonly (readonly [ApiName, string, object])[] = [
	[
		"openai-chat",
		"arguments as an object",
		{ choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", tool_calls: [call(LIST)] } }] },
	],
	[
		"openai-chat",
		"an unknown member",
		{ choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "x", plan: LIST } }] },
	],
	["anthropic-messages", "an unknown block", { content: [{ type: "new_call", action: LIST }] }],
	[
		"gemini-generate",
		"an unknown member",
		{ candidates: [{ content: { role: "model", parts: [{ text: "x" }] }, finishReason: "STOP", plan: LIST }] },
	],
	["openai-responses", "an unknown call", { output: [{ type: "new_call", id: "i", action: LIST }] }],
];

test.each(ANSWERS)("an answer of %s: %s", (api, _place, body) => {
	const filter = createBodyFilter({ provider: providerOf(api), program, style: STYLE, onCut: "end", maxBytes: 1 << 20 });
	filter.push(Buffer.from(JSON.stringify(body)));
	expect(filter.end(undefined).out.toString()).not.toContain(LEAK);
});

test.each([
	[
		"openai-chat",
		[{ choices: [{ index: 0, delta: { content: "x", plan: LIST } }] }, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }],
	],
	["gemini-generate", [{ candidates: [{ content: { role: "model", parts: [{ text: "x" }] }, finishReason: "STOP", plan: LIST }] }]],
	["openai-responses", [{ type: "response.output_item.done", output_index: 0, item: { type: "new_call", id: "i", action: LIST } }]],
] as const)("a stream of %s: an unknown member", (api, events) => {
	const bytes = Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
	for (const sizes of [[bytes.length], [7]]) {
		const { out } = streamThrough(bytes, { api, program, style: STYLE, sizes });
		expect(out).toContain("[AWS_KEY_1]");
		expect(out).not.toContain(LEAK);
	}
});
