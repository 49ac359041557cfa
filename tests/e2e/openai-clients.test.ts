import type { ServerResponse } from "node:http";
import { LLMock } from "@copilotkit/aimock";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { CURL, CURL_RESPONSES } from "../support/curl-client.ts";
import { startFullProxy } from "../support/full-proxy.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { CHAT_CLIENTS, type Client, chatParams, RESPONSES_CLIENTS } from "../support/openai-clients.ts";
import { startProxy } from "../support/proxy.ts";
import { PythonProgram } from "../support/python-client.ts";
import { renumbered } from "../support/renumbered.ts";
import { type Cells, runCells } from "../support/sdk-matrix.ts";

/** Every OpenAI client in every outcome. The vendor is played by aimock, which knows nothing of this proxy. */

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const POLICY = `
security:
  blocked_phrases: ["Project Falcon"]
  pii_protection: { redaction_strategy: replace }
`;
const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };

let vendor: LLMock;
/** What aimock cannot do: two answers, and failures in the middle. */
let own: MockUpstream;
let proxy: Proxy;
/** Has patience; the other two not with a silent head, and with a silence behind it. */
let ownProxy: Proxy;
let headless: Proxy;
let stalling: Proxy;
let full: Awaited<ReturnType<typeof startFullProxy>>;

beforeAll(async () => {
	vendor = new LLMock({ port: 0 });
	const pieces = { chunkSize: 4 };
	vendor.on(
		{ userMessage: "a clean answer" },
		{ content: "Naïve café 😀: nothing to hide.", reasoning: "Ask jane.doe@example.com for it." },
		pieces,
	);
	vendor.on({ userMessage: "an address" }, { content: "Write to jane.doe@example.com before Friday." }, pieces);
	vendor.on({ userMessage: "a key at once" }, { content: `${KEY} is the key.` }, pieces);
	vendor.on({ userMessage: "a key later" }, { content: `First some words, then ${KEY} and more.` }, pieces);
	vendor.on({ userMessage: "call a tool" }, { content: "I look it up", toolCalls: [{ name: "f", arguments: '{"q":"weather"}' }] }, pieces);
	const calls = ["jane", "weather"].map((q) => ({ name: "f", arguments: JSON.stringify({ q }) }));
	vendor.on({ userMessage: "two functions" }, { toolCalls: calls }, pieces);
	vendor.on({ userMessage: "address for a function" }, { toolCalls: [{ name: "f", arguments: '{"q":"jane.doe@example.com"}' }] }, pieces);
	vendor.on({ userMessage: "key for a function" }, { toolCalls: [{ name: "f", arguments: `{"q":"${KEY}"}` }] }, pieces);
	vendor.on({ userMessage: "a structure" }, { content: '{"city":"At\\njane.doe@example.com"}' }, pieces);
	const refusal = { message: "Slow down, bob@example.com.", type: "rate_limit_error", code: "rate_limit_exceeded" };
	vendor.on({ userMessage: "too fast" }, { error: refusal, status: 429, retryAfter: 0 });
	vendor.on({ userMessage: "a failure" }, { error: { message: "It broke.", type: "server_error" }, status: 500 });
	await vendor.start();
	own = await startMockUpstream(answer);
	proxy = await startProxy(`${vendor.url}/v1`, POLICY);
	full = await startFullProxy();
	const start = (timeouts: object): Promise<Proxy> =>
		startProxy({ up: { type: "openai", base_url: own.url, api_key: "test", timeouts } }, POLICY);
	[ownProxy, headless, stalling] = (await Promise.all([{}, { head_ms: 300 }, { idle_ms: 300 }].map(start))) as [Proxy, Proxy, Proxy];
});
afterAll(async () => {
	await Promise.all([proxy, ownProxy, headless, stalling].map((one) => one?.drain()));
	await Promise.all([full?.stop(), vendor?.stop()]);
	own?.close();
});

const TWO = ["Write to jane.doe@example.com today.", "Better call (415) 555-2671 now."];

