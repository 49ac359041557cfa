import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { MESSAGES_CLIENTS, pythonClient } from "../support/anthropic-clients.ts";
import { type AnthropicBlock, anthropicEvents } from "../support/anthropic-events.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { PythonProgram } from "../support/python-client.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const text = (content: string): AnthropicBlock => ({ type: "text", deltas: [...content] });
const tool = (input: object): AnthropicBlock => ({ type: "tool_use", name: "mail", deltas: [...JSON.stringify(input)] });

const ANSWERS: Record<string, readonly AnthropicBlock[]> = {
	clean: [{ type: "thinking", deltas: [..."They greet."], signature: "c2ln" }, text("Naïve café 😀: nothing to hide.")],
	email: [text("Write to jane.doe@example.com before Friday.")],
	early: [text(`${KEY} it is`)],
	middle: [text(`The key is ${KEY} and more.`)],
	tool: [text("Sending."), tool({ to: "jane.doe@example.com" })],
	"tool cut": [text("Deploying."), tool({ to: KEY })],
};
const FAULTS: Record<string, number> = { slow: 429, broken: 500, busy: 529 };
const python = new PythonProgram("anthropic_client.py");
let upstream: MockUpstream;
let proxy: Proxy;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { messages } = JSON.parse(body) as { messages: { content: string | { text: string }[] }[] };
		const content = messages[0]?.content ?? "";
		const name = typeof content === "string" ? content : (content[0]?.text ?? "");
		const status = FAULTS[name];
		if (status !== undefined) {
			response.writeHead(status, { "content-type": "application/json" });
			return void response.end(JSON.stringify({ type: "error", error: { type: "api_error", message: "echo of the prompt" } }));
		}
		if (name === "silence") return;
		const blocks = ANSWERS[name] ?? [text("Some words, then nothing.")];
		const events = anthropicEvents(blocks, name.startsWith("tool") ? "tool_use" : "end_turn");
		response.writeHead(200, { "content-type": "text/event-stream" });
		if (name === "truncated") response.end(events.slice(0, 12).join(""));
		else if (name === "stall") response.write(events.slice(0, 12).join(""));
		else response.end(events.join(""));
	});
	const base_url = upstream.url.replace(/\/v1$/, "");
	proxy = await startProxy(
		{ up: { type: "anthropic", base_url, api_key: "k", timeouts: { head_ms: 500, idle_ms: 500 } } },
		'security: { blocked_phrases: ["Project Falcon"] }',
	);
});
afterAll(async () => {
	python.stop();
	await proxy?.drain();
	upstream?.close();
});

describe.each([...MESSAGES_CLIENTS, pythonClient(python)])("$name", (client) => {
	const ask = (prompt: string) => client.ask(`http://127.0.0.1:${proxy.port}`, prompt);

	test("a clean answer is the upstream's own, thinking included", async () => {
		const seen = await ask("clean");
		expect(seen).toMatchObject({ text: "Naïve café 😀: nothing to hide.", thinking: "They greet.", calls: [] });
		expect(seen.error).toBeUndefined();
	});

	test("an address is masked and the answer goes on", async () => {
		const seen = await ask("email");
		expect(seen.text).toBe("Write to ****.***@*******.*** before Friday.");
		expect(seen.error).toBeUndefined();
	});

	test("a key cuts the answer, early and in the middle, and the client says so", async () => {
		expect(await ask("early")).toMatchObject({ text: "", finish: client.cut });
		expect(await ask("middle")).toMatchObject({ text: "The key is ", finish: client.cut });
	});

	test("a tool call arrives with masked input, and one with a key is never made with it", async () => {
		expect(await ask("tool")).toMatchObject({ text: "Sending.", calls: [{ name: "mail", input: { to: "****.***@*******.***" } }] });
		const cut = await ask("tool cut");
		expect(cut.finish).toBe(client.cut);
		expect(cut.calls).toEqual([]);
	});

	test("a blocked prompt is one request's error, and the upstream never sees it", async () => {
		const before = upstream.requests.length;
		const { error } = await ask("about project falcon");
		expect(error?.status).toBe(400);
		expect(error?.message).toContain("security policy");
		expect(upstream.requests.length).toBe(before);
	});

	test.each(Object.entries(FAULTS))("an upstream's error '%s' keeps its status %i and hides the upstream's words", async (name, status) => {
		const { error } = await ask(name);
		expect(error?.status).toBe(status);
		expect(error?.message).not.toContain("echo");
	});

	test("an answer that breaks off, stalls or never begins is an error", async () => {
		for (const name of ["truncated", "stall", "silence"]) expect((await ask(name)).error, name).toBeDefined();
	});
});
