import { type AIMessage, type AIMessageChunk, HumanMessage } from "@langchain/core/messages";
import type { ChatGeneration } from "@langchain/core/outputs";
import { ChatOpenAI } from "@langchain/openai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** n = 2: the texts and the calls of two choices, token by token in turns. `ai` knows no n. */

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const ANSWERS: Record<string, readonly [string, string]> = {
	address: ["Write to jane.doe@example.com today.", "Better call (415) 555-2671 now."],
	key: ["Nothing to see in this one, it is long.", `Take ${KEY} with you.`],
};
const CALLS: Record<string, readonly [string, string]> = {
	"calls with addresses": ['{"to":"jane.doe@example.com"}', '{"to":"bob@example.com"}'],
	"a call with a key": ['{"to":"Jane, who waits for it all day"}', `{"to":"${KEY}"}`],
};
let upstream: MockUpstream;
let proxy: Proxy;
let client: OpenAI;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { messages, stream } = JSON.parse(body) as { messages: { content: string }[]; stream?: boolean };
		const name = messages[0]?.content ?? "";
		const member = name in CALLS ? call : content;
		const texts = CALLS[name] ?? ANSWERS[name] ?? ["", ""];
		const finish = name in CALLS ? "tool_calls" : "stop";
		const head = { id: "c", created: 1, model: "m" };
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		if (!stream) {
			const choices = texts.map((text, index) => ({ index, message: { role: "assistant", ...member(text, true) }, finish_reason: finish }));
			response.end(JSON.stringify({ ...head, object: "chat.completion", choices }));
			return;
		}
		const send = (index: number, delta: object, finish: string | null): void =>
			void response.write(
				`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index, delta, finish_reason: finish }] })}\n\n`,
			);
		for (const index of texts.keys()) send(index, { role: "assistant", ...member("", true) }, null);
		for (const [index, piece] of inTurns(texts)) send(index, member(piece, false), null);
		for (const index of texts.keys()) send(index, {}, finish);
		response.end("data: [DONE]\n\n");
	});
	proxy = await startProxy(upstream.url, "security: { pii_protection: { redaction_strategy: replace } }");
	client = new OpenAI({ apiKey: "unused", baseURL: `http://127.0.0.1:${proxy.port}/v1` });
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

const content = (text: string): object => ({ content: text });
const call = (args: string, isFirst: boolean): object => ({
	tool_calls: [
		{ index: 0, ...(isFirst && { id: "call_1", type: "function" }), function: { ...(isFirst && { name: "mail" }), arguments: args } },
	],
});

/** Three characters of each text at a time. */
function* inTurns(texts: readonly string[]): Generator<[index: number, piece: string]> {
	for (let at = 0; texts.some((text) => at < text.length); at += 3)
		for (const [index, text] of texts.entries()) if (at < text.length) yield [index, text.slice(at, at + 3)];
}

