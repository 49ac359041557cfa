import { expect, test } from "vitest";
import type { ApiName } from "../../../src/core/api.ts";
import { providerOf } from "../../../src/providers/registry.ts";

/** An answer of very many elements is read in time that grows with their number, and not with its square. */
const COUNT = 30_000;

function repeat(element: object): string {
	const json = JSON.stringify(element);
	return `[${Array(COUNT).fill(json).join(",")}]`;
}

const nested = (depth: number): string => `${"[".repeat(depth)}${'"a",'.repeat(40_000)}"a"${"]".repeat(depth)}`;
const TOKENS = [{ token: "a" }];

test.each<[ApiName, string, string]>([
	["openai-chat", "choices", `{"choices":${repeat({ index: 0, delta: { content: "a" }, logprobs: { content: TOKENS } })}}`],
	["openai-chat", "a deep list", `{"choices":[{"index":0,"delta":{"x":${nested(100)}}}]}`],
	["gemini-generate", "candidates", `{"candidates":${repeat({ content: { parts: [{ text: "a" }] }, logprobsResult: {} })}}`],
	["openai-responses", "parts", `{"type":"response.output_item.done","item":{"content":${repeat({ text: "a", logprobs: TOKENS })}}}`],
])("an event of %s with very many %s", (api, _what, data) => {
	const { stream } = providerOf(api);
	expect(stream?.read(data, undefined, stream.newMemory())).toBeDefined();
});

const thought = { type: "reasoning.text", text: "a", signature: "abc" };

test.each<[ApiName, string, string]>([
	["openai-chat", "choices", `{"choices":${repeat({ index: 0, message: { content: "a" }, logprobs: { content: TOKENS } })}}`],
	["openai-chat", "thoughts", `{"choices":[{"index":0,"message":{"reasoning_details":${repeat(thought)}}}]}`],
	["gemini-generate", "candidates", `{"candidates":${repeat({ content: { parts: [{ text: "a" }] }, logprobsResult: {} })}}`],
	["openai-responses", "parts", `{"output":[{"content":${repeat({ type: "output_text", text: "a", logprobs: TOKENS })}}]}`],
	["anthropic-messages", "blocks", `{"type":"message","content":${repeat({ type: "thinking", thinking: "a", signature: "abc" })}}`],
])("a body of %s with very many %s, and its end where it is cut", (api, _what, json) => {
	const provider = providerOf(api);
	const reading = provider.readBody(json);
	expect(reading.kind).toBe("data");
	if (reading.kind === "data") provider.cutBody(json, reading.places.slice(0, 1), "other");
});
