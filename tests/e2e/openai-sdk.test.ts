import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const ANSWERS: Record<string, string> = {
	clean: "A clean answer: naïve café 😀, nothing to hide.",
	email: "Write to jane.doe@example.com before Friday.",
	key: `The key is ${KEY} and this must not be seen.`,
};
let upstream: MockUpstream;
let proxy: Proxy;
let client: OpenAI;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { stream, messages } = JSON.parse(body) as { stream?: boolean; messages: { content: string }[] };
		const text = ANSWERS[messages[0]?.content ?? ""] ?? "ok";
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		const first = { role: "assistant", content: `Key ${KEY} now` };
		if (stream && messages[0]?.content === "key at once")
			response.end(`data: ${JSON.stringify({ id: "c1", model: "m", choices: [{ index: 0, delta: first, finish_reason: null }] })}\n\n`);
		else if (stream) response.end(chatEvents([...text].map(String)).join(""));
		else
			response.end(
				JSON.stringify({
					id: "c1",
					object: "chat.completion",
					created: 1,
					model: "m",
					choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
				}),
			);
	});
	proxy = await startProxy(upstream.url, 'security: { blocked_phrases: ["Project Falcon"] }');
	client = new OpenAI({ apiKey: "unused", baseURL: `http://127.0.0.1:${proxy.port}/v1` });
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

async function streamed(content: string): Promise<{ text: string; finish: string | null | undefined }> {
	let text = "";
	let finish: string | null | undefined;
	for await (const chunk of await client.chat.completions.create({ model: "m", stream: true, messages: [{ role: "user", content }] })) {
		text += chunk.choices[0]?.delta.content ?? "";
		finish = chunk.choices[0]?.finish_reason ?? finish;
	}
	return { text, finish };
}

async function whole(content: string): Promise<{ text: string | null | undefined; finish: string | undefined }> {
	const answer = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content }] });
	return { text: answer.choices[0]?.message.content, finish: answer.choices[0]?.finish_reason };
}

for (const [name, ask] of [
	["streamed", streamed],
	["not streamed", whole],
] as const) {
	test(`a clean answer is the upstream's own, ${name}`, async () => {
		expect(await ask("clean")).toEqual({ text: ANSWERS["clean"], finish: "stop" });
	});
	test(`an e-mail is masked in place and the answer goes on, ${name}`, async () => {
		expect(await ask("email")).toEqual({ text: "Write to ****.***@*******.*** before Friday.", finish: "stop" });
	});
	test(`a key cuts the answer before its first byte, ${name}`, async () => {
		expect(await ask("key")).toEqual({ text: "The key is ", finish: "content_filter" });
	});
}

test("a blocked prompt is a 400 that is not retried and never reaches the upstream", async () => {
	const before = upstream.requests.length;
	await expect(
		client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "tell me about project  falcon" }] }),
	).rejects.toMatchObject({ status: 400, code: "prompt_blocked", type: "security_policy_violation" });
	expect(upstream.requests.length).toBe(before);
});

test("personal data in the prompt is masked before it goes upstream", async () => {
	await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "I am bob@example.com" }] });
	const sent = upstream.requests.at(-1)?.body ?? "";
	expect(sent).toContain("***@*******.***");
	expect(sent).not.toContain("bob@");
});

test("an answer that is cut in its very first event is still one that the SDK can read", async () => {
	upstream.requests.length = 0;
	const cut = client.chat.completions.stream({ model: "m", messages: [{ role: "user", content: "key at once" }] });
	const { choices } = await cut.finalChatCompletion();
	expect(choices[0]).toMatchObject({ finish_reason: "content_filter", message: { role: "assistant" } });
});
