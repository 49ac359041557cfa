import Anthropic from "@anthropic-ai/sdk";
import { type GenerateContentResponse, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { CHAT_CLIENTS, RESPONSES_CLIENTS } from "../support/openai-clients.ts";
import { startProxy } from "../support/proxy.ts";

/** `on_cut: error`, `on_block: refuse`, and what is told of an upstream's error. */

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
let upstream: MockUpstream;
let proxy: Proxy;
let baseURL: string;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { stream, messages } = JSON.parse(body) as { stream?: boolean; messages: { content: string }[] };
		const error = ERRORS[messages[0]?.content ?? ""];
		if (error !== undefined) {
			response.writeHead(error.status, { "content-type": "application/json", "retry-after": "7" });
			response.end(error.body);
			return;
		}
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		const message = { role: "assistant", content: `Take ${KEY} now` };
		response.end(
			stream
				? chatEvents(["Take ", KEY, " now"]).join("")
				: JSON.stringify({ id: "c", choices: [{ index: 0, message, finish_reason: "stop" }] }),
		);
	});
	const yaml = 'security: { blocked_phrases: ["Project Falcon"], on_block: refuse, response_filtering: { on_cut: error } }';
	proxy = await startProxy(upstream.url, yaml);
	baseURL = `http://127.0.0.1:${proxy.port}/v1`;
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

const ERRORS: Record<string, { status: number; body: string }> = {
	quota: {
		status: 429,
		body: '{"error":{"message":"jane.doe@example.com has no quota","type":"insufficient_quota","code":"insufficient_quota"}}',
	},
	context: {
		status: 400,
		body: '{"error":{"message":"too long: my secret prompt","type":"invalid_request_error","code":"context_length_exceeded","param":"messages[0].content"}}',
	},
	busy: { status: 503, body: "<html>busy</html>" },
	hostile: { status: 400, body: `{"error":{"message":"x","type":"${KEY}","code":"my secret prompt","param":"jane.doe@example.com"}}` },
};

test.each(CHAT_CLIENTS.filter(({ name }) => name !== "openai, chat not streamed"))(
	"on_cut: error is an error after what may go out: $name",
	async (client) => {
		expect(await client.ask(baseURL, { prompt: "hi" })).toMatchObject({ text: "Take ", error: { code: "answer_cut" }, requests: 1 });
	},
);

test("on_cut: error makes a cut answer that is not streamed a 400", async () => {
	const client = CHAT_CLIENTS.find(({ name }) => name === "openai, chat not streamed");
	expect(await client?.ask(baseURL, { prompt: "hi" })).toMatchObject({ text: "", error: { status: 400, code: "answer_cut" }, requests: 1 });
});

test.each([...CHAT_CLIENTS, ...RESPONSES_CLIENTS])("on_block: refuse is a refusal without an error: $name", async (client) => {
	const before = upstream.requests.length;
	const seen = await client.ask(baseURL, { prompt: "about Project Falcon" });
	expect(seen).toMatchObject({ requests: 1, calls: [] });
	expect(seen.error).toBeUndefined();
	expect(seen.finish).toMatch(client.name.includes("response") ? /^(?:completed|stop)$/ : /^content.filter$/);
	expect(upstream.requests.length).toBe(before);
});

test("on_block: refuse reads as a refusal in the SDKs of OpenAI and Anthropic", async () => {
	const openai = new OpenAI({ apiKey: "unused", baseURL });
	const params = { model: "m", messages: [{ role: "user" as const, content: "Project Falcon" }] };
	expect((await openai.chat.completions.create(params)).choices[0]?.message.refusal).toContain("blocked by the security policy");
	const response = await openai.responses.stream({ model: "m", input: "Project Falcon" }).finalResponse();
	expect(response.output[0]).toMatchObject({ content: [{ type: "refusal" }] });
	const anthropic = new Anthropic({ apiKey: "unused", baseURL: baseURL.slice(0, -3) });
	const message = await anthropic.messages.stream({ ...params, max_tokens: 9 }).finalMessage();
	expect(message).toMatchObject({ stop_reason: "refusal", content: [{ type: "text" }] });
});

test("on_block: refuse reads as a blocked prompt in Google's SDK, and to who asks for an array", async () => {
	const httpOptions = { baseUrl: baseURL.slice(0, -3) };
	const { models } = new GoogleGenAI({ apiKey: "unused", httpOptions });
	const request = { model: "gemini-x", contents: "about Project Falcon" };
	const blocked = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } };
	const before = upstream.requests.length;
	const whole = await models.generateContent(request);
	expect(whole).toMatchObject(blocked);
	expect(whole.text).toBeUndefined();
	const streamed: GenerateContentResponse[] = [];
	for await (const piece of await models.generateContentStream(request)) streamed.push(piece);
	expect(streamed).toMatchObject([blocked]);
	const body = JSON.stringify({ contents: [{ parts: [{ text: request.contents }] }] });
	const headers = { "content-type": "application/json" };
	const array = await fetch(`${httpOptions.baseUrl}/v1beta/models/gemini-x:streamGenerateContent`, { method: "POST", headers, body });
	expect([array.status, await array.json()]).toMatchObject([200, [blocked]]);
	expect(upstream.requests.length).toBe(before);
});

test("an upstream's error keeps the words that applications decide by, and nothing else of it", async () => {
	const openai = new OpenAI({ apiKey: "unused", baseURL, maxRetries: 0 });
	const ask = (content: string) => openai.chat.completions.create({ model: "m", messages: [{ role: "user", content }] });
	await expect(ask("quota")).rejects.toMatchObject({ status: 429, type: "insufficient_quota", code: "insufficient_quota" });
	await expect(ask("context")).rejects.toMatchObject({ status: 400, code: "context_length_exceeded", param: "messages[0].content" });
	await expect(ask("busy")).rejects.toMatchObject({ status: 503, code: "upstream_error" });
	await expect(ask("hostile")).rejects.toMatchObject({ status: 400, type: "upstream_error", code: "upstream_error", param: null });
	for (const prompt of Object.keys(ERRORS)) {
		const error = await ask(prompt).catch((thrown: unknown) => thrown as InstanceType<typeof OpenAI.APIError>);
		const { message, headers } = error as InstanceType<typeof OpenAI.APIError>;
		expect(message).toMatch(/^\d{3} The upstream answered with status \d{3}\./);
		expect(headers?.get("retry-after")).toBe("7");
	}
});
