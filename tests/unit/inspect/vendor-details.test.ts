import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../../src/core/api.ts";
import type { ScannerProgram } from "../../../src/scanner/text-scanner.ts";
import { anthropicEvents } from "../../support/anthropic-events.ts";
import { chatEvents } from "../../support/mock-upstream.ts";
import { allRecognizers } from "../../support/scanner-program.ts";
import { dataOf } from "../../support/stream-channel.ts";
import { type StreamRun, streamThrough } from "../../support/stream-through.ts";

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const through = (sse: string, run: Pick<StreamRun, "api" | "client">) =>
	streamThrough(Buffer.from(sse), { ...run, program, style: { strategy: "remove", key: new Uint8Array(32) }, sizes: [50] });
const event = (data: object, name?: string): string => `${name ? `event: ${name}\n` : ""}data: ${JSON.stringify(data)}\n\n`;
const words = "You said bob@example.com";

describe("an error in the middle of a stream keeps the vendor's words, and none of its text", () => {
	const limit = { message: words, type: "rate_limit_error", code: "rate_limit_exceeded", param: null };
	const chat = chatEvents(["Hello "], null).join("");
	const message = anthropicEvents([{ type: "text", deltas: ["Hello "] }])
		.slice(0, 4)
		.join("");
	const gemini = event({ candidates: [{ content: { parts: [{ text: "Hello " }], role: "model" }, index: 0 }] });
	const overMessage = event({ type: "error", error: { type: "rate_limit_error", message: words } }, "error");
	const cases: readonly { readonly api: ApiName; readonly sse: string; readonly expected: object; readonly client?: ApiName }[] = [
		{ api: "openai-chat", sse: chat + event({ error: limit }), expected: { type: "rate_limit_error", code: "rate_limit_exceeded" } },
		{
			api: "openai-chat",
			sse: chat + event({ error: { message: words, code: 429 } }),
			expected: { type: "upstream_error", code: "upstream_error" },
		},
		{
			api: "openai-chat",
			sse: chat + event({ error: { message: words, type: words, code: words } }),
			expected: { type: "upstream_error" },
		},
		{ api: "openai-responses", sse: event({ error: limit }), expected: { type: "rate_limit_error", code: "rate_limit_exceeded" } },
		{ api: "anthropic-messages", sse: message + overMessage, expected: { type: "rate_limit_error" } },
		{ api: "anthropic-messages", sse: message + overMessage.replace("rate_limit", "unheard_of"), expected: { type: "api_error" } },
		{
			api: "anthropic-messages",
			client: "openai-chat",
			sse: message + overMessage,
			expected: { type: "rate_limit_error", code: "upstream_error" },
		},
		{ api: "openai-chat", client: "anthropic-messages", sse: chat + event({ error: limit }), expected: { type: "rate_limit_error" } },
		{
			api: "gemini-generate",
			sse: gemini + event({ error: { code: 429, message: words, status: "RESOURCE_EXHAUSTED" } }),
			expected: { code: 429, status: "RESOURCE_EXHAUSTED" },
		},
	];
	test.each(cases)("$api, $client, $expected", ({ api, sse, expected, client }) => {
		const { out, ended } = through(sse, { api, ...(client && { client }) });
		expect(ended).toBe("fault");
		expect(dataOf(out).at(-1)?.["error"]).toMatchObject(expected);
		expect(out).not.toMatch(/You said|bob@/);
	});
});

test.each([20, 1 << 20])("Gemini's text after the finish reason ends the answer with an error (writes of %i bytes)", (size) => {
	const part = (text: string, more: object = {}): string =>
		event({ candidates: [{ content: { parts: [{ text }], role: "model" }, index: 0, ...more }] });
	const sse = part("Hello. ") + part("", { finishReason: "STOP" }) + part("More. ");
	const style = { strategy: "remove", key: new Uint8Array(32) } as const;
	const { out, ended } = streamThrough(Buffer.from(sse), { api: "gemini-generate", program, style, sizes: [size] });
	expect(ended).toBe("fault");
	expect(out).not.toContain("More");
	expect(dataOf(out).at(-1)?.["error"]).toMatchObject({ details: [{ reason: "UPSTREAM_INVALID_EVENT" }] });
});

test("offsets of completion tokens go with the first change of the text before them", () => {
	const piece = (text: string, at: number): string =>
		event({
			id: "cmpl-1",
			object: "text_completion",
			created: 1,
			model: "m",
			choices: [
				{ index: 0, text, logprobs: { tokens: [text], token_logprobs: [-1], top_logprobs: [{}], text_offset: [at] }, finish_reason: null },
			],
		});
	const end = `${event({ id: "cmpl-1", choices: [{ index: 0, text: "", logprobs: null, finish_reason: "stop" }] })}data: [DONE]\n\n`;
	const { out } = through(piece("Ask . ", 0) + piece("bob@example.com, ", 6) + piece("he is in. ", 23) + end, {
		api: "openai-completions",
	});
	const choices = dataOf(out).flatMap(({ choices }) => choices as { text: string; logprobs: { text_offset: number[] } | null }[]);
	expect(choices.map(({ text, logprobs }) => [text, logprobs?.text_offset])).toEqual([
		["Ask . ", [0]],
		[", ", undefined],
		["he is in. ", undefined],
		["", undefined],
	]);
});
