import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type AnthropicBlock, anthropicEvents, anthropicMessage } from "../support/anthropic-events.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const chars = (text: string): string[] => [...text];
const text = (content: string): AnthropicBlock => ({ type: "text", deltas: chars(content) });
const thinking = (content: string): AnthropicBlock => ({ type: "thinking", deltas: chars(content), signature: "c2lnbmVk" });
const tool = (input: object): AnthropicBlock => ({ type: "tool_use", name: "mail", deltas: chars(JSON.stringify(input)) });

const ANSWERS: Record<string, { readonly blocks: readonly AnthropicBlock[]; readonly stop?: string }> = {
	clean: { blocks: [text("A clean answer: naïve café 😀, nothing to hide.")] },
	email: { blocks: [text("Write to jane.doe@example.com before Friday.")] },
	early: { blocks: [text(`${KEY} is the key`)] },
	middle: { blocks: [text(`The key is ${KEY} and this must not be seen.`), text("nor this")] },
	tool: { blocks: [text("Let me send that."), tool({ to: "jane.doe@example.com", card: 4111111111111111 })], stop: "tool_use" },
	"tool cut": { blocks: [text("Deploying."), tool({ key: KEY, region: "eu" })], stop: "tool_use" },
	thinking: { blocks: [thinking("They ask for the time."), text("It is noon.")] },
	"thinking email": { blocks: [thinking("So jane.doe@example.com it is."), text("Sent.")] },
	"thinking cut": { blocks: [thinking(`I must not say ${KEY}.`), text("Sure.")] },
};
const FAULTS: Record<string, number> = { bad: 400, slow: 429, broken: 500, busy: 529 };
let upstream: MockUpstream;
let proxy: Proxy;
let client: Anthropic;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { stream, messages } = JSON.parse(body) as { stream?: boolean; messages: { content: string }[] };
		const name = messages[0]?.content ?? "";
		const status = FAULTS[name];
		if (status !== undefined) {
			response.writeHead(status, { "content-type": "application/json" });
			return void response.end(JSON.stringify({ type: "error", error: { type: "api_error", message: "echo of the prompt" } }));
		}
		const { blocks, stop } = ANSWERS[name] ?? { blocks: [text("ok")] };
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		if (name === "truncated") return void response.end(anthropicEvents(blocks).slice(0, -2).join(""));
		if (name === "overloaded") {
			const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
			return void response.end(`${anthropicEvents(blocks).slice(0, 4).join("")}event: error\ndata: ${JSON.stringify(error)}\n\n`);
		}
		response.end(stream ? anthropicEvents(blocks, stop).join("") : JSON.stringify(anthropicMessage(blocks, stop)));
	});
	const provider = { type: "anthropic", base_url: upstream.url.replace(/\/v1$/, ""), api_key: "provider-key" };
	proxy = await startProxy({ up: provider }, 'security: { blocked_phrases: ["Project Falcon"] }');
	client = new Anthropic({ apiKey: "callers-own", baseURL: `http://127.0.0.1:${proxy.port}`, maxRetries: 1 });
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

interface Seen {
	readonly content: readonly object[];
	readonly stop: string | null;
}

const request = (content: string) => ({ model: "claude-x", max_tokens: 100, messages: [{ role: "user" as const, content }] });
const seen = ({ content, stop_reason }: Anthropic.Message): Seen => ({ content, stop: stop_reason });

/** The raw stream, put together by hand. */
async function raw(content: string): Promise<Seen> {
	const blocks: Record<string, unknown>[] = [];
	let stop: string | null = null;
	for await (const event of await client.messages.create({ ...request(content), stream: true })) {
		if (event.type === "content_block_start") blocks[event.index] = { ...event.content_block };
		if (event.type === "message_delta") stop = event.delta.stop_reason;
		if (event.type !== "content_block_delta") continue;
		const block = blocks[event.index] as Record<string, unknown>;
		if (event.delta.type === "text_delta") block["text"] = `${block["text"]}${event.delta.text}`;
		if (event.delta.type === "thinking_delta") block["thinking"] = `${block["thinking"]}${event.delta.thinking}`;
		if (event.delta.type === "signature_delta") block["signature"] = event.delta.signature;
		if (event.delta.type === "input_json_delta") block["input"] = `${block["json"] ?? ""}${event.delta.partial_json}`;
		if (event.delta.type === "input_json_delta") block["json"] = block["input"];
	}
	return {
		content: blocks.map(({ json, ...block }) => {
			if (json === undefined) return block;
			return { ...block, input: tryParse(String(json)) };
		}),
		stop,
	};
}