/** What a client sees that reads the first choice of every event, whatever its number. */
async function readFirst(path: string, request: object): Promise<string> {
	const headers = { "content-type": "application/json" };
	const body = JSON.stringify({ model: "m", stream: true, ...request });
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/${path}`, { method: "POST", headers, body });
	return response.text();
}

test.each(["address", "calls with addresses"])(
	"more choices than were asked for end the answer, and nothing of them goes out (%s)",
	async (name) => {
		const messages = [{ role: "user", content: name }];
		for (const n of [undefined, 1]) {
			const out = await readFirst("chat/completions", { messages, n });
			expect(out).toContain("upstream_invalid_event");
			expect(out).not.toMatch(/"index":1,[^\n]*"(?:content|arguments)":"[^"]/);
			expect(out).not.toContain("[DONE]");
		}
		const asked = await readFirst("chat/completions", { messages, n: 2 });
		expect(asked).toContain("[DONE]");
	},
);

const params = (content: string) => ({ model: "m", n: 2, messages: [{ role: "user" as const, content }] });

async function streamed(content: string): Promise<[string | null | undefined, string | null][]> {
	const { choices } = await client.chat.completions.stream(params(content)).finalChatCompletion();
	return choices.map(({ message, finish_reason: finish }) => [message.content, finish]);
}

async function raw(content: string): Promise<[string, string | null][]> {
	const seen: [string, string | null][] = [];
	for await (const { choices } of await client.chat.completions.create({ ...params(content), stream: true })) {
		for (const { index, delta, finish_reason: finish } of choices) {
			const [text, end] = seen[index] ?? ["", null];
			seen[index] = [text + (delta.content ?? ""), finish ?? end];
		}
	}
	return seen;
}

async function whole(content: string): Promise<[string | null, string][]> {
	const { choices } = await client.chat.completions.create(params(content));
	return choices.map(({ message, finish_reason: finish }) => [message.content, finish]);
}

type SeenChoice = readonly [text: string, finish: string, calls: readonly unknown[]];

const langchain = (): ChatOpenAI =>
	new ChatOpenAI({ model: "m", apiKey: "unused", n: 2, maxRetries: 0, configuration: { baseURL: `http://127.0.0.1:${proxy.port}/v1` } });

/** Every chunk names its choice. */
async function chunks(prompt: string): Promise<SeenChoice[]> {
	const choices: AIMessageChunk[] = [];
	for await (const chunk of await langchain().stream(prompt)) {
		const index = chunk.response_metadata["completion"] as number;
		choices[index] = choices[index]?.concat(chunk) ?? chunk;
	}
	return choices.map(seenOf);
}

async function generations(prompt: string): Promise<SeenChoice[]> {
	const { generations: all } = await langchain().generate([[new HumanMessage(prompt)]]);
	return (all[0] ?? []).map((generation) => seenOf((generation as ChatGeneration).message as AIMessage));
}

function seenOf({ text, response_metadata: metadata, tool_calls: calls = [] }: AIMessage | AIMessageChunk): SeenChoice {
	return [text, String(metadata["finish_reason"]), calls.map(({ args }) => args)];
}

test.each([
	["raw stream", raw],
	["stream()", streamed],
	["not streamed", whole],
])("each choice is redacted on its own: %s", async (_name, ask) => {
	expect(await ask("address")).toEqual([
		["Write to [EMAIL_1] today.", "stop"],
		["Better call [PHONE_1] now.", "stop"],
	]);
});

test.each([
	["raw stream", raw],
	["stream()", streamed],
])("a key in one choice ends both, because no more is read: %s", async (_name, ask) => {
	const [first, second] = await ask("key");
	expect(second).toEqual(["Take ", "content_filter"]);
	expect(first?.[1]).toBe("content_filter");
	expect(ANSWERS["key"]?.[0]).toContain(first?.[0]);
});

test("a key in one choice of a whole answer ends that choice", async () => {
	expect(await whole("key")).toEqual([
		[ANSWERS["key"]?.[0], "stop"],
		["Take ", "content_filter"],
	]);
});

describe.each([
	["LangChain, streamed", chunks],
	["LangChain, not streamed", generations],
])("%s", (_name, ask) => {
	test("each choice is redacted on its own, text and call", async () => {
		expect(await ask("address")).toEqual([
			["Write to [EMAIL_1] today.", "stop", []],
			["Better call [PHONE_1] now.", "stop", []],
		]);
		expect(await ask("calls with addresses")).toEqual([
			["", "tool_calls", [{ to: "[EMAIL_1]" }]],
			["", "tool_calls", [{ to: "[EMAIL_1]" }]],
		]);
	});
});

const CALL_WAYS = [
	["stream()", async (prompt: string) => (await client.chat.completions.stream(params(prompt)).finalChatCompletion()).choices],
	["not streamed", async (prompt: string) => (await client.chat.completions.create(params(prompt))).choices],
] as const;

describe.each(CALL_WAYS)("tools, %s", (_name, ask) => {
	const seen = async (prompt: string) =>
		(await ask(prompt)).map(({ message, finish_reason: finish }) => {
			const calls = (message.tool_calls ?? []).map((made) => (made.type === "function" ? made.function.arguments : ""));
			return { calls, finish };
		});

	test("the arguments of each choice are redacted on their own and stay JSON", async () => {
		expect(await seen("calls with addresses")).toEqual([
			{ calls: ['{"to":"[EMAIL_1]"}'], finish: "tool_calls" },
			{ calls: ['{"to":"[EMAIL_1]"}'], finish: "tool_calls" },
		]);
	});

	test("a key in the arguments of one choice makes no call of it", async () => {
		const [, second] = await seen("a call with a key");
		expect(second?.finish).toBe("content_filter");
		expect(JSON.stringify(second)).not.toContain(KEY.slice(0, 6));
		for (const args of second?.calls ?? []) expect(() => JSON.parse(args)).toThrow();
	});
});
