import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** n = 2: the texts of two choices, token by token in turns. */

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const ANSWERS: Record<string, readonly [string, string]> = {
	address: ["Write to jane.doe@example.com today.", "Better call (415) 555-2671 now."],
	key: ["Nothing to see in this one, it is long.", `Take ${KEY} with you.`],
};
let upstream: MockUpstream;
let proxy: Proxy;
let client: OpenAI;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { messages, stream } = JSON.parse(body) as { messages: { content: string }[]; stream?: boolean };
		const texts = ANSWERS[messages[0]?.content ?? ""] ?? ["", ""];
		const head = { id: "c", created: 1, model: "m" };
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		if (!stream) {
			const choices = texts.map((content, index) => ({ index, message: { role: "assistant", content }, finish_reason: "stop" }));
			response.end(JSON.stringify({ ...head, object: "chat.completion", choices }));
			return;
		}
		const send = (index: number, delta: object, finish: string | null): void =>
			void response.write(
				`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index, delta, finish_reason: finish }] })}\n\n`,
			);
		for (const index of texts.keys()) send(index, { role: "assistant", content: "" }, null);
		for (const [index, piece] of inTurns(texts)) send(index, { content: piece }, null);
		for (const index of texts.keys()) send(index, {}, "stop");
		response.end("data: [DONE]\n\n");
	});
	proxy = await startProxy(upstream.url, "security: { pii_protection: { redaction_strategy: replace } }");
	client = new OpenAI({ apiKey: "unused", baseURL: `http://127.0.0.1:${proxy.port}/v1` });
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

/** Three characters of each text at a time. */
function* inTurns(texts: readonly string[]): Generator<[index: number, piece: string]> {
	for (let at = 0; texts.some((text) => at < text.length); at += 3)
		for (const [index, text] of texts.entries()) if (at < text.length) yield [index, text.slice(at, at + 3)];
}

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
