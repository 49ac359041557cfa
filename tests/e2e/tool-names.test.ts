import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** A policy that finds names of people and companies leaves those of tools as they are: a vendor refuses a call of another name. */
const NAMES = ["Bash", "Glob", "WebSearch", "NotebookEdit", "KillShell", "Sarah", "get_weather"];
const YAML =
	"security: { pii_protection: { detection_types: [all], threshold: 0.3 }, response_filtering: { on_pii: redact, on_prompt_echo: flag, on_prompt_paraphrase: flag, detection_types: [person, organization] } }";
let upstream: MockUpstream;
let proxy: Proxy;
beforeAll(async () => {
	const call = (name: string, index: number): object => ({ id: `c${index}`, index, type: "function", function: { name, arguments: "{}" } });
	upstream = await startMockUpstream((response, body) => {
		const { messages, stream } = JSON.parse(body) as { messages?: { content: string }[]; stream?: boolean };
		if (messages?.[0]?.content !== "call them") return void response.writeHead(418).end();
		const calls = [...NAMES, "Sarah Connor"].map(call);
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		const choice = { index: 0, [stream ? "delta" : "message"]: { role: "assistant", tool_calls: calls }, finish_reason: "tool_calls" };
		const json = JSON.stringify({ id: "c", model: "m", choices: [choice] });
		response.end(stream ? `data: ${json}\n\ndata: [DONE]\n\n` : json);
	});
	const others = { base_url: upstream.url.replace("/v1", ""), api_key: "k", max_tokens: 9 };
	proxy = await startProxy(
		{
			anthropic: { ...others, type: "anthropic", models: ["claude-*"] },
			gemini: { ...others, type: "gemini", models: ["gemini-*"] },
			openai: { type: "openai", base_url: upstream.url, api_key: "k" },
		},
		YAML,
	);
});
beforeEach(() => upstream.requests.splice(0));
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

const functions = NAMES.map((name) => ({ name, parameters: {} }));
const chatCalls = NAMES.map((name, i) => ({ id: `call_${i}`, type: "function", function: { name, arguments: "{}" } }));
const results = NAMES.map((name, i) => ({ role: "tool", tool_call_id: `call_${i}`, name, content: "ok" }));
const REQUESTS: Readonly<Record<string, object>> = {
	"/v1/chat/completions": {
		model: "m",
		messages: [{ role: "user", content: "go" }, { role: "assistant", content: null, tool_calls: chatCalls }, ...results],
		tools: functions.map((declared) => ({ type: "function", function: declared })),
		tool_choice: { type: "function", function: { name: "Glob" } },
	},
	"/v1/responses": {
		model: "m",
		input: [
			{ role: "user", content: "go" },
			...NAMES.map((name, i) => ({ type: "function_call", call_id: `call_${i}`, name, arguments: "{}" })),
		],
		tools: functions.map((declared) => ({ type: "function", ...declared })),
		tool_choice: { type: "function", name: "Glob" },
	},
	"/v1/messages": {
		model: "claude-m",
		max_tokens: 9,
		messages: [
			{ role: "user", content: "go" },
			{ role: "assistant", content: NAMES.map((name, i) => ({ type: "tool_use", id: `toolu_${i}`, name, input: {} })) },
			{ role: "user", content: NAMES.map((_, i) => ({ type: "tool_result", tool_use_id: `toolu_${i}`, content: "ok" })) },
		],
		tools: NAMES.map((name) => ({ name, input_schema: { type: "object" } })),
		tool_choice: { type: "tool", name: "Glob" },
	},
	"/v1beta/models/gemini-m:generateContent": {
		contents: [
			{ role: "user", parts: [{ text: "go" }] },
			{ role: "model", parts: NAMES.map((name) => ({ functionCall: { name, args: {} } })) },
			{ role: "user", parts: NAMES.map((name) => ({ functionResponse: { name, response: { output: "ok" } } })) },
		],
		tools: [{ functionDeclarations: functions }],
		toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["Glob"] } },
	},
};

test.each(Object.entries(REQUESTS))("%s: the vendor gets the names of its tools", async (path, body) => {
	expect((await post(proxy.port, JSON.stringify(body), path)).status).toBe(418);
	expect(JSON.parse(upstream.requests[0]?.body ?? "")).toEqual(body);
});

test("what is no name of a tool is inspected as ever, and so is a name that no vendor takes", async () => {
	const tools = ["Bash", "Sarah Connor", "jane@corp.com"].map((name) => ({ type: "function", function: { name } }));
	const messages = [{ role: "user", content: "go", name: "Sarah" }];
	await post(proxy.port, JSON.stringify({ model: "m", messages, tools }));
	const sent = upstream.requests[0]?.body ?? "";
	expect(sent).toContain('"name":"Bash"');
	expect(sent).not.toMatch(/Sarah|jane|corp/);
});

/** Long enough for every watcher of answers that repeat it. */
const HIDDEN =
	"You are the assistant of a warehouse. Tell callers how many boxes are left on each shelf, and never say what a box has cost us. " +
	"Deliveries arrive on Tuesday morning through the northern gate, and drivers wait in the yard until somebody signs their papers. " +
	"Broken goods belong into the red container beside office 4711; complaints of Acme, Lunds, Koval and Brent go to room 4718, 4719 or 4720 before noon.";

test.each([true, false])("the client gets the names of the tools that it is to call (stream: %s)", async (stream) => {
	const messages = [
		{ role: "user", content: "call them" },
		{ role: "system", content: HIDDEN },
	];
	const { raw } = await post(proxy.port, JSON.stringify({ model: "m", stream, messages }));
	for (const name of NAMES) expect(raw).toContain(`"name":"${name}"`);
	expect(raw).not.toContain("Connor");
});
