import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import type { Proxy } from "../../src/proxy.ts";
import { type AnthropicBlock, anthropicEvents, anthropicMessage } from "./anthropic-events.ts";
import { type MockUpstream, startMockUpstream } from "./mock-upstream.ts";
import { startProxy } from "./proxy.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const CALL = { name: "mail", input: { to: "jane.doe@example.com", urgent: true } };

interface Answer {
	readonly thinking?: string;
	readonly text?: string;
	readonly calls?: readonly { readonly name: string; readonly input: object }[];
}

/** What the model says, by the last user text; each upstream says it in its own format, a character at a time. */
export const ANSWERS: Record<string, Answer> = {
	clean: { text: "A clean answer: naïve café 😀." },
	email: { text: "Write to jane.doe@example.com before Friday." },
	key: { text: `The key is ${KEY} and this must not be seen.` },
	thinking: { thinking: "They want the time.", text: "It is noon." },
	tool: { text: "Sending.\n", calls: [CALL, { name: "log", input: {} }] },
	"tool cut": { text: "Deploying.", calls: [{ name: "deploy", input: { key: KEY } }] },
};

interface AskedRequest {
	readonly stream?: boolean;
	readonly messages: readonly { readonly content: unknown }[];
}

function nameOf({ messages }: AskedRequest): string {
	const content = messages[0]?.content;
	return typeof content === "string" ? content : String((content as { text?: string }[])[0]?.text);
}

function blocksOf({ thinking, text, calls = [] }: Answer): AnthropicBlock[] {
	return [
		...(thinking === undefined ? [] : [{ type: "thinking" as const, deltas: [...thinking], signature: "c2ln" }]),
		...(text === undefined ? [] : [{ type: "text" as const, deltas: [...text] }]),
		...calls.map(({ name, input }) => ({
			type: "tool_use" as const,
			name,
			deltas: input === CALL.input ? [...JSON.stringify(input)] : [JSON.stringify(input)],
		})),
	];
}

function chunksOf({ thinking = "", text = "", calls = [] }: Answer): string[] {
	const chunk = (choices: object[], more = {}): string =>
		`data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "gpt-x", choices, ...more })}\n\n`;
	const say = (delta: object, finish_reason: string | null = null): string => chunk([{ index: 0, delta, finish_reason }]);
	const call = (index: number, members: object, fn: object): string => say({ tool_calls: [{ index, ...members, function: fn }] });
	return [
		say({ role: "assistant", content: "" }),
		...[...thinking].map((reasoning_content) => say({ reasoning_content })),
		...[...text].map((content) => say({ content })),
		...calls.flatMap(({ name, input }, index) => [
			call(index, { id: `call_${index}`, type: "function" }, { name, arguments: "" }),
			...[...JSON.stringify(input)].map((piece) => call(index, {}, { arguments: piece })),
		]),
		say({}, calls.length > 0 ? "tool_calls" : "stop"),
		chunk([], { usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46, prompt_tokens_details: { cached_tokens: 2 } } }),
		"data: [DONE]\n\n",
	];
}

function completionOf({ thinking, text, calls }: Answer): object {
	const tool_calls = calls?.map(({ name, input }, i) => ({
		id: `call_${i}`,
		type: "function",
		function: { name, arguments: JSON.stringify(input) },
	}));
	const message = { role: "assistant", content: text ?? null, refusal: null, reasoning_content: thinking, tool_calls };
	const choices = [{ index: 0, message, finish_reason: tool_calls === undefined ? "stop" : "tool_calls" }];
	return {
		id: "c1",
		object: "chat.completion",
		created: 1,
		model: "gpt-x",
		choices,
		usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 },
	};
}

/** One proxy before an Anthropic and an OpenAI upstream that say the same things, and a client of each vendor. */
export interface TwoVendors {
	readonly anthropic: MockUpstream;
	readonly openai: MockUpstream;
	readonly anthropicClient: Anthropic;
	readonly openaiClient: OpenAI;
	close(): Promise<void>;
}

/** `lineEnd`: of both upstreams' streams. */
export async function startTwoVendors(lineEnd = "\n"): Promise<TwoVendors> {
	const streamOf = (events: readonly string[]): string => events.join("").replaceAll("\n", lineEnd);
	const anthropic = await startMockUpstream((response, body) => {
		const asked = JSON.parse(body) as AskedRequest;
		const answer = ANSWERS[nameOf(asked)] ?? { text: "ok" };
		const stop = answer.calls === undefined ? "end_turn" : "tool_use";
		response.writeHead(200, { "content-type": asked.stream ? "text/event-stream" : "application/json" });
		const events = anthropicEvents(blocksOf(answer), stop);
		if (nameOf(asked) === "truncated") response.end(streamOf(events.slice(0, -2)));
		else response.end(asked.stream ? streamOf(events) : JSON.stringify(anthropicMessage(blocksOf(answer), stop)));
	});
	const openai = await startMockUpstream((response, body) => {
		const asked = JSON.parse(body) as AskedRequest;
		const answer = ANSWERS[nameOf(asked)] ?? { text: "ok" };
		response.writeHead(200, { "content-type": asked.stream ? "text/event-stream" : "application/json" });
		if (nameOf(asked) === "truncated") response.end(streamOf(chunksOf(answer).slice(0, -3)));
		else response.end(asked.stream ? streamOf(chunksOf(answer)) : JSON.stringify(completionOf(answer)));
	});
	const proxy: Proxy = await startProxy({
		claude: {
			type: "anthropic",
			base_url: anthropic.url.replace(/\/v1$/, ""),
			api_key: "anthropic-key",
			models: ["claude-*"],
			max_tokens: 777,
		},
		gpt: { type: "openai", base_url: openai.url, api_key: "openai-key", models: ["gpt-*"] },
	});
	const openaiClient = new OpenAI({ apiKey: "callers-own", baseURL: `http://127.0.0.1:${proxy.port}/v1`, maxRetries: 0 });
	const anthropicClient = new Anthropic({ apiKey: "callers-own", baseURL: `http://127.0.0.1:${proxy.port}`, maxRetries: 0 });
	return {
		anthropic,
		openai,
		anthropicClient,
		openaiClient,
		async close() {
			await proxy.drain();
			anthropic.close();
			openai.close();
		},
	};
}
