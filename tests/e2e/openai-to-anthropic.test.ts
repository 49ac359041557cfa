import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MockUpstream } from "../support/mock-upstream.ts";
import { ANSWERS, startTwoVendors, type TwoVendors } from "../support/two-vendors.ts";

let vendors: TwoVendors;
beforeAll(async () => {
	vendors = await startTwoVendors();
});
afterAll(() => vendors?.close());

describe("an OpenAI client of an Anthropic provider", () => {
	const request = (content: string) => ({ model: "claude-x", messages: [{ role: "user" as const, content }] });
	const whole = async (content: string) => vendors.openaiClient.chat.completions.create(request(content));
	const streamed = async (content: string) =>
		vendors.openaiClient.chat.completions.stream({ ...request(content), stream_options: { include_usage: true } }).finalChatCompletion();

	test.each([
		["streamed", streamed],
		["not streamed", whole],
	] as const)("gets text, reasons and usage, %s", async (_way, ask) => {
		const clean = await ask("clean");
		expect(clean.choices[0]).toMatchObject({ finish_reason: "stop", message: { role: "assistant", content: ANSWERS["clean"]?.text } });
		expect(clean).toMatchObject({ id: "msg_01", model: "claude-x", usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 } });
		expect((await ask("email")).choices[0]).toMatchObject({
			finish_reason: "stop",
			message: { content: "Write to ****.***@*******.*** before Friday." },
		});
	});

	test("gets a cut as content_filter, with nothing of the key", async () => {
		expect((await whole("key")).choices[0]).toMatchObject({ finish_reason: "content_filter", message: { content: "The key is " } });
		let text = "";
		let finish: string | null | undefined;
		for await (const { choices } of await vendors.openaiClient.chat.completions.create({ ...request("key"), stream: true })) {
			text += choices[0]?.delta.content ?? "";
			finish = choices[0]?.finish_reason ?? finish;
		}
		expect({ text, finish }).toEqual({ text: "The key is ", finish: "content_filter" });
	});

	test.each([
		["streamed", streamed],
		["not streamed", whole],
	] as const)("gets parallel tool calls with masked arguments, %s", async (_way, ask) => {
		const { message, finish_reason } = (await ask("tool")).choices[0] as OpenAI.ChatCompletion.Choice;
		const calls = message.tool_calls?.map((call) =>
			call.type === "function" ? [call.function.name, JSON.parse(call.function.arguments)] : [],
		);
		expect(calls).toEqual([
			["mail", { to: "****.***@*******.***", urgent: true }],
			["log", {}],
		]);
		expect(finish_reason).toBe("tool_calls");
	});

	test("never gets a call that parses when its argument was cut", async () => {
		const pieces: string[] = [];
		for await (const { choices } of await vendors.openaiClient.chat.completions.create({ ...request("tool cut"), stream: true })) {
			pieces.push(choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? "");
		}
		expect(() => JSON.parse(pieces.join(""))).toThrow();
		expect(pieces.join("")).not.toContain("AKIA");
		expect((await whole("tool cut")).choices[0]?.message.tool_calls).toBeUndefined();
	});

	test("gets thinking as reasoning_content", async () => {
		expect((await whole("thinking")).choices[0]?.message).toMatchObject({
			reasoning_content: "They want the time.",
			content: "It is noon.",
		});
	});

	test("gets an error it can read when the upstream breaks off", async () => {
		await expect(streamed("truncated")).rejects.toMatchObject({ code: "upstream_truncated" });
	});

	test("sends everything in Anthropic's words, with the provider's key and no header of its own vendor", async () => {
		await vendors.openaiClient.chat.completions.create({
			model: "claude-x",
			messages: [
				{ role: "system", content: "Be brief." },
				{
					role: "user",
					content: [
						{ type: "text", text: "I am bob@example.com" },
						{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
						{ type: "image_url", image_url: { url: "https://example.com/a.png" } },
					],
				},
				{
					role: "assistant",
					content: null,
					tool_calls: [
						{ id: "c1", type: "function", function: { name: "a", arguments: '{"x":1}' } },
						{ id: "c2", type: "function", function: { name: "b", arguments: "" } },
					],
				},
				{ role: "tool", tool_call_id: "c1", content: "one" },
				{ role: "tool", tool_call_id: "c2", content: "two" },
				{ role: "user", content: "go on" },
			],
			tools: [{ type: "function", function: { name: "a", description: "does a", parameters: { type: "object", properties: {} } } }],
			tool_choice: "required",
			parallel_tool_calls: false,
			stop: "END",
			temperature: 0.5,
			user: "u1",
			reasoning_effort: "low",
			response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } },
		});
		const { headers, body } = vendors.anthropic.requests.at(-1) as MockUpstream["requests"][number];
		expect(headers).toMatchObject({ "x-api-key": "anthropic-key", "anthropic-version": "2023-06-01" });
		expect(Object.keys(headers).filter((name) => /^(?:x-stainless|authorization|openai)/.test(name))).toEqual([]);
		expect(JSON.parse(body)).toEqual({
			model: "claude-x",
			max_tokens: 777,
			system: [{ type: "text", text: "Be brief." }],
			messages: [
				{
					role: "user",
					content: [
						{ type: "text", text: "I am ***@*******.***" },
						{ type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
						{ type: "image", source: { type: "url", url: "https://example.com/a.png" } },
					],
				},
				{
					role: "assistant",
					content: [
						{ type: "tool_use", id: "c1", name: "a", input: { x: 1 } },
						{ type: "tool_use", id: "c2", name: "b", input: {} },
					],
				},
				{
					role: "user",
					content: [
						{ type: "tool_result", tool_use_id: "c1", content: [{ type: "text", text: "one" }] },
						{ type: "tool_result", tool_use_id: "c2", content: [{ type: "text", text: "two" }] },
						{ type: "text", text: "go on" },
					],
				},
			],
			tools: [{ name: "a", description: "does a", input_schema: { type: "object", properties: {} } }],
			tool_choice: { type: "any", disable_parallel_tool_use: true },
			stop_sequences: ["END"],
			temperature: 0.5,
			metadata: { user_id: "u1" },
			output_config: { effort: "low", format: { type: "json_schema", schema: { type: "object" } } },
		});
	});

	test.each([
		[{ reasoning_effort: "none" }, { thinking: { type: "disabled" } }],
		[{ reasoning_effort: "minimal" }, { output_config: { effort: "low" } }],
		[{ safety_identifier: "s1", user: "u1" }, { metadata: { user_id: "s1" } }],
		[{ store: true, metadata: { team: "a" }, service_tier: "flex" }, {}],
		[{ prompt_cache_key: "k", prompt_cache_retention: "24h", prediction: { type: "content", content: "It" } }, {}],
		[{ seed: 7, presence_penalty: 0.5, frequency_penalty: -1 }, {}],
		[{ temperature: 1.5 }, { temperature: 1 }],
		[{ response_format: { type: "json_object" } }, { system: [{ type: "text", text: expect.stringContaining("JSON object") }] }],
	])("%j becomes %j", async (members, said) => {
		const asked = { ...request("clean"), ...members } as OpenAI.ChatCompletionCreateParamsNonStreaming;
		await vendors.openaiClient.chat.completions.create(asked);
		const { model, max_tokens, messages, ...rest } = JSON.parse(vendors.anthropic.requests.at(-1)?.body ?? "");
		expect(rest).toEqual(said);
	});

	test.each([
		[{ n: 2 }, "n"],
		[{ reasoning_effort: "utmost" }, "reasoning_effort"],
		[{ logprobs: true }, "logprobs"],
		[{ temperature: "hot" }, "temperature"],
		[{ logit_bias: { 50256: -100 } }, "logit_bias"],
		[{ response_format: { type: "xml" } }, "response_format.type"],
		[{ tools: [{ type: "custom", custom: { name: "x" } }] }, "tools[0].type"],
		[
			{ messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "AA==", format: "wav" } }] }] },
			"messages[0].content[0].type",
		],
		[
			{ messages: [{ role: "assistant", tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{" } }] }] },
			"messages[0].tool_calls[0].function.arguments",
		],
	])("is told that %j cannot be translated", async (members, param) => {
		const before = vendors.anthropic.requests.length;
		const sent = vendors.openaiClient.chat.completions.create({
			...request("clean"),
			...members,
		} as OpenAI.ChatCompletionCreateParamsNonStreaming);
		await expect(sent).rejects.toMatchObject({ status: 400, param, message: expect.stringContaining(`'${param}'`) });
		expect(vendors.anthropic.requests.length).toBe(before);
	});
});
