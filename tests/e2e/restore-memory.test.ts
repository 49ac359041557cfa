import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

interface Asked {
	readonly model: string;
	readonly stream?: boolean;
	readonly messages: readonly { readonly content: string }[];
}

let upstream: MockUpstream;
/** What the model says where it does not repeat the prompt. */
let recalled = "";
beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { model, stream, messages } = JSON.parse(body) as Asked;
		const text = model === "recalls" ? recalled : (messages.at(-1)?.content ?? "");
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		// An endless answer goes on until its reader has left.
		if (model === "endless") response.write(chatEvents([text]).slice(0, -2).join(""));
		else if (stream) response.end(chatEvents(text.match(/.{1,5}/gs) ?? []).join(""));
		else
			response.end(
				JSON.stringify({ id: "c", choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }] }),
			);
	});
});
afterAll(() => upstream?.close());

const sentPrompt = (): string => (JSON.parse(upstream.requests.at(-1)?.body ?? "{}") as Asked).messages[0]?.content ?? "";

describe.each(["replace", "synthetic"])("what %s keeps of a caller's values", (strategy) => {
	let proxy: Proxy;
	let client: OpenAI;
	beforeAll(async () => {
		proxy = await startProxy(upstream.url, `security: { pii_protection: { redaction_strategy: ${strategy}, restore: true } }`);
		client = new OpenAI({ apiKey: "c", baseURL: `http://127.0.0.1:${proxy.port}/v1`, maxRetries: 0 });
	});
	afterAll(() => proxy?.drain());

	async function ask(model: string, ...contents: string[]): Promise<string> {
		const messages = contents.map((content) => ({ role: "user" as const, content }));
		const { choices } = await client.chat.completions.create({ model, messages });
		return choices[0]?.message.content ?? "";
	}

	async function streamed(model: string, content: string, signal?: AbortSignal): Promise<string> {
		let text = "";
		const request = { model, stream: true as const, messages: [{ role: "user" as const, content }] };
		for await (const { choices } of await client.chat.completions.create(request, { ...(signal && { signal }) })) {
			text += choices[0]?.delta.content ?? "";
			if (model === "endless" && text.length > 5) break;
		}
		return text;
	}

	test("dies with the answer, whole, streamed or left in the middle: the same caller gets nothing back later", async () => {
		expect(await ask("repeats", "to jane@corp.com")).toBe("to jane@corp.com");
		const surrogate = sentPrompt().slice(3);
		expect(surrogate).not.toContain("corp");
		expect(await streamed("repeats", "to jane@corp.com")).toBe("to jane@corp.com");
		const left = new AbortController();
		await streamed("endless", "jane@corp.com is the one to write to", left.signal);
		left.abort();
		recalled = `it was ${surrogate}, or [EMAIL_1]`;
		for (const answer of [await ask("recalls", "who was it?"), await streamed("recalls", "who was it?")])
			expect(answer).not.toMatch(/jane|corp/);
		// It lives as long as the conversation holds the value, which the caller sends again with every turn.
		expect(await ask("recalls", "to jane@corp.com", "who was it?")).toContain("jane@corp.com");
	});

	test("is a thousand values at most: the others stay out of the answer", async () => {
		const mails = Array.from({ length: 1020 }, (_, i) => `user${i}x@corp.com`);
		const words = (await ask("repeats", mails.join(" "))).split(" ");
		expect(words.slice(0, 1000)).toEqual(mails.slice(0, 1000));
		expect(words.slice(1000)).toEqual(mails.slice(1000).map(() => "[EMAIL]"));
		expect(sentPrompt()).not.toContain("corp.com");
	});
});
