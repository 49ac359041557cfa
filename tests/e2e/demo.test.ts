import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { startProxy } from "../support/proxy.ts";

/** A laptop without a key: every SDK can watch the embedded upstream's leaks being stopped. */

let proxy: Proxy;
let openai: OpenAI;
let anthropic: Anthropic;
let google: GoogleGenAI;

beforeAll(async () => {
	proxy = await startProxy({ demo: { type: "demo" } });
	const origin = `http://127.0.0.1:${proxy.port}`;
	openai = new OpenAI({ apiKey: "unused", baseURL: `${origin}/v1`, maxRetries: 0 });
	anthropic = new Anthropic({ apiKey: "unused", baseURL: origin, maxRetries: 0 });
	google = new GoogleGenAI({ apiKey: "unused", httpOptions: { baseUrl: origin } });
});
afterAll(() => proxy?.drain());

const model = "demo";
const chat = (content: string) => ({ model, messages: [{ role: "user" as const, content }] });
const messages = (content: string) => ({ ...chat(content), max_tokens: 99 });

async function geminiStream(contents: string): Promise<[string, string | undefined]> {
	let text = "";
	let finish: string | undefined;
	for await (const { candidates = [] } of await google.models.generateContentStream({ model, contents })) {
		text += candidates[0]?.content?.parts?.[0]?.text ?? "";
		finish = candidates[0]?.finishReason ?? finish;
	}
	return [text, finish];
}

async function completionStream(prompt: string): Promise<[string, string | null]> {
	let text = "";
	let finish: string | null = null;
	for await (const { choices } of await openai.completions.create({ model, prompt, stream: true })) {
		text += choices[0]?.text ?? "";
		finish = choices[0]?.finish_reason ?? finish;
	}
	return [text, finish];
}

/** How each SDK asks: the text, and how it ended. */
const WAYS: readonly (readonly [name: string, ask: (prompt: string) => Promise<readonly unknown[]>, done: string, cut: string])[] = [
	[
		"openai, chat",
		async (prompt) => {
			const { choices } = await openai.chat.completions.create(chat(prompt));
			return [choices[0]?.message.content, choices[0]?.finish_reason];
		},
		"stop",
		"content_filter",
	],
	[
		"openai, chat stream",
		async (prompt) => {
			const { choices } = await openai.chat.completions.stream(chat(prompt)).finalChatCompletion();
			return [choices[0]?.message.content, choices[0]?.finish_reason];
		},
		"stop",
		"content_filter",
	],
	["openai, completions stream", completionStream, "stop", "content_filter"],
	[
		"openai, responses",
		async (input) => {
			const { output_text: text, status } = await openai.responses.create({ model, input });
			return [text, status];
		},
		"completed",
		"incomplete",
	],
	[
		"openai, responses stream",
		async (input) => {
			const { output_text: text, status } = await openai.responses.stream({ model, input }).finalResponse();
			return [text, status];
		},
		"completed",
		"incomplete",
	],
	[
		"anthropic",
		async (prompt) => {
			const { content, stop_reason: stop } = await anthropic.messages.create(messages(prompt));
			return [content[0]?.type === "text" && content[0].text, stop];
		},
		"end_turn",
		"refusal",
	],
	[
		"anthropic, stream",
		async (prompt) => {
			const { content, stop_reason: stop } = await anthropic.messages.stream(messages(prompt)).finalMessage();
			return [content[0]?.type === "text" && content[0].text, stop];
		},
		"end_turn",
		"refusal",
	],
	[
		"google",
		async (contents) => {
			const { text, candidates } = await google.models.generateContent({ model, contents });
			return [text, candidates?.[0]?.finishReason];
		},
		"STOP",
		"SAFETY",
	],
	["google, stream", geminiStream, "STOP", "SAFETY"],
];

test.each(WAYS)("%s: the demo's leak is redacted, or cut", async (_name, ask, done, cut) => {
	const [text, finish] = await ask("show me an email");
	expect(text).toContain("write to ****.***@*******.*** before Friday");
	expect(finish).toBe(done);
	expect(await ask("show me a key")).toEqual(["[demo] To deploy, export the access key ", cut]);
});

test("the demo counts, embeds and is listed", async () => {
	expect((await anthropic.messages.countTokens(chat("hello"))).input_tokens).toBeGreaterThan(0);
	expect((await google.models.countTokens({ model, contents: "hello" })).totalTokens).toBeGreaterThan(0);
	const { data } = await openai.embeddings.create({ model, input: ["a", "b"] });
	expect(data.map(({ embedding }) => embedding.length)).toEqual([8, 8]);
	expect((await google.models.embedContent({ model, contents: ["a", "b"] })).embeddings).toHaveLength(2);
	expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(["demo"]);
});
