import type { ServerResponse } from "node:http";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { CURL } from "../support/curl-client.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { CHAT_CLIENTS, type Client, RESPONSES_CLIENTS } from "../support/openai-clients.ts";
import { startProxy } from "../support/proxy.ts";
import { PythonProgram } from "../support/python-client.ts";

/** Every OpenAI client in every outcome. The vendor is played by aimock, which knows nothing of this proxy. */

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const POLICY = `
security:
  blocked_phrases: ["Project Falcon"]
  pii_protection: { redaction_strategy: replace }
`;
const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };

let vendor: LLMock;
let broken: MockUpstream;
let proxy: Proxy;
let brokenProxy: Proxy;

beforeAll(async () => {
	vendor = new LLMock({ port: 0 });
	const pieces = { chunkSize: 4 };
	vendor.on({ userMessage: "a clean answer" }, { content: "Naïve café 😀: nothing to hide.", reasoning: "Keep it short." }, pieces);
	vendor.on({ userMessage: "an address" }, { content: "Write to jane.doe@example.com before Friday." }, pieces);
	vendor.on({ userMessage: "a key at once" }, { content: `${KEY} is the key.` }, pieces);
	vendor.on({ userMessage: "a key later" }, { content: `First some words, then ${KEY} and more.` }, pieces);
	vendor.on({ userMessage: "call a tool" }, { content: "I look it up", toolCalls: [{ name: "f", arguments: '{"q":"weather"}' }] }, pieces);
	vendor.on({ userMessage: "address for a function" }, { toolCalls: [{ name: "f", arguments: '{"q":"jane.doe@example.com"}' }] }, pieces);
	vendor.on({ userMessage: "key for a function" }, { toolCalls: [{ name: "f", arguments: `{"q":"${KEY}"}` }] }, pieces);
	vendor.on({ userMessage: "a structure" }, { content: '{"city":"At\\njane.doe@example.com"}' }, pieces);
	const refusal = { message: "Slow down, bob@example.com.", type: "rate_limit_error", code: "rate_limit_exceeded" };
	vendor.on({ userMessage: "too fast" }, { error: refusal, status: 429, retryAfter: 0 });
	vendor.on({ userMessage: "a failure" }, { error: { message: "It broke.", type: "server_error" }, status: 500 });
	await vendor.start();
	broken = await startMockUpstream(breakDown);
	proxy = await startProxy(`${vendor.url}/v1`, POLICY);
	brokenProxy = await startProxy(
		{ up: { type: "openai", base_url: broken.url, api_key: "test", timeouts: { head_ms: 300, idle_ms: 300 } } },
		POLICY,
	);
});
afterAll(async () => {
	await Promise.all([proxy?.drain(), brokenProxy?.drain(), vendor?.stop()]);
	broken?.close();
});

/** Says a little and dies, or says nothing at all. */
function breakDown(response: ServerResponse, body: string): void {
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

const base = (of: Proxy): string => `http://127.0.0.1:${of.port}/v1`;

function outcomes(clients: readonly Client[], words: { readonly stop: string; readonly calls: string }): void {
	describe.concurrent.each(clients)("$name", (client) => {
		/** The AI SDK has words of its own. */
		const isAi = client.name.startsWith("ai,");
		const [stop, calls, filtered] = isAi ? ["stop", "tool-calls", "content-filter"] : [words.stop, words.calls, "content_filter"];
		const tries = client === CURL ? 1 : 2;
		const ask = (prompt: string, more: object = {}) => client.ask(base(proxy), { prompt, ...more });

		test("a clean answer is the upstream's own, reasoning included", async () => {
			const seen = await ask("a clean answer");
			expect(seen).toMatchObject({ text: "Naïve café 😀: nothing to hide.", finish: stop, calls: [], requests: 1 });
			// The AI SDK and LangChain do not show reasoning_content of chat completions.
			if (!["ai, chat", "langchain"].includes(client.name)) expect(seen.reasoning).toBe("Keep it short.");
			expect(seen.error).toBeUndefined();
		});

		test("an address is replaced and the answer goes on", async () => {
			expect(await ask("an address")).toMatchObject({ text: "Write to [EMAIL_1] before Friday.", finish: stop });
		});

		test("a tool is called, and an address in its arguments is replaced in valid JSON", async () => {
			expect(await ask("call a tool", { withTool: true })).toMatchObject({
				text: "I look it up",
				calls: [{ name: "f", args: { q: "weather" } }],
				finish: calls,
			});
			expect((await ask("address for a function", { withTool: true })).calls).toEqual([{ name: "f", args: { q: "[EMAIL_1]" } }]);
		});

		test("a key in the arguments makes no call", async () => {
			const seen = await ask("key for a function", { withTool: true });
			expect(seen).toMatchObject({ calls: [], finish: filtered });
			expect(JSON.stringify(seen)).not.toContain(KEY.slice(0, 6));
		});

		test("a structured answer stays valid JSON", async () => {
			expect(JSON.parse((await ask("a structure", { schema: SCHEMA })).text)).toEqual({ city: "At\n[EMAIL_1]" });
		});

		test("a key cuts the answer before its first byte, at once or later", async () => {
			expect(await ask("a key at once")).toMatchObject({ text: "", finish: filtered, requests: 1 });
			expect(await ask("a key later")).toMatchObject({ text: "First some words, then ", finish: filtered, requests: 1 });
		});

		test("a blocked prompt is refused once and never reaches the vendor", async () => {
			const seen = await ask("tell me about project  falcon");
			expect(seen).toMatchObject({ text: "", requests: 1, error: { status: 400, code: "prompt_blocked" } });
			expect(vendor.getRequests().filter(({ body }) => JSON.stringify(body).includes("falcon"))).toEqual([]);
		});

		test("the vendor's errors keep their status, and are tried again", async () => {
			expect(await ask("too fast")).toMatchObject({ text: "", requests: tries, error: { status: 429 } });
			expect(await ask("a failure")).toMatchObject({ text: "", requests: tries, error: { status: 500 } });
		});

		test("an upstream that says nothing is a timeout", async () => {
			const seen = await client.ask(base(brokenProxy), { prompt: "silence" });
			expect(seen).toMatchObject({ text: "", requests: tries, error: { status: 504, code: "upstream_timeout" } });
		});

		test("an answer that breaks off is not taken for a complete one", async () => {
			for (const prompt of ["break off", "stall"]) {
				const seen = await client.ask(base(brokenProxy), { prompt });
				expect(seen.error?.code).toBe(prompt === "stall" ? "upstream_stalled" : "upstream_truncated");
			}
		});
	});
}

const python = new PythonProgram("openai_client.py");
afterAll(() => python.stop());

describe("chat completions", () =>
	outcomes([...CHAT_CLIENTS, python.client("Python openai", "chat"), CURL], { stop: "stop", calls: "tool_calls" }));
describe("responses", () =>
	outcomes([...RESPONSES_CLIENTS, python.client("Python openai", "responses")], { stop: "completed", calls: "completed" }));