function tryParse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return json;
	}
}

const WAYS = [
	["raw stream", raw],
	[".stream()", async (content: string) => seen(await client.messages.stream(request(content)).finalMessage())],
	["not streamed", async (content: string) => seen(await client.messages.create(request(content)))],
] as const;

describe.each(WAYS)("Anthropic SDK, %s", (way, ask) => {
	test("a clean answer is the upstream's own", async () => {
		expect(await ask("clean")).toEqual({
			content: [{ type: "text", text: "A clean answer: naïve café 😀, nothing to hide." }],
			stop: "end_turn",
		});
	});

	test("an e-mail is masked in place and the answer goes on", async () => {
		expect(await ask("email")).toEqual({
			content: [{ type: "text", text: "Write to ****.***@*******.*** before Friday." }],
			stop: "end_turn",
		});
	});

	test("a key cuts the answer before its first byte, with the stop reason refusal", async () => {
		expect(await ask("middle")).toEqual({ content: [{ type: "text", text: "The key is " }], stop: "refusal" });
		expect(await ask("early")).toEqual({ content: [{ type: "text", text: "" }], stop: "refusal" });
	});

	test("personal data in tool input is masked and the input stays JSON", async () => {
		const { content, stop } = await ask("tool");
		expect(content[1]).toMatchObject({ type: "tool_use", name: "mail", input: { to: "****.***@*******.***", card: "************1111" } });
		expect(stop).toBe("tool_use");
	});

	test("a key in tool input never leaves, and the call is not complete", async () => {
		const { content, stop } = await ask("tool cut");
		expect(content[0]).toEqual({ type: "text", text: "Deploying." });
		expect(JSON.stringify(content)).not.toContain("AKIA");
		expect(stop).toBe("refusal");
		if (way === "raw stream") expect(content[1]).toMatchObject({ input: '{"key":"""::' });
		if (way === "not streamed") expect(content).toHaveLength(1);
	});

	test("clean thinking keeps its signature, masked thinking loses it", async () => {
		expect((await ask("thinking")).content[0]).toEqual({ type: "thinking", thinking: "They ask for the time.", signature: "c2lnbmVk" });
		expect((await ask("thinking email")).content).toEqual([
			{ type: "thinking", thinking: "So ****.***@*******.*** it is.", signature: "" },
			{ type: "text", text: "Sent." },
		]);
	});

	test("a key in thinking cuts the answer there", async () => {
		expect(await ask("thinking cut")).toEqual({
			content: [{ type: "thinking", thinking: "I must not say ", signature: "" }],
			stop: "refusal",
		});
	});
});

describe("Anthropic SDK, outcomes that are errors", () => {
	test("a blocked prompt is a 400 that is sent once and never reaches the upstream", async () => {
		const before = upstream.requests.length;
		const blocked = client.messages.create(request("tell me about project  falcon"));
		await expect(blocked).rejects.toMatchObject({
			status: 400,
			error: { type: "error", error: { type: "invalid_request_error", code: "prompt_blocked" } },
		});
		expect(upstream.requests.length).toBe(before);
	});

	test.each([
		["bad", 400, 1],
		["slow", 429, 2],
		["broken", 500, 2],
		["busy", 529, 2],
	])("an upstream's error '%s' keeps its status %i, is asked %i times and hides the upstream's words", async (name, status, times) => {
		const before = upstream.requests.length;
		const failed = client.messages.create(request(name)).catch((error: unknown) => error);
		const error = (await failed) as InstanceType<typeof Anthropic.APIError>;
		expect(error.status).toBe(status);
		expect(error.message).not.toContain("echo");
		expect(upstream.requests.length - before).toBe(times);
	});

	test.each([
		["truncated", "api_error"],
		["overloaded", "overloaded_error"],
	])("an answer that ends '%s' in the middle throws %s", async (name, type) => {
		await expect(raw(name)).rejects.toMatchObject({ error: { error: { type } } });
		await expect(client.messages.stream(request(name)).finalMessage()).rejects.toMatchObject({ error: { error: { type } } });
	});

	test.each([
		[{ messages: [{ role: "user", content: "hi" }] }, "max_tokens"],
		[{ max_tokens: 5, messages: [] }, "messages"],
		[{ max_tokens: 5, messages: [{ role: "user" }] }, "messages.0"],
		[{ max_tokens: 5, messages: [{ role: "system", content: null }] }, "messages.0"],
		[{ max_tokens: -1, messages: [{ role: "user", content: "hi" }] }, "max_tokens"],
		[{ max_tokens: 0.5, messages: [{ role: "user", content: "hi" }] }, "max_tokens"],
	])("a request like %j is refused and the message names '%s'", async (body, name) => {
		const sent = client.messages.create({ model: "claude-x", ...body } as Anthropic.MessageCreateParamsNonStreaming);
		await expect(sent).rejects.toMatchObject({ status: 400, message: expect.stringContaining(`'${name}'`) });
	});
});

