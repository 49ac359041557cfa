import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** A number that no double holds goes through every translation digit for digit: the bytes on both sides. */
const NUMBERS = ["90071992547409931", "-1234567890123456789012345", "0.12345678901234567890123", "1e400"];
const LIST = `[${NUMBERS.join(",")}]`;
const CARD = "4111111111111111";

/** What the upstream answers with, by the path that it was asked at. */
let answers: Record<string, { type: string; body: string }>;
let upstream: MockUpstream;
let proxy: Proxy;
beforeAll(async () => {
	upstream = await startMockUpstream((response, _body, path) => {
		const { type, body } = answers[path] as { type: string; body: string };
		response.writeHead(200, { "content-type": type }).end(body);
	});
	const base = upstream.url.replace("/v1", "");
	proxy = await startProxy(
		{
			claude: { type: "anthropic", base_url: base, api_key: "k", models: ["claude-*"], max_tokens: 9 },
			gpt: { type: "openai", base_url: upstream.url, api_key: "k", models: ["gpt-*"] },
		},
		"security: { pii_protection: { detection_types: [credit_card] } }",
	);
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
});

/** What the upstream got and what the client got. */
async function ask(path: string, body: string): Promise<{ sent: string; answer: string }> {
	const response = await fetch(`http://127.0.0.1:${proxy.port}${path}`, { method: "POST", body });
	return { answer: await response.text(), sent: upstream.requests.at(-1)?.body ?? "" };
}

const message = (input: string): string =>
	`{"id":"m","type":"message","role":"assistant","model":"claude-x","content":[{"type":"tool_use","id":"t","name":"f","input":${input}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}`;
const completion = (args: string): string =>
	`{"id":"c","object":"chat.completion","created":1,"model":"gpt-x","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":${JSON.stringify(args)}}}]},"finish_reason":"tool_calls"}]}`;
const chat = (args: string, schema: string): string =>
	`{"model":"claude-x","messages":[{"role":"user","content":"hi"},{"role":"assistant","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":${JSON.stringify(args)}}}]}],"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]}`;
const messages = (input: string, schema: string): string =>
	`{"model":"gpt-x","max_tokens":9,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":${input}}]}],"tools":[{"name":"f","input_schema":${schema}}]}`;

test("an OpenAI client of an Anthropic provider", async () => {
	answers = { "/v1/messages": { type: "application/json", body: message(`{"ids":${LIST}}`) } };
	const { sent, answer } = await ask("/v1/chat/completions", chat(`{"ids":${LIST}}`, `{"type":"object","enum":${LIST}}`));
	expect(sent).toContain(`"input":{"ids":${LIST}}`);
	expect(sent).toContain(`"input_schema":{"type":"object","enum":${LIST}}`);
	expect(answer).toContain(`"arguments":"{\\"ids\\":${LIST}}"`);
});

test("an OpenAI client of an Anthropic provider that gives the input at once, streamed", async () => {
	const start = `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{"ids":${LIST}}}}`;
	const events = [
		'{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"claude-x","content":[],"usage":{"input_tokens":1}}}',
		start,
		'{"type":"content_block_stop","index":0}',
		'{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1}}',
		'{"type":"message_stop"}',
	];
	answers = { "/v1/messages": { type: "text/event-stream", body: events.map((event) => `data: ${event}\n\n`).join("") } };
	const { answer } = await ask("/v1/chat/completions", chat("{}", "{}").replace("{", '{"stream":true,'));
	expect(answer).toContain(`"arguments":"{\\"ids\\":${LIST}}"`);
});

test("an Anthropic client of an OpenAI provider", async () => {
	answers = { "/v1/chat/completions": { type: "application/json", body: completion(`{"ids":${LIST}}`) } };
	const { sent, answer } = await ask("/v1/messages", messages(`{"ids":${LIST}}`, `{"enum":${LIST}}`));
	expect(sent).toContain(`"arguments":"{\\"ids\\":${LIST}}"`);
	expect(sent).toContain(`"parameters":{"enum":${LIST}}`);
	expect(answer).toContain(`"input":{"ids":${LIST}}`);
});

test.each([
	`${CARD}`,
	`${CARD}.0`,
	`${CARD}.00000000000000000001`,
	`${CARD}0e-1`,
	`${CARD}000000000000000000e-18`,
	"41111111111111109999999999999e-13",
])("a card that is written as %s does not go through", async (card) => {
	answers = {
		"/v1/messages": { type: "application/json", body: message(`{"card":${card}}`) },
		"/v1/chat/completions": { type: "application/json", body: completion(`{"card":${card}}`) },
	};
	const there = await ask("/v1/chat/completions", chat(`{"card":${card}}`, `{"enum":[${card}]}`));
	const back = await ask("/v1/messages", messages(`{"card":${card}}`, `{"enum":[${card}]}`));
	for (const json of [there.sent, there.answer, back.sent, back.answer]) {
		expect(json).not.toContain(card);
		for (const [number] of json.matchAll(/\d[\d.e-]*/g)) expect(String(Number(number))).not.toBe(CARD);
	}
});
