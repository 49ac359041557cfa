import { beforeAll, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { random, someChunkings } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";
import { throughChannel } from "../support/through-channel.ts";

const BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
const BEGIN = ["-----BEGIN ", "PRIVATE KEY-----"].join("");
const END = ["-----END ", "PRIVATE KEY-----"].join("");
const STYLE = { strategy: "replace", key: new Uint8Array(32) } as const;

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

test.each([
	["in one line", { lines: ["x", BEGIN, BODY, BODY, END, "and on"], n: 1 }, undefined],
	["one below the other", { lines: ["x", BEGIN, BODY, BODY, END, "and on"], n: 1 }, 2],
	["without its end", { lines: ["x", BEGIN, BODY, BODY], n: "and on" }, undefined],
])("a key whose lines are a list in the arguments of a call goes whole, and they stay what JSON is: %s", (_how, call, indent) => {
	const source = JSON.stringify(call, undefined, indent);
	const lines = call.lines.map((line) => (line === BEGIN ? "[PRIVATE_KEY]" : line === BODY || line === END ? "" : line));
	for (const chunks of [[source], [...source], ...someChunkings(source, random(1), 4)]) {
		const { out } = throughChannel(program, STYLE, chunks, { kind: "json" });
		expect(JSON.parse(out), out).toEqual({ ...call, lines });
	}
});

test("a key that a tool shows line by line goes whole (Anthropic)", () => {
	const result = { type: "text_editor_code_execution_str_replace_result", lines: [BEGIN, BODY, BODY, END, "and on"] };
	const events = [
		{
			type: "message_start",
			message: { id: "m", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 1 } },
		},
		{
			type: "content_block_start",
			index: 0,
			content_block: { type: "text_editor_code_execution_tool_result", tool_use_id: "t", content: result },
		},
		{ type: "content_block_stop", index: 0 },
		{ type: "message_stop" },
	];
	const bytes = Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
	for (const size of [bytes.length, 7]) {
		const { out } = streamThrough(bytes, { api: "anthropic-messages", program, style: STYLE, sizes: [size] });
		expect(dataOf(out)[1]).toMatchObject({ content_block: { content: { lines: ["[PRIVATE_KEY]", "", "", "", "and on"] } } });
	}
});
