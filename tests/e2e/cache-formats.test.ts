import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { geminiArray, geminiEvents } from "../support/gemini-events.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { responseEvents } from "../support/response-events.ts";

const SAID = "Write to jane.doe@example.com today. ".match(/.{1,6}/gs) ?? [];
const MASKED = "Write to ****.***@*******.*** today. ";

let upstream: MockUpstream;
let proxy: Proxy;
beforeAll(async () => {
	upstream = await startMockUpstream((response, _body, path) => {
		const isArray = path.includes("streamGenerateContent");
		response.writeHead(200, { "content-type": isArray ? "application/json" : "text/event-stream" });
		if (isArray) response.end(geminiArray(geminiEvents([{ deltas: SAID }])));
		else if (path.endsWith("/responses")) response.end(responseEvents([{ kind: "message", texts: SAID }]).join(""));
		else response.end(chatEvents(SAID).join(""));
	});
	proxy = await startProxy(
		{
			google: { type: "gemini", base_url: upstream.url.replace(/\/v1$/, ""), api_key: "k", models: ["gemini-*"] },
			openai: { type: "openai", base_url: upstream.url, api_key: "k" },
		},
		"cache: { enabled: true }",
	);
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
});

const linesOf = (raw: string): { type?: string; delta?: unknown }[] =>
	[...raw.matchAll(/^data: (\{.*)$/gm)].map(([, line = ""]) => JSON.parse(line));

test.each<[string, string, object, (raw: string) => string]>([
	[
		"a message that was translated from a chat completion",
		"/v1/messages",
		{ model: "m", max_tokens: 100, stream: true, messages: [{ role: "user", content: "hi" }] },
		(raw) => {
			expect(linesOf(raw).at(-1)?.type).toBe("message_stop");
			return linesOf(raw)
				.map(({ delta }) => (delta as { text?: string } | undefined)?.text ?? "")
				.join("");
		},
	],
	[
		"a response, whose end repeats its text",
		"/v1/responses",
		{ model: "m", stream: true, input: "hi" },
		(raw) => {
			expect(raw).toContain(`"text":"${MASKED}"`);
			return linesOf(raw)
				.map(({ type, delta }) => (type === "response.output_text.delta" ? delta : ""))
				.join("");
		},
	],
	[
		"a stream of Gemini's that is a JSON array",
		"/v1beta/models/gemini-x:streamGenerateContent",
		{ contents: [{ role: "user", parts: [{ text: "hi" }] }] },
		(raw) =>
			(JSON.parse(raw) as { candidates: { content: { parts: { text: string }[] } }[] }[])
				.flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts.map(({ text }) => text)))
				.join(""),
	],
])("%s is given again as it was", async (_what, path, body, textOf) => {
	const asked = upstream.requests.length;
	const [first, second] = [await post(proxy.port, JSON.stringify(body), path), await post(proxy.port, JSON.stringify(body), path)];
	expect([first, second].map(({ status, headers }) => [status, headers["x-cache"]])).toEqual([
		[200, "MISS"],
		[200, "HIT"],
	]);
	expect(upstream.requests.length).toBe(asked + 1);
	expect([first, second].map(({ raw }) => textOf(raw))).toEqual([MASKED, MASKED]);
});
