import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type DemoUpstream, startDemoUpstream } from "../../src/demo/demo-upstream.ts";
import type { Proxy } from "../../src/proxy.ts";
import { mutate, mutations } from "../support/json-mutations.ts";
import { startProxy } from "../support/proxy.ts";

/**
 * Whatever stands in a request, the proxy answers: with the vendor's own error, or with an answer that comes to its end.
 * No lane dies of it, and none hangs.
 */
const NUM_RUNS = Number(process.env["FUZZ_RUNS"] ?? 30);
const CHANGES = mutations(`see ${["AKIA", "IOSFODNN7", "EXAMPLE"].join("")} there`);
const text = { type: "text", text: "Hi" };
const tool = { name: "f", description: "d", parameters: { type: "object", properties: { q: { type: "string" } } } };
const turns = [
	{ role: "user", content: [text, { ...text, text: "there" }] },
	{ role: "assistant", content: "Yes?" },
	{ role: "user", content: "An email" },
];
const gemini = { contents: [{ role: "user", parts: [{ text: "Hi" }, { text: "there" }] }], generationConfig: { candidateCount: 1 } };

const REQUESTS: readonly (readonly [path: string, body: object])[] = [
	["/v1/chat/completions", { model: "m", messages: turns, stream: true, tools: [{ type: "function", function: tool }] }],
	["/v1/chat/completions", { model: "m", messages: turns, response_format: { type: "json_object" }, n: 1 }],
	["/v1/completions", { model: "m", prompt: ["Hi"], stream: true, max_tokens: 5 }],
	["/v1/responses", { model: "m", input: [{ role: "user", content: [{ type: "input_text", text: "Hi" }] }], stream: true }],
	["/v1/responses", { model: "m", input: "Hi", text: { format: { type: "json_schema", name: "n", schema: {} } } }],
	["/v1/embeddings", { model: "m", input: ["Hi", "there"] }],
	["/v1/images/generations", { model: "m", prompt: "Hi", n: 1 }],
	["/v1/audio/speech", { model: "m", input: "Hi", voice: "alloy" }],
	["/v1/rerank", { model: "m", query: "Hi", documents: ["there", text] }],
	["/v1/moderations", { input: ["Hi", [text]] }],
	["/v1/inspect", { texts: ["Hi", "there"], direction: "prompt" }],
	[
		"/beta/litellm_basic_guardrail_api",
		{ texts: ["Hi"], input_type: "request", tools: [{ type: "function", function: tool }], tool_calls: [] },
	],
	["/v1/guardrails/portkey", { eventType: "beforeRequestHook", request: { json: { model: "m", messages: turns } } }],
	[
		"/v1/messages",
		{ model: "claude-m", max_tokens: 9, messages: turns, system: [text], stream: true, tools: [{ name: "f", input_schema: {} }] },
	],
	["/v1/messages", { model: "claude-m", max_tokens: 9, messages: turns }],
	["/v1/messages/count_tokens", { model: "claude-m", messages: turns }],
	["/v1beta/models/gemini-m:generateContent", gemini],
	["/v1beta/models/gemini-m:streamGenerateContent?alt=sse", gemini],
	["/v1beta/models/gemini-m:streamGenerateContent", gemini],
	["/v1beta/models/gemini-m:countTokens", gemini],
	["/v1beta/models/gemini-m:embedContent", { content: { parts: [{ text: "Hi" }] } }],
	["/v1beta/models/gemini-m:batchEmbedContents", { requests: [{ content: { parts: [{ text: "Hi" }] } }] }],
];

let upstream: DemoUpstream;
let proxy: Proxy;
beforeAll(async () => {
	upstream = await startDemoUpstream(0);
	const provider = { base_url: upstream.url, api_key: "k" };
	const providers = {
		anthropic: { ...provider, type: "anthropic", models: ["claude-*"] },
		gemini: { ...provider, type: "gemini", models: ["gemini-*"] },
		openai: { ...provider, type: "openai" },
	};
	// A busy machine is no hung lane.
	proxy = await startProxy(providers, "", undefined, { server: { lane_deadline_ms: 20_000 } });
});
afterAll(async () => {
	await proxy?.drain();
	await upstream?.close();
});

const origin = (): string => `http://127.0.0.1:${proxy.port}`;

afterEach(async () => {
	const metrics = await (await fetch(`${origin()}/metrics`)).text();
	expect(metrics.match(/lane_events_total\{.*\} [1-9]/g)).toBeNull();
	expect(metrics).toMatch(/lanes_alive 1\n/);
});

/** The member that a vendor's error must have. */
function isEnvelope(path: string, answer: Readonly<Record<string, unknown>>): boolean {
	const error = answer["error"] as Readonly<Record<string, unknown>> | undefined;
	if (typeof error?.["message"] !== "string" || error["message"] === "") return false;
	if (path.startsWith("/v1/messages")) return answer["type"] === "error" && typeof error["type"] === "string";
	return path.startsWith("/v1beta") ? typeof error["code"] === "number" : typeof error["code"] === "string";
}

test.each(REQUESTS)("%s: %j with anything anywhere in it", async (path, request) => {
	await fc.assert(
		fc.asyncProperty(CHANGES, async (changes) => {
			const response = await fetch(origin() + path, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify(mutate(request, changes)) ?? "",
				signal: AbortSignal.timeout(50_000),
			});
			const answer = await response.text();
			const lastLine = path.startsWith("/v1beta") ? /\ndata: \{.*\}\n\n$/ : /\n: security \{.*\}\n\n$/;
			if (response.headers.get("content-type")?.startsWith("text/event-stream")) expect(answer).toMatch(lastLine);
			else if (response.status === 200) JSON.parse(answer);
			else expect(isEnvelope(path, JSON.parse(answer))).toBe(true);
		}),
		{ numRuns: NUM_RUNS },
	);
});