describe("what reaches an Anthropic upstream", () => {
	test("the provider's key and the caller's version and beta headers", async () => {
		await client.messages.create(request("clean"), { headers: { "anthropic-beta": "context-1m" } });
		const { headers } = upstream.requests.at(-1) ?? { headers: {} };
		expect(headers).toMatchObject({ "x-api-key": "provider-key", "anthropic-beta": "context-1m", "anthropic-version": expect.any(String) });
	});

	test.each<[string, Partial<Anthropic.Beta.MessageCreateParamsNonStreaming>]>([
		["a prompt for the cache alone", { max_tokens: 0 }],
		[
			"settings in the conversation",
			{
				messages: [
					{ role: "user", content: "hi" },
					{ role: "system", output_config: { effort: "low" } },
				],
			},
		],
		["other models after a refusal", { fallbacks: [{ model: "claude-y", speed: "fast", output_config: { effort: "low" } }] }],
		["a thread", { thread: { type: "continue", previous_message_id: "msg_01AbCdEfGhIjKlMnOpQrStUv" } }],
	])("%s goes as it is", async (_what, members) => {
		const asked = { ...request("clean"), ...members } as Anthropic.Beta.MessageCreateParamsNonStreaming;
		await client.beta.messages.create(asked);
		expect(JSON.parse(upstream.requests.at(-1)?.body ?? "")).toEqual(asked);
	});

	test("personal data is masked in every place of a request, and nothing else is changed", async () => {
		const body = (mail: string, card: number | string): Anthropic.MessageCreateParamsNonStreaming =>
			({
				model: "claude-x",
				max_tokens: 10,
				system: [{ type: "text", text: `Never write to ${mail}.`, cache_control: { type: "ephemeral" } }],
				tools: [{ name: "mail", description: `Sends to ${mail}`, input_schema: { type: "object", properties: { to: { default: mail } } } }],
				messages: [
					{
						role: "user",
						content: [
							{ type: "text", text: `I am ${mail}` },
							{ type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
							{ type: "document", title: mail, context: `from ${mail}`, source: { type: "text", media_type: "text/plain", data: mail } },
						],
					},
					{ role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "mail", input: { to: [mail], card } }] },
					{ role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: `${mail} it was` }] }] },
				],
				metadata: { user_id: mail },
				stop_sequences: [mail],
			}) as Anthropic.MessageCreateParamsNonStreaming;
		await client.messages.create(body("bob@example.com", 4111111111111111));
		const sent = upstream.requests.at(-1)?.body ?? "";
		expect(JSON.parse(sent)).toEqual(body("***@*******.***", "************1111"));
	});

	test("signed thinking is dropped when its text had to change, or when it lost its signature on the way out", async () => {
		const block = (thinking: string, signature: string) => ({ type: "thinking" as const, thinking, signature });
		const content = [
			block("clean", "c2ln"),
			block("to bob@example.com", "c2ln"),
			block("masked", ""),
			{ type: "text" as const, text: "ok" },
		];
		const messages = [
			{ role: "user" as const, content: "hi" },
			{ role: "assistant" as const, content },
			{ role: "user" as const, content: "on" },
		];
		await client.messages.create({ model: "claude-x", max_tokens: 10, messages });
		expect(JSON.parse(upstream.requests.at(-1)?.body ?? "{}").messages[1].content).toEqual([content[0], content[3]]);
	});

	test("tokens are counted of the masked prompt", async () => {
		await client.messages.countTokens({ model: "claude-x", messages: [{ role: "user", content: "bob@example.com" }] });
		expect(upstream.requests.at(-1)?.body).toContain("***@*******.***");
	});
});
