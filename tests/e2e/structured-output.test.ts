import { createOpenAI } from "@ai-sdk/openai";
import { LLMock } from "@copilotkit/aimock";
import { ChatOpenAI } from "@langchain/openai";
import { generateObject, streamObject } from "ai";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Proxy } from "../../src/proxy.ts";
import { startProxy } from "../support/proxy.ts";
import { renumbered } from "../support/renumbered.ts";

/** What an application gets that lets its SDK parse an answer: JSON of the shape it asked for, whatever was redacted in it. */

const Person = z.object({ name: z.string(), contacts: z.array(z.string()), note: z.string() });
const ANSWER = {
	name: "Jane",
	contacts: ["\tjane.doe@example.com", "(415) 555-2671"],
	note: 'She said:\n"bob@example.com"\\bob@example.com',
};
const EXPECTED = { name: "Jane", contacts: ["\t[EMAIL_1]", "[PHONE_1]"], note: 'She said:\n"[EMAIL_2]"\\[EMAIL_2]' };
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");

let vendor: LLMock;
let proxy: Proxy;

beforeAll(async () => {
	vendor = new LLMock({ port: 0 });
	vendor.on({ userMessage: "Who" }, { content: JSON.stringify(ANSWER) }, { chunkSize: 3 });
	vendor.on({ userMessage: "key" }, { content: JSON.stringify({ ...ANSWER, note: `\n${KEY}` }) }, { chunkSize: 3 });
	await vendor.start();
	proxy = await startProxy(`${vendor.url}/v1`, "security: { pii_protection: { redaction_strategy: replace } }");
});
afterAll(async () => {
	await Promise.all([proxy?.drain(), vendor?.stop()]);
});

const baseURL = (): string => `http://127.0.0.1:${proxy.port}/v1`;
const openai = (): OpenAI => new OpenAI({ apiKey: "unused", baseURL: baseURL() });
const chat = (prompt: string) => ({
	model: "gpt-4o",
	messages: [{ role: "user" as const, content: prompt }],
	response_format: zodResponseFormat(Person, "person"),
});
const langchain = () =>
	new ChatOpenAI({ model: "gpt-4o", apiKey: "unused", maxRetries: 0, configuration: { baseURL: baseURL() } }).withStructuredOutput(Person, {
		method: "jsonSchema",
	});
const ai = (prompt: string) => ({ prompt, maxRetries: 0, schema: Person });
const models = () => createOpenAI({ apiKey: "unused", baseURL: baseURL() });

const WAYS: readonly (readonly [name: string, ask: (prompt: string) => Promise<unknown>])[] = [
	["openai, chat.completions.parse", async (prompt) => (await openai().chat.completions.parse(chat(prompt))).choices[0]?.message.parsed],
	[
		"openai, chat.completions.stream",
		async (prompt) => (await openai().chat.completions.stream(chat(prompt)).finalChatCompletion()).choices[0]?.message.parsed,
	],
	[
		"openai, responses.parse",
		async (prompt) =>
			(await openai().responses.parse({ model: "gpt-4o", input: prompt, text: { format: zodTextFormat(Person, "person") } })).output_parsed,
	],
	["LangChain, withStructuredOutput", (prompt) => langchain().invoke(prompt)],
	[
		"LangChain, withStructuredOutput, streamed",
		async (prompt) => {
			let last: unknown;
			for await (const part of await langchain().stream(prompt)) last = part;
			return last;
		},
	],
	["ai, generateObject", async (prompt) => (await generateObject({ model: models().chat("gpt-4o"), ...ai(prompt) })).object],
	[
		"ai, generateObject, responses",
		async (prompt) => (await generateObject({ model: models().responses("gpt-4o"), ...ai(prompt) })).object,
	],
	[
		"ai, streamObject",
		async (prompt) => {
			const { object, fullStream } = streamObject({ model: models().chat("gpt-4o"), ...ai(prompt), onError: () => undefined });
			object.catch(() => undefined);
			for await (const _part of fullStream);
			return object;
		},
	],
];

test.each(WAYS)("%s: the object has its shape, and the redacted values in it", async (_name, ask) => {
	expect(renumbered(await ask("Who is it?"))).toEqual(EXPECTED);
});

test.each(WAYS)("%s: an answer that was cut is no object", async (_name, ask) => {
	const seen = await ask("the key").catch((error: unknown) => error);
	expect(JSON.stringify(seen) ?? "").not.toContain(KEY.slice(0, 6));
	expect(Person.safeParse(seen).data?.note ?? "").toBe("");
});
