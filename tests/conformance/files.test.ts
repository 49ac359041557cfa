import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { streamThrough } from "../support/stream-through.ts";

/** Files in base64 in members that no table names: nobody reads them, so no answer may carry them. */

const tail = "A".repeat(80);
const heads = (...bytes: readonly number[]): string => Buffer.from(bytes).toString("base64").replace(/.?=*$/, "");
const FILES: readonly (readonly [string, string])[] = [
	["PNG", `${heads(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0)}${tail}`],
	["JPEG", `${Buffer.from([0xff, 0xd8, 0xff]).toString("base64")}${tail}`],
	["PDF", `${Buffer.from("%PDF-1.7\n").toString("base64")}${tail}`],
	["zip", `${Buffer.from("PK\x03\x04\x14\x00").toString("base64")}${tail}`],
	["WAV", `${Buffer.from("RIFF\x24\x00").toString("base64")}${tail}`],
	["MP4", `${Buffer.from("\x00\x00\x00\x20ftypisom").toString("base64")}${tail}`],
];
/** Signatures, vectors and encrypted thoughts look like this. */
const NO_FILE = Buffer.from(Array.from({ length: 120 }, (_, i) => (i * 89 + 131) % 256)).toString("base64");

const EVENTS: Partial<Record<ApiName, (file: string) => object>> = {
	"openai-chat": (file) => ({ id: "c", choices: [{ index: 0, delta: { content: "α", drawing: file } }] }),
	"openai-completions": (file) => ({ id: "c", choices: [{ index: 0, text: "α", drawing: { bytes: [file] } }] }),
	"openai-responses": (file) => ({ type: "response.drawing.delta", delta: file }),
	"anthropic-messages": (file) => ({ type: "content_block_start", index: 0, content_block: { type: "drawing", source: { data: file } } }),
	"gemini-generate": (file) => ({ candidates: [{ content: { parts: [{ drawing: file }] }, index: 0 }] }),
};
const BODIES: Partial<Record<ApiName, (file: string) => object>> = {
	"openai-chat": (file) => ({ id: "c", choices: [{ index: 0, message: { content: "α", drawing: file } }] }),
	"openai-completions": (file) => ({ id: "c", choices: [{ index: 0, text: "α", drawing: file }] }),
	"openai-responses": (file) => ({ id: "r", output: [{ type: "drawing", bytes: file }] }),
	"anthropic-messages": (file) => ({ type: "message", content: [{ type: "drawing", source: { data: file } }] }),
	"gemini-generate": (file) => ({ candidates: [{ content: { parts: [{ drawing: file }] } }] }),
};

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

describe.each(Object.keys(EVENTS) as ApiName[])("%s", (api) => {
	const stream = (file: string): string => {
		const sse = `data: ${JSON.stringify(EVENTS[api]?.(file))}\n\n`;
		return streamThrough(Buffer.from(sse), { api, program, style: { strategy: "remove", key: new Uint8Array(32) }, sizes: [50] }).out;
	};
	const body = (file: string) => providerOf(api).readBody(JSON.stringify(BODIES[api]?.(file)));

	test.each(FILES)("%s ends the answer, streamed and whole", (_name, file) => {
		expect(stream(file)).not.toContain(tail);
		expect(body(file)).toEqual({ kind: "fault", code: "channel_not_inspected" });
	});

	test("other base64 is read as text", () => {
		expect(body(NO_FILE)).toMatchObject({ kind: "data", places: expect.arrayContaining([expect.objectContaining({ text: NO_FILE })]) });
	});
});

test("in a request a file may pass where none is expected, and is read as it stands all the same", () => {
	const [, png] = FILES[0] as readonly [string, string];
	const request = { model: "m", messages: [{ role: "user", content: "α", drawing: png }] };
	const reading = providerOf("openai-chat").readRequest(JSON.stringify(request), "/v1/chat/completions");
	expect(reading).toMatchObject({ kind: "data", places: expect.arrayContaining([expect.objectContaining({ text: png })]) });
});

const DOCUMENTS = FILES.filter(([name]) => name === "PDF" || name === "zip");
const asked = (api: ApiName, request: object) => providerOf(api).readRequest(JSON.stringify({ model: "m", ...request }), "");

test.each(DOCUMENTS)("a %s in a request is known for a document that cannot be inspected, wherever it stands", (_name, file) => {
	const output = [{ type: "input_file", filename: "a.pdf", file_data: file }];
	expect(asked("openai-responses", { input: [{ type: "function_call_output", call_id: "c", output }] })).toMatchObject({
		document: "input[0].output[0].file_data",
	});
	expect(asked("openai-chat", { messages: [{ role: "user", content: { file: { file_data: file } } }] })).toMatchObject({
		document: "messages[0].content.file.file_data",
	});
});

test("what a vendor seals is no text: base64 that spells one is inspected", () => {
	const spelled = Buffer.from("αβγ and more words").toString("base64");
	const placesOf = (data: string) => {
		const reading = asked("anthropic-messages", {
			max_tokens: 9,
			messages: [{ role: "user", content: [{ type: "redacted_thinking", data }] }],
		});
		return reading.kind === "data" ? reading.places.map(({ text }) => text) : [];
	};
	expect(placesOf(spelled)).toContain(spelled);
	expect(placesOf(NO_FILE)).not.toContain(NO_FILE);
});
