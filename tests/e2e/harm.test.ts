import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chat } from "../support/chat-client.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** An answer that says what it should not. */
const HARMLESS = "Here is what I think about it. ";
const HARMFUL = "All immigrants are vermin and should be wiped out. They are filthy animals and we must gas them all.";
let upstream: MockUpstream;
const proxies = new Map<string, Proxy>();

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { stream } = JSON.parse(body) as { stream?: boolean };
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		const answer = HARMLESS + HARMFUL;
		const message = { role: "assistant", content: answer };
		const whole = { id: "c", object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }] };
		response.end(stream ? chatEvents(answer.match(/.{1,4}/gs) ?? []).join("") : JSON.stringify(whole));
	});
	for (const action of ["allow", "flag", "redact", "cut"])
		proxies.set(
			action,
			await startProxy(upstream.url, `security: { response_filtering: { on_harmful: ${action}, block_threshold: 0.5 } }`),
		);
});
afterAll(async () => {
	for (const proxy of proxies.values()) await proxy.drain();
	upstream?.close();
});

const proxyOf = (action: string): Proxy => proxies.get(action) as Proxy;

test("the openai SDK sees a cut answer end as filtered content, before what the sentence says", async () => {
	const client = new OpenAI({ baseURL: `http://127.0.0.1:${proxyOf("cut").port}/v1`, apiKey: "none", maxRetries: 0 });
	const messages = [{ role: "user" as const, content: "hi" }];
	const stream = await client.chat.completions.create({ model: "m", messages, stream: true });
	let text = "";
	let finish: string | null = null;
	for await (const { choices } of stream) {
		text += choices[0]?.delta.content ?? "";
		finish = choices[0]?.finish_reason ?? finish;
	}
	expect(finish).toBe("content_filter");
	expect(text).toContain(HARMLESS.trim());
	expect(text).not.toMatch(/wiped|filthy|gas them/);

	const { choices } = await client.chat.completions.create({ model: "m", messages });
	expect(choices[0]).toMatchObject({ finish_reason: "content_filter", message: { content: text } });
});

test.each([true, false])("`redact` puts a marker there, `flag` and `allow` leave the answer as it is (streamed: %s)", async (stream) => {
	const redacted = await chat(proxyOf("redact").port, "hi", stream);
	expect(redacted.text).toContain("[HARMFUL CONTENT REDACTED]");
	expect(redacted).toMatchObject({ finish: "stop" });
	for (const action of ["flag", "allow"]) expect((await chat(proxyOf(action).port, "hi", stream)).text).toBe(HARMLESS + HARMFUL);
});

test("what is flagged is counted by its category in the last line of the stream and in the metrics", async () => {
	const { raw } = await chat(proxyOf("flag").port, "hi", true);
	expect(raw).toMatch(/: security .*"harm_hate":/);
	const metrics = await (await fetch(`http://127.0.0.1:${proxyOf("flag").port}/metrics`)).text();
	expect(metrics).toContain('"harm_hate"');
});

test("the engine as a service gives category, place and score", async () => {
	const inspect = async (text: string): Promise<{ action: string; score: number; findings: { type: string; start: number }[] }> => {
		const response = await fetch(`http://127.0.0.1:${proxyOf("cut").port}/v1/inspect`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ text, direction: "response" }),
		});
		return (await response.json()) as Awaited<ReturnType<typeof inspect>>;
	};
	const harmful = await inspect(HARMLESS + HARMFUL);
	expect(harmful.action).toBe("block");
	expect(harmful.findings[0]).toMatchObject({ type: "harm_hate" });
	const harmless = await inspect(HARMLESS);
	expect(harmless).toMatchObject({ action: "allow", findings: [] });
	expect(harmful.score).toBeGreaterThan(harmless.score);
});
