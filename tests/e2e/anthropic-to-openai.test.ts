import type Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MockUpstream } from "../support/mock-upstream.ts";
import { ANSWERS, startTwoVendors, type TwoVendors } from "../support/two-vendors.ts";

let vendors: TwoVendors;
beforeAll(async () => {
	vendors = await startTwoVendors();
});
afterAll(() => vendors?.close());

describe("an Anthropic client of an OpenAI-compatible provider", () => {
	const request = (content: string) => ({ model: "gpt-x", max_tokens: 50, messages: [{ role: "user" as const, content }] });
	const whole = async (content: string) => vendors.anthropicClient.messages.create(request(content));
	const streamed = async (content: string) => vendors.anthropicClient.messages.stream(request(content)).finalMessage();

	test.each([
		["streamed", streamed],
		["not streamed", whole],
	] as const)("gets text, thinking, tools, cuts and usage, %s", async (way, ask) => {
		const clean = await ask("clean");
		expect(clean).toMatchObject({
			id: "c1",
			model: "gpt-x",
			stop_reason: "end_turn",
			content: [{ type: "text", text: ANSWERS["clean"]?.text }],
		});
		expect(clean.usage).toMatchObject({ output_tokens: 34, input_tokens: way === "streamed" ? 10 : 12 });
		expect((await ask("email")).content).toMatchObject([{ text: "Write to ****.***@*******.*** before Friday." }]);
		expect(await ask("key")).toMatchObject({ stop_reason: "refusal", content: [{ type: "text", text: "The key is " }] });
		expect((await ask("thinking")).content).toMatchObject([
			{ type: "thinking", thinking: "They want the time." },
			{ type: "text", text: "It is noon." },
		]);
		expect(await ask("tool")).toMatchObject({
			stop_reason: "tool_use",
			content: [
				{ type: "text", text: "Sending.\n" },
				{ type: "tool_use", id: "call_0", name: "mail", input: { to: "****.***@*******.***", urgent: true } },
				{ type: "tool_use", id: "call_1", name: "log", input: {} },
			],
		});
		const cut = await ask("tool cut");
		expect(cut.stop_reason).toBe("refusal");
		expect(JSON.stringify(cut)).not.toContain("AKIA");
	});

	test("gets events in Anthropic's order", async () => {
		const types: string[] = [];
		for await (const event of await vendors.anthropicClient.messages.create({ ...request("tool"), stream: true })) {
			const index = "index" in event ? `${event.index}` : "";
			types.push(event.type + index);
		}
		// What is held of one call may come behind the beginning of the next, but before its own end.
		for (const index of [0, 1, 2])
			expect(types.lastIndexOf(`content_block_delta${index}`)).toBeLessThan(types.indexOf(`content_block_stop${index}`));
		expect([...new Set(types)]).toEqual([
			"message_start",
			"content_block_start0",
			"content_block_delta0",
			"content_block_start1",
			"content_block_delta1",
			"content_block_start2",
			"content_block_delta2",
			"content_block_stop0",
			"content_block_stop1",
			"content_block_stop2",
			"message_delta",
			"message_stop",
		]);
	});

	test("gets an error it can read when the upstream breaks off", async () => {
		await expect(streamed("truncated")).rejects.toMatchObject({ error: { error: { code: "upstream_truncated" } } });
	});

	test("sends everything in OpenAI's words", async () => {
		await vendors.anthropicClient.messages.create({
			model: "gpt-x",
			max_tokens: 50,
			system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
			messages: [
				{
					role: "user",
					content: [
						{ type: "text", text: "I am bob@example.com" },
						{ type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
						{ type: "document", title: "notes", source: { type: "text", media_type: "text/plain", data: "a note" } },
					],
				},
				{
					role: "assistant",
					content: [
						{ type: "thinking", thinking: "hm", signature: "c2ln" },
						{ type: "text", text: "calling" },
						{ type: "tool_use", id: "t1", name: "a", input: { x: 1 } },
					],
				},
				{
					role: "user",
					content: [
						{ type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "one" }] },
						{ type: "text", text: "go on" },
					],
				},
			],
			tools: [{ name: "a", description: "does a", input_schema: { type: "object" } }],
			tool_choice: { type: "tool", name: "a", disable_parallel_tool_use: true },
			stop_sequences: ["END"],
			metadata: { user_id: "u1" },
		});
		const { headers, body } = vendors.openai.requests.at(-1) as MockUpstream["requests"][number];
		expect(headers.authorization).toBe("Bearer openai-key");
		expect(Object.keys(headers).filter((name) => /^(?:x-stainless|anthropic|x-api-key)/.test(name))).toEqual([]);
		expect(JSON.parse(body)).toEqual({
			model: "gpt-x",
			max_tokens: 50,
			messages: [
				{ role: "system", content: "Be brief." },
				{
					role: "user",
					content: [
						{ type: "text", text: "I am ***@*******.***" },
						{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
						{ type: "text", text: "notes\na note" },
					],
				},
				{
					role: "assistant",
					content: "calling",
					tool_calls: [{ id: "t1", type: "function", function: { name: "a", arguments: '{"x":1}' } }],
				},
				{ role: "tool", tool_call_id: "t1", content: "one" },
				{ role: "user", content: [{ type: "text", text: "go on" }] },
			],
			tools: [{ type: "function", function: { name: "a", description: "does a", parameters: { type: "object" } } }],
			tool_choice: { type: "function", function: { name: "a" } },
			parallel_tool_calls: false,
			stop: ["END"],
			user: "u1",
		});
	});

	test.each([
		[{ thinking: { type: "adaptive" } }, {}],
		[{ thinking: { type: "enabled", budget_tokens: 1024 } }, {}],
		[{ thinking: { type: "disabled" } }, {}],
		[{ context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] } }, {}],
		[{ output_config: { effort: "max" } }, { reasoning_effort: "xhigh" }],
		[{ service_tier: "standard_only" }, {}],
	])("%j, which tells the model nothing, adds %j", async (members, said) => {
		const asked = { ...request("clean"), ...members } as Anthropic.MessageCreateParamsNonStreaming;
		await vendors.anthropicClient.messages.create(asked);
		const { model, max_tokens, messages, ...rest } = JSON.parse(vendors.openai.requests.at(-1)?.body ?? "");
		expect(rest).toEqual(said);
	});

	test.each([
		[{ top_k: 5 }, "top_k"],
		[{ max_tokens: 0 }, "max_tokens"],
		[{ thread: { type: "create" } }, "thread"],
		[{ messages: [{ role: "system", output_config: { effort: "low" } }] }, "messages[0].output_config"],
		[{ messages: [{ role: "system", content: [{ type: "tool_removal", tool: {} }] }] }, "messages[0].content[0].text"],
		[{ thinking: { type: "deep" } }, "thinking.type"],
		[{ context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } }, "context_management.edits[0].type"],
		[{ context_management: { clear: true } }, "context_management.clear"],
		[{ output_config: { effort: "utmost" } }, "output_config.effort"],
		[{ tools: [{ type: "web_search_20250305", name: "web_search" }] }, "tools[0].type"],
		[{ mcp_servers: [] }, "mcp_servers"],
		[
			{ messages: [{ role: "user", content: [{ type: "search_result", source: "s", title: "t", content: [] }] }] },
			"messages[0].content[0].type",
		],
	])("is told that %j cannot be translated", async (members, param) => {
		const sent = vendors.anthropicClient.messages.create({ ...request("clean"), ...members } as Anthropic.MessageCreateParamsNonStreaming);
		await expect(sent).rejects.toMatchObject({ status: 400, message: expect.stringContaining(`'${param}'`) });
	});

	test("is told that tokens cannot be counted there", async () => {
		const counted = vendors.anthropicClient.messages.countTokens({ model: "gpt-x", messages: [{ role: "user", content: "hi" }] });
		await expect(counted).rejects.toMatchObject({ status: 404, message: expect.stringContaining("gpt-x") });
	});
});
