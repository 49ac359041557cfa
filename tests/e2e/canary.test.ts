import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { anthropicEvents, anthropicMessage } from "../support/anthropic-events.ts";
import { post } from "../support/chat-client.ts";
import { geminiAnswer, geminiEvents, geminiSse } from "../support/gemini-events.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** Every vendor is told a mark with its system prompt, and repeats all it was told. */
const HIDDEN = "You are Nora of Blue Harbour Bank.";
const MARK = /zq[0-9a-f]{22}/;
let upstream: MockUpstream;
let cutting: Proxy;
let redacting: Proxy;

interface AskedRequest {
	readonly stream?: boolean;
	readonly system?: string | readonly { readonly text: string }[];
	readonly messages?: readonly { readonly role: string; readonly content: string }[];
	readonly instructions?: string;
	readonly systemInstruction?: { readonly parts: readonly { readonly text: string }[] };
}

const textOf = (body: AskedRequest): string =>
	[body.system, body.instructions, body.systemInstruction?.parts, body.messages?.find(({ role }) => role === "system")?.content]
		.flat()
		.map((part) => (typeof part === "object" ? part.text : (part ?? "")))
		.join("");

function responseOf({ instructions }: AskedRequest, text: string): object {
	const output = [
		{ type: "message", id: "m1", role: "assistant", status: "completed", content: [{ type: "output_text", text, annotations: [] }] },
	];
	return { id: "r1", object: "response", status: "completed", model: "m", instructions, output };
}

function answer(response: ServerResponse, body: AskedRequest, path: string): string {
	const text = `I was told: ${textOf(body)} Bye.`;
	const isStream = body.stream === true || path.includes("streamGenerate");
	response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
	if (path.endsWith("/messages")) {
		const block = { type: "text" as const, deltas: [...text] };
		return isStream ? anthropicEvents([block]).join("") : JSON.stringify(anthropicMessage([block]));
	}
	if (path.includes("enerateContent")) {
		const part = { deltas: [...text] };
		return isStream ? geminiSse(geminiEvents([part])).join("") : JSON.stringify(geminiAnswer([part]));
	}
	if (path.endsWith("/responses")) return JSON.stringify(responseOf(body, text));
	const message = { role: "assistant", content: text };
	return isStream ? chatEvents([...text]).join("") : JSON.stringify({ id: "c", choices: [{ index: 0, message, finish_reason: "stop" }] });
}

beforeAll(async () => {
	upstream = await startMockUpstream((response, body, path) => void response.end(answer(response, JSON.parse(body), path)));
	const base_url = upstream.url.replace(/\/v1$/, "");
	const providers = {
		gemini: { type: "gemini", base_url, api_key: "k", models: ["gemini-*"] },
		anthropic: { type: "anthropic", base_url, api_key: "k", models: ["claude-*"] },
		openai: { type: "openai", base_url: upstream.url, api_key: "k" },
	};
	const yaml = (action: string): string => `security: { response_filtering: { prompt_canary: ${action} } }`;
	cutting = await startProxy(providers, yaml("cut"));
	redacting = await startProxy(providers, yaml("redact"));
});
beforeEach(() => upstream.requests.splice(0));
afterAll(async () => {
	await cutting?.drain();
	await redacting?.drain();
	upstream?.close();
});

const user = { role: "user", content: "hello" };
const chat = (stream: boolean, content: unknown = HIDDEN): object => ({
	model: "m",
	stream,
	messages: [{ role: "system", content }, user],
});
const claude = (stream: boolean, system: unknown = HIDDEN): object => ({
	model: "claude-x",
	max_tokens: 9,
	stream,
	system,
	messages: [user],
});
const gemini = { systemInstruction: { parts: [{ text: HIDDEN }] }, contents: [{ role: "user", parts: [{ text: "hello" }] }] };

const REQUESTS: readonly (readonly [name: string, path: string, body: object])[] = [
	["chat, streamed", "/v1/chat/completions", chat(true)],
	["chat", "/v1/chat/completions", chat(false)],
	["responses", "/v1/responses", { model: "m", instructions: HIDDEN, input: "hello" }],
	["messages, streamed", "/v1/messages", claude(true)],
	["messages", "/v1/messages", claude(false, [{ type: "text", text: HIDDEN, cache_control: { type: "ephemeral" } }])],
	["gemini, streamed", "/v1beta/models/gemini-x:streamGenerateContent?alt=sse", gemini],
	["gemini", "/v1beta/models/gemini-x:generateContent", gemini],
];

const saidIn = (raw: string): string =>
	[...raw.matchAll(/"(?:content|text)": ?"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => JSON.parse(`"${text}"`)).join("");

test.each(REQUESTS)("%s: the mark goes to the model, and its answer ends before it", async (_name, path, body) => {
	const { status, raw, headers } = await post(cutting.port, JSON.stringify(body), path);
	const sent = textOf(JSON.parse(upstream.requests[0]?.body ?? "{}"));
	expect([status, headers["x-security-action"]]).toEqual([200, "allow"]);
	expect(sent.replace(MARK, "…")).toBe(`${HIDDEN}\n\n[…]`);
	expect(raw).not.toMatch(/zq/);
	expect(saidIn(raw)).toBe(`I was told: ${HIDDEN}\n\n[`);
});

test.each(REQUESTS)("%s: `redact` takes it out, and the answer goes on", async (_name, path, body) => {
	const { raw } = await post(redacting.port, JSON.stringify(body), path);
	expect(raw).not.toMatch(/zq/);
	expect(saidIn(raw)).toBe(`I was told: ${HIDDEN}\n\n[] Bye.`);
	if (path.endsWith("/responses")) expect(JSON.parse(raw)).toMatchObject({ instructions: HIDDEN });
});

test("the same words get the same mark, other words another one, and no words none", async () => {
	const sent: string[] = [];
	for (const content of [HIDDEN, HIDDEN, `${HIDDEN} Be kind.`, [{ type: "text", text: HIDDEN }]])
		await post(cutting.port, JSON.stringify(chat(false, content)));
	await post(cutting.port, JSON.stringify({ model: "m", messages: [user] }));
	for (const { body } of upstream.requests) sent.push(MARK.exec(body)?.[0] ?? "");
	expect(sent[0]).not.toBe("");
	expect(sent[1]).toBe(sent[0]);
	expect(sent[2]).not.toBe(sent[0]);
	expect(sent[3]).toBe(sent[0]);
	expect(sent[4]).toBe("");
});

test("what was found is counted for the client", async () => {
	const { raw } = await post(redacting.port, JSON.stringify(chat(true)));
	expect(raw).toContain('"canary":1');
});