/** Two answers, three characters of each at a time. */
function giveTwo(response: ServerResponse, isStream: boolean): void {
	const answer = (object: string, choices: readonly object[]): string =>
		JSON.stringify({ id: "c1", object, created: 1, model: "m", choices });
	response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
	if (!isStream) {
		const choices = TWO.map((content, index) => ({ index, message: { role: "assistant", content }, finish_reason: "stop" }));
		response.end(answer("chat.completion", choices));
		return;
	}
	const send = (index: number, delta: object, finish: string | null): void =>
		void response.write(`data: ${answer("chat.completion.chunk", [{ index, delta, finish_reason: finish }])}\n\n`);
	for (let at = 0; at < 40; at += 3)
		for (const [i, text] of TWO.entries()) send(i, { role: "assistant", content: text.slice(at, at + 3) }, null);
	for (const i of TWO.keys()) send(i, {}, "stop");
	response.end("data: [DONE]\n\n");
}

/** Gives two answers, says a little and dies, or says nothing at all. */
function answer(response: ServerResponse, body: string): void {
	if (body.includes("two answers")) return giveTwo(response, body.includes('"stream":true'));
	if (body.includes("silence")) return;
	const isChat = body.includes('"messages"');
	const isStream = body.includes('"stream":true');
	response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
	const chat = {
		id: "c1",
		object: "chat.completion.chunk",
		created: 1,
		model: "m",
		choices: [{ index: 0, delta: { role: "assistant", content: "Hello. " } }],
	};
	const created = { type: "response.created", response: { id: "r1", object: "response", status: "in_progress", output: [] } };
	response.write(isStream ? `data: ${JSON.stringify(isChat ? chat : created)}\n\n` : '{"id":');
	if (body.includes("stall")) return;
	setImmediate(() => response.destroy());
}

const base = (of: Pick<Proxy, "port">): string => `http://127.0.0.1:${of.port}/v1`;

type Words = { readonly stop: string; readonly calls: string; readonly hasN: boolean };

/** The AI SDK has words of its own, and its chat does not show `reasoning_content`; LangChain shows some of it. */
function wordsOf({ name }: Client, words: Words) {
	const showsReasoning = !["ai, chat", "langchain"].includes(name);
	if (!name.startsWith("ai,")) return { ...words, filtered: "content_filter", showsReasoning };
	return { stop: "stop", calls: "tool-calls", filtered: "content-filter", hasN: false, showsReasoning };
}

