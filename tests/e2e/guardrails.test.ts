import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { startProxy } from "../support/proxy.ts";

/** The proxy as the guardrail of other gateways. `script/check-guardrails` runs the gateways themselves. */
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
let proxy: Proxy;
beforeAll(async () => {
	proxy = await startProxy(
		{ demo: { type: "demo" } },
		"security: { pii_protection: { detection_types: [pii, secrets], block_types: [secrets], redaction_strategy: replace }, response_filtering: { on_pii: redact, on_secret: cut } }",
		undefined,
		// The first inspection on a cold lane of a busy machine takes its time.
		{ server: { workers: 1, lane_deadline_ms: 60_000 } },
	);
});
afterAll(() => proxy.drain());

async function ask(path: string, body: object): Promise<{ status: number; body: unknown }> {
	const response = await fetch(`http://127.0.0.1:${proxy.port}${path}`, { method: "POST", body: JSON.stringify(body) });
	return { status: response.status, body: await response.json() };
}

describe("LiteLLM's generic guardrail API", () => {
	const PATH = "/beta/litellm_basic_guardrail_api";
	/** What LiteLLM 1.9x sends beside the texts. */
	const more = { litellm_call_id: "c", structured_messages: [], request_data: { user_api_key_hash: "h" }, images: null, tools: null };

	test.each([
		["request", ["hello", "you there?"], { action: "NONE" }],
		["request", ["please phone (415) 555-2671", "hi"], { action: "GUARDRAIL_INTERVENED", texts: ["please phone [PHONE_1]", "hi"] }],
		["request", ["hi", `use ${KEY}`], { action: "BLOCKED", blocked_reason: "Found by the security policy: aws_key." }],
		["response", [`the key is ${KEY}`], { action: "BLOCKED", blocked_reason: "Found by the security policy: aws_key." }],
		["response", [], { action: "NONE" }],
	])("a %s with %j is answered with %j", async (input_type, texts, answer) => {
		expect(await ask(PATH, { ...more, texts, input_type })).toEqual({ status: 200, body: answer });
	});

	const call = (args: string): object => ({ id: "call_1", type: "function", function: { name: "mail", arguments: args } });

	test("what LiteLLM keeps beside the texts is inspected: a tool comes back rewritten, and what would have to be redacted in a call blocks", async () => {
		const tool = (description: string): object => ({
			type: "function",
			function: { name: "mail", description, parameters: { type: "object" } },
		});
		const asked = { ...more, texts: ["hi"], input_type: "request", tools: [tool("to the team")], tool_calls: [call('{"to":"all"}')] };
		expect((await ask(PATH, asked)).body).toEqual({ action: "NONE" });
		expect((await ask(PATH, { ...asked, tools: [tool("or phone (415) 555-2671")] })).body).toEqual({
			action: "GUARDRAIL_INTERVENED",
			texts: ["hi"],
			tools: [tool("or phone [PHONE_1]")],
		});
		const found = { action: "BLOCKED", blocked_reason: "Found by the security policy: email." };
		for (const input_type of ["request", "response"]) {
			const made = { ...more, texts: [], input_type, tool_calls: [call('{"to":"jane.doe@example.com"}')] };
			expect((await ask(PATH, made)).body).toEqual(found);
		}
	});

	test.each([
		[{ texts: "hi", input_type: "request" }, "texts"],
		[{ texts: ["hi"], input_type: "other" }, "input_type"],
	])("%j is refused with the name of the field", async (body, param) => {
		expect(await ask(PATH, body)).toMatchObject({ status: 400, body: { error: { param } } });
	});
});

