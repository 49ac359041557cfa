import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { anthropicMessage } from "../support/anthropic-events.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** Conversations that Anthropic keeps (`thread`), and the SDK's helpers, which use them where they may. */

interface Asked {
	readonly thread?: { readonly type: string };
	readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

let upstream: MockUpstream;
const opened: Proxy[] = [];
beforeAll(async () => {
	upstream = await startMockUpstream((response, body, path) => {
		const { messages } = JSON.parse(body) as Asked;
		response.writeHead(200, { "content-type": "application/json" });
		response.end(JSON.stringify(path.endsWith("/messages") ? claudeSays(messages) : gptSays(messages)));
	});
});
afterAll(async () => {
	for (const proxy of opened) await proxy.drain();
	upstream?.close();
});

const resultIn = (messages: Asked["messages"]): string | undefined => /"sent to ([^"]+)"/.exec(JSON.stringify(messages.at(-1)))?.[1];
const addressIn = (messages: Asked["messages"]): string => /[^\s"]+@[^\s"]+|\[EMAIL_\d+\]/.exec(JSON.stringify(messages))?.[0] ?? "none";

/** Sends a mail to the first address that it sees, and says to whom. */
function claudeSays(messages: Asked["messages"]): object {
	const result = resultIn(messages);
	if (result !== undefined) return anthropicMessage([{ type: "text", deltas: [`Written to ${result}.`] }], "end_turn");
	const deltas = [JSON.stringify({ to: addressIn(messages) })];
	return anthropicMessage([{ type: "tool_use", name: "mail", deltas }], "tool_use");
}

function gptSays(messages: Asked["messages"]): object {
	const result = resultIn(messages);
	const call = { id: "call_1", type: "function", function: { name: "mail", arguments: JSON.stringify({ to: addressIn(messages) }) } };
	const message = {
		role: "assistant",
		...(result === undefined ? { content: null, tool_calls: [call] } : { content: `Written to ${result}.` }),
	};
	const finish_reason = result === undefined ? "tool_calls" : "stop";
	return { id: "c", object: "chat.completion", created: 1, model: "gpt-x", choices: [{ index: 0, message, finish_reason }] };
}

async function clientOf(security: string): Promise<Anthropic> {
	const base_url = upstream.url.replace(/\/v1$/, "");
	const providers = {
		claude: { type: "anthropic", base_url, api_key: "k", models: ["claude-*"] },
		gpt: { type: "openai", base_url: upstream.url, api_key: "k", models: ["gpt-*"] },
	};
	const proxy = await startProxy(providers, `security: ${security}`);
	opened.push(proxy);
	return new Anthropic({ apiKey: "c", baseURL: `http://127.0.0.1:${proxy.port}`, maxRetries: 0 });
}

const lastAsked = (): Asked => JSON.parse(upstream.requests.at(-1)?.body ?? "{}") as Asked;

function turn(content: string, previous_message_id?: string): Anthropic.Beta.MessageCreateParamsNonStreaming {
	const thread = previous_message_id === undefined ? { type: "create" as const } : { type: "continue" as const, previous_message_id };
	return { model: "claude-x", max_tokens: 9, thread, messages: [{ role: "user", content }] };
}

describe("where no rule needs the whole conversation", () => {
	let client: Anthropic;
	beforeAll(async () => {
		client = await clientOf("{ pii_protection: { redaction_strategy: replace } }");
	});

	test("no surrogate ever means two values, and each value keeps its own over the turns", async () => {
		const told: unknown[] = [];
		for (const [text, previous] of [["jane@corp.com"], ["joe@corp.com", "msg_1"], ["jane@corp.com", "msg_2"]] as const) {
			await client.beta.messages.create(turn(text, previous));
			told.push(lastAsked().messages[0]?.content);
		}
		expect(told[0]).toMatch(/^\[EMAIL_\d+\]$/);
		expect(told[2]).toBe(told[0]);
		expect(told[1]).not.toBe(told[0]);
	});

	test("a turn that paused goes on without a message", async () => {
		await client.beta.messages.create({ ...turn("", "msg_1"), messages: [] });
		expect(lastAsked()).toMatchObject({ thread: { type: "continue" }, messages: [] });
		await expect(client.beta.messages.create({ ...turn(""), messages: [] })).rejects.toMatchObject({ status: 400 });
	});
});

test.each([
	["originals that are given back", "{ pii_protection: { redaction_strategy: replace, restore: true } }"],
	["a canary", "{ response_filtering: { prompt_canary: cut } }"],
	["an echo of the system prompt", "{ response_filtering: { on_prompt_echo: cut } }"],
	["a paraphrase of it", "{ response_filtering: { on_prompt_paraphrase: flag } }"],
	["the tools that were offered", "{ response_filtering: { tool_calls: { action: cut } } }"],
])("a thread is refused in the vendor's own words for the sake of %s", async (_what, security) => {
	const client = await clientOf(security);
	const before = upstream.requests.length;
	const sent = client.beta.messages.create(turn("hi", "msg_1"));
	await expect(sent).rejects.toBeInstanceOf(Anthropic.ThreadUnsupportedRequestError);
	await expect(sent).rejects.toMatchObject({ status: 400, error: { error: { code: "thread_not_supported" } } });
	expect(upstream.requests.length).toBe(before);
});

describe("the SDK's tool runner, which keeps a thread where it may", () => {
	test.each([
		["claude-x", "restored"],
		["gpt-x", "translated"],
	])("goes on with the whole conversation (%s, %s)", async (model) => {
		const client = await clientOf("{ pii_protection: { redaction_strategy: replace, restore: true } }");
		const given: unknown[] = [];
		const mail = {
			type: "custom" as const,
			name: "mail",
			description: "d",
			input_schema: { type: "object" as const },
			parse: (input: unknown) => input as { to: string },
			run: (input: { to: string }) => {
				given.push(input);
				return `sent to ${input.to}`;
			},
		};
		const messages = [{ role: "user" as const, content: "mail jane@corp.com" }];
		const { content } = await client.beta.messages.toolRunner({ model, max_tokens: 99, tools: [mail], messages });
		expect(given).toEqual([{ to: "jane@corp.com" }]);
		expect(content).toMatchObject([{ type: "text", text: "Written to jane@corp.com." }]);
		expect(lastAsked().messages).toHaveLength(3);
		expect(upstream.requests.at(-1)?.body).not.toContain("jane@corp.com");
	});
});