function cellsOf(client: Client, words: Words): Cells {
	const { stop, calls, filtered, hasN, showsReasoning } = wordsOf(client, words);
	const tries = client === CURL || client === CURL_RESPONSES ? 1 : 2;
	const ask = async (prompt: string, more: object = {}) => renumbered(await client.ask(base(proxy), { prompt, ...more }));
	return {
		async clean() {
			const seen = await ask("a clean answer");
			expect(seen).toMatchObject({ text: "Naïve café 😀: nothing to hide.", finish: stop, calls: [], requests: 1 });
			expect(seen.error).toBeUndefined();
		},
		async tools() {
			expect(await ask("call a tool", { withTool: true })).toMatchObject({
				text: "I look it up",
				calls: [{ name: "f", args: { q: "weather" } }],
				finish: calls,
			});
			expect((await ask("address for a function", { withTool: true })).calls).toEqual([{ name: "f", args: { q: "[EMAIL_1]" } }]);
			const both = ["jane", "weather"].map((q) => ({ name: "f", args: { q } }));
			expect((await ask("two functions", { withTool: true })).calls).toEqual(both);
		},
		"n = 2": hasN
			? async () => {
					const { choices } = await client.ask(base(ownProxy), { prompt: "two answers", n: 2 });
					expect(choices).toEqual(["Write to [EMAIL_1] today.", "Better call [PHONE_1] now."]);
				}
			: { none: "The API, or the client, knows no n." },
		async reasoning() {
			const { text, reasoning } = await ask("a clean answer");
			expect(text).toBe("Naïve café 😀: nothing to hide.");
			if (showsReasoning) expect(reasoning).toBe("Ask [EMAIL_1] for it.");
			else expect("Ask [EMAIL_1] for it.").toContain(reasoning);
		},
		async structured() {
			expect(JSON.parse((await ask("a structure", { schema: SCHEMA })).text)).toEqual({ city: "At\n[EMAIL_1]" });
		},
		async redacted() {
			expect(await ask("an address")).toMatchObject({ text: "Write to [EMAIL_1] before Friday.", finish: stop });
		},
		async "cut early"() {
			expect(await ask("a key at once")).toMatchObject({ text: "", finish: filtered, requests: 1 });
		},
		async "cut in the middle"() {
			expect(await ask("a key later")).toMatchObject({ text: "First some words, then ", finish: filtered, requests: 1 });
		},
		async "cut in a tool argument"() {
			const seen = await ask("key for a function", { withTool: true });
			expect(seen).toMatchObject({ calls: [], finish: filtered });
			expect(JSON.stringify(seen)).not.toContain(KEY.slice(0, 6));
		},
		async blocked() {
			const seen = await ask("tell me about project  falcon");
			expect(seen).toMatchObject({ text: "", requests: 1, error: { status: 400, code: "prompt_blocked" } });
			expect(vendor.getRequests().filter(({ body }) => JSON.stringify(body).includes("falcon"))).toEqual([]);
		},
		async "upstream 429"() {
			expect(await ask("too fast")).toMatchObject({ text: "", requests: tries, error: { status: 429 } });
		},
		async "upstream 500"() {
			expect(await ask("a failure")).toMatchObject({ text: "", requests: tries, error: { status: 500 } });
		},
		async "upstream hang"() {
			const seen = await client.ask(base(headless), { prompt: "silence" });
			expect(seen).toMatchObject({ text: "", requests: tries, error: { status: 504, code: "upstream_timeout" } });
		},
		async "upstream truncation"() {
			for (const prompt of ["break off", "stall"]) {
				const seen = await client.ask(base(stalling), { prompt });
				expect(seen.error?.code).toBe(prompt === "stall" ? "upstream_stalled" : "upstream_truncated");
			}
		},
		async overload() {
			const seen = await client.ask(base(full), { prompt: "a clean answer" });
			expect(seen).toMatchObject({ text: "", calls: [], requests: tries, error: { status: 503, code: "overloaded" } });
		},
	};
}

test("the start of the next call, which the SDK takes for the end of the one before, comes behind what that one held", async () => {
	const client = new OpenAI({ apiKey: "unused", baseURL: base(proxy) });
	const ended: [number, string][] = [];
	const stream = client.chat.completions.stream(chatParams({ prompt: "two functions", withTool: true }));
	stream.on("tool_calls.function.arguments.done", ({ index, arguments: args }) => ended.push([index, args]));
	await stream.done();
	expect(ended).toEqual([
		[0, '{"q":"jane"}'],
		[1, '{"q":"weather"}'],
	]);
});

const python = new PythonProgram("openai_client.py");
const ofPython = (...kinds: string[]): Client[] => kinds.map((kind) => python.client(`Python openai, ${kind}`, kind));
afterAll(() => python.stop());

describe("chat completions", () =>
	describe.concurrent.each([...CHAT_CLIENTS, ...ofPython("chat", "chat.stream()", "chat, not streamed"), CURL])("$name", (client) =>
		runCells(cellsOf(client, { stop: "stop", calls: "tool_calls", hasN: true })),
	));
describe("responses", () =>
	describe.concurrent.each([
		...RESPONSES_CLIENTS,
		...ofPython("responses", "responses.stream()", "responses, not streamed"),
		CURL_RESPONSES,
	])("$name", (client) => runCells(cellsOf(client, { stop: "completed", calls: "completed", hasN: false }))));