describe("Portkey's webhook guardrail", () => {
	const PATH = "/v1/guardrails/portkey";
	const chat = (content: unknown): object => ({ model: "gpt-4o", messages: [{ role: "user", content }], temperature: 0.5 });
	const asked = (json: object): object => ({
		eventType: "beforeRequestHook",
		requestType: "chatComplete",
		provider: "openai",
		request: { json, text: "" },
	});
	const answered = (content: string): object => ({
		eventType: "afterRequestHook",
		request: { json: chat("hi"), text: "hi" },
		response: { json: { id: "c", choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] }, text: content },
	});

	test("what is clean passes as it is", async () => {
		const data = { action: "pass", explanation: "Nothing was found." };
		expect(await ask(PATH, asked(chat("hello")))).toEqual({ status: 200, body: { verdict: true, data } });
		expect(await ask(PATH, answered("hello"))).toEqual({ status: 200, body: { verdict: true, data } });
	});

	test("what is redacted comes back as the whole body, in which nothing else has changed", async () => {
		const parts = [
			{ type: "text", text: "please phone (415) 555-2671" },
			{ type: "image_url", image_url: { url: "https://a.example/i.png" } },
		];
		const { body } = await ask(PATH, asked(chat(parts)));
		const redacted = [{ type: "text", text: "please phone [PHONE_1]" }, parts[1]];
		expect(body).toMatchObject({ verdict: true, transformedData: { request: { json: chat(redacted) } } });
		const answer = await ask(PATH, answered("phone (415) 555-2671"));
		expect(answer.body).toMatchObject({
			verdict: true,
			transformedData: { response: { json: { choices: [{ message: { content: expect.not.stringContaining("2671") } }] } } },
		});
	});

	test("numbers that a double cannot hold are inspected and come back digit for digit", async () => {
		const number = "1234567890123456789012345";
		const card = ["401288", "8888881881003"].join("");
		const ask = async (value: string): Promise<string> => {
			const tools = `[{"type":"function","function":{"name":"f","parameters":{"x":[${value}]}}}]`;
			const body = JSON.stringify(asked(chat("phone (415) 555-2671"))).replace('"temperature"', `"tools":${tools},"temperature"`);
			return (await fetch(`http://127.0.0.1:${proxy.port}${PATH}`, { method: "POST", body })).text();
		};
		expect(await ask(number)).toContain(`{"x":[${number}]}`);
		expect(await ask(card)).toContain('{"x":["[CREDIT_CARD_1]"]}');
	});

	test("what stands in a number, a member's name or an id is found as well", async () => {
		const call = (args: object): object => ({ ...chat("hi"), tools: [{ type: "function", function: { name: "f", parameters: args } }] });
		const card = Number(["401288", "8888881881"].join(""));
		const { body } = await ask(PATH, asked(call({ card, "jane.doe@example.com": 1, steps: [{ id: "jane.doe@example.com" }] })));
		expect(body).toMatchObject({
			transformedData: { request: { json: call({ card: "[CREDIT_CARD_1]", "[EMAIL_1]": 1, steps: [{ id: "[EMAIL_1]" }] }) } },
		});
	});

	test("a body that has two readings is refused, and so is one that is nested too deeply", async () => {
		const post = async (body: string): Promise<number> =>
			(await fetch(`http://127.0.0.1:${proxy.port}${PATH}`, { method: "POST", body })).status;
		const json = JSON.stringify(asked(chat("hi")));
		expect(await post(json)).toBe(200);
		expect(await post(json.replace('"content":', '"content":"a","content":'))).toBe(400);
		expect(await post(json.replace('"hi"', `${"[".repeat(5000)}${'"",'.repeat(50_000)}""${"]".repeat(5000)}`))).toBe(400);
	});

	test("what is blocked has the verdict false and no text", async () => {
		for (const body of [asked(chat(`use ${KEY}`)), answered(`use ${KEY}`)]) {
			const answer = await ask(PATH, body);
			expect(answer).toEqual({
				status: 200,
				body: { verdict: false, data: { action: "block", explanation: "Found by the security policy: aws_key." } },
			});
		}
	});

	test.each([
		[{ eventType: "other" }, "eventType"],
		[{ eventType: "beforeRequestHook", request: { text: "hi" } }, "request"],
	])("%j is refused with the name of the field", async (body, param) => {
		expect(await ask(PATH, body)).toMatchObject({ status: 400, body: { error: { param } } });
	});
});
