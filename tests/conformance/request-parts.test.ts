import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { SurrogateTable } from "../../src/verdict/surrogate-table.ts";
import { plainPolicy } from "../support/plain-policy.ts";
import { promptVerdict } from "../support/prompt-verdict.ts";
import { allRecognizers, programFor } from "../support/scanner-program.ts";

/** A secret in two parts of one message is one secret; parts that are whole in themselves stay texts of their own. */
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const key = new Uint8Array(32);
let program: ScannerProgram;

beforeAll(async () => {
	program = await allRecognizers("redact");
});

const parts = (texts: readonly string[], more: object = {}): object[] => texts.map((text) => ({ ...more, text }));

/** A request with the texts as neighbours, and where they stand in it. */
const OF_PARTS = [
	["openai-chat", "", (texts: readonly string[]) => ({ messages: [{ role: "user", content: parts(texts, { type: "text" }) }] })],
	["openai-responses", "", (texts: readonly string[]) => ({ input: [{ role: "user", content: parts(texts, { type: "input_text" }) }] })],
	["anthropic-messages", "", (texts: readonly string[]) => ({ messages: [{ role: "user", content: parts(texts, { type: "text" }) }] })],
	[
		"gemini-generate",
		"/v1beta/models/m:generateContent",
		(texts: readonly string[]) => ({ contents: [{ role: "user", parts: parts(texts) }] }),
	],
] as const;

/** The same of messages that follow one another, and of all that say how to behave. */
const OF_MESSAGES = [
	["openai-chat", "", (texts: readonly string[]) => ({ messages: texts.map((content) => ({ role: "user", content })) })],
	["openai-responses", "", (texts: readonly string[]) => ({ input: texts.map((content) => ({ role: "assistant", content })) })],
	[
		"anthropic-messages",
		"",
		(texts: readonly string[]) => ({ messages: texts.map((text) => ({ role: "user", content: parts([text], { type: "text" }) })) }),
	],
	[
		"gemini-generate",
		"/v1beta/models/m:generateContent",
		(texts: readonly string[]) => ({ contents: texts.map((text) => ({ role: "model", parts: parts([text]) })) }),
	],
	[
		"gemini-generate",
		"/v1beta/models/m:generateContent",
		(texts: readonly string[]) => ({ contents: texts.map((text) => ({ parts: parts([text]) })) }),
	],
	[
		"gemini-generate",
		"/v1beta/models/m:generateContent",
		(texts: readonly string[]) => ({ contents: { role: "user", parts: parts(texts) } }),
	],
	[
		"gemini-generate",
		"/v1beta/models/m:countTokens",
		(texts: readonly string[]) => ({
			generateContentRequest: {
				model: "models/m",
				contents: texts.map((text, i) => ({ role: i > 0 ? "User" : "user", parts: parts([text]) })),
			},
		}),
	],
	[
		"openai-chat",
		"",
		([first, ...texts]: readonly string[]) => ({
			messages: [
				{ role: "system", content: first },
				{ role: "user", content: "hi" },
				...texts.map((content, i) => ({ role: i % 2 === 0 ? "developer" : "system", content: parts([content], { type: "text" }) })),
			],
		}),
	],
] as const;

/** A list of parts with one that is no text in the middle. */
function withPicture(value: unknown): unknown {
	if (!Array.isArray(value) || value.length !== 3) return value;
	const [, first, second] = value;
	return [first, { type: "picture", id: "p1" }, second];
}

/** What goes upstream of a request. */
function sentOf(api: Parameters<typeof providerOf>[0], path: string, request: object): unknown {
	const body = Buffer.from(JSON.stringify({ model: "m", max_tokens: 9, ...request }));
	const style = { strategy: "replace", key, prompt: new SurrogateTable({ key, keepsOriginals: true }) } as const;
	const verdict = promptVerdict(body, path, providerOf(api), plainPolicy("replace"), program, style);
	expect(verdict.action).toMatch(/allow|redact/);
	return JSON.parse(Buffer.from(("body" in verdict && verdict.body) || body).toString());
}

describe.each([...OF_PARTS, ...OF_MESSAGES])("%s", (api, path, bodyOf) => {
	const sent = (texts: readonly string[]): unknown => sentOf(api, path, bodyOf(texts));
	const becomes = (texts: readonly string[], expected: readonly string[]): void =>
		expect(sent(texts)).toEqual({ model: "m", max_tokens: 9, ...bodyOf(expected) });

	test("a key or a card in two parts or more is redacted where it begins", () => {
		becomes([`Take ${KEY.slice(0, 7)}`, `${KEY.slice(7)} now`], ["Take [AWS_KEY_1]", " now"]);
		becomes(["Pay with 4111 ", "1111 1111", " 1111 please"], ["Pay with [CREDIT_CARD_1]", "", " please"]);
		becomes(["é😀 4111 1111 1111 11", "11 😀é"], ["é😀 [CREDIT_CARD_1]", " 😀é"]);
	});

	test("a part that has its own finding is not read together with its neighbour's last word", () => {
		becomes(["My address is", "bob@example.com", "and that is all"], ["My address is", "[EMAIL_1]", "and that is all"]);
		becomes(["bob@example.com", "or bob@example.com"], ["[EMAIL_1]", "or [EMAIL_1]"]);
	});

	test("a secret in two parts makes no other seam one: what is whole in a part does not hide behind the word before it", () => {
		const decoy = [`Take ${KEY.slice(0, 7)}`, `${KEY.slice(7)} now`];
		const hidden = ["order 9", "4012888888881881", "and x", "jane@example.com"];
		const found = ["Take [AWS_KEY_1]", " now"];
		const card = ["order 9", "[CREDIT_CARD_1]", "and x", "[EMAIL_1]"];
		becomes([...decoy, ...hidden], [...found, ...card]);
		becomes([...hidden, ...decoy], [...card, ...found]);
	});

	test("clean parts are what they were", () => becomes(["Hello ", "world", ""], ["Hello ", "world", ""]));
});

test.each(OF_PARTS)("%s: a secret in two parts is one also where a picture stands between them", (api, path, bodyOf) => {
	const between = (texts: readonly string[]): object =>
		JSON.parse(JSON.stringify(bodyOf(["", ...texts])), (_, value) => withPicture(value));
	expect(sentOf(api, path, between([`Take ${KEY.slice(0, 7)}`, `${KEY.slice(7)} now`]))).toEqual({
		model: "m",
		max_tokens: 9,
		...between(["Take [AWS_KEY_1]", " now"]),
	});
});

test("texts of different turns are not read together", () => {
	const [first, second] = [`Take ${KEY.slice(0, 7)}`, `${KEY.slice(7)} now`];
	const turns = (...roles: readonly string[]): object => ({
		messages: roles.map((role, i) => ({ role, content: i === 0 ? first : second })),
	});
	for (const request of [
		turns("user", "assistant"),
		turns("system", "user"),
		turns("tool", "user"),
		{
			messages: [
				{ role: "user", content: first },
				{ role: "assistant", content: "" },
				{ role: "user", content: second },
			],
		},
		{ messages: [{ role: "user", content: first, name: second }] },
		{ prompt: [first, second] },
	]) {
		const api = "prompt" in request ? "openai-completions" : "openai-chat";
		expect(sentOf(api, "", request)).toEqual({ model: "m", max_tokens: 9, ...request });
	}
});

/** The results of what a model called in one turn, and where they stand in a request. */
const OF_RESULTS = [
	[
		"openai-chat",
		(texts: readonly string[]) => ({
			messages: [
				{ role: "assistant", content: null },
				...texts.map((content, i) => ({ role: "tool", tool_call_id: `call_${i}`, content })),
			],
		}),
	],
	[
		"openai-chat",
		(texts: readonly string[]) => ({
			messages: texts.map((text, i) => ({ role: "tool", tool_call_id: `call_${i}`, content: parts([text], { type: "text" }) })),
		}),
	],
	[
		"openai-responses",
		(texts: readonly string[]) => ({
			input: texts.map((output, i) => ({
				type: i === 1 ? "custom_tool_call_output" : "function_call_output",
				call_id: `call_${i}`,
				output,
			})),
		}),
	],
	[
		"anthropic-messages",
		(texts: readonly string[]) => ({
			messages: [
				{
					role: "user",
					content: texts.flatMap((content, i) => [
						{ type: "tool_result", tool_use_id: `toolu_${i}`, content: i === 1 ? parts([content], { type: "text" }) : content },
						{ type: "text", text: "and" },
					]),
				},
			],
		}),
	],
	[
		"anthropic-messages",
		(texts: readonly string[]) => ({
			messages: texts.map((content, i) => ({ role: "user", content: [{ type: "tool_result", tool_use_id: `toolu_${i}`, content }] })),
		}),
	],
] as const;

describe.each(OF_RESULTS)("results of tools: %s", (api, bodyOf) => {
	const becomes = (texts: readonly string[], expected: readonly string[]): void =>
		expect(sentOf(api, "", bodyOf(texts))).toEqual({ model: "m", max_tokens: 9, ...bodyOf(expected) });
	const long = "Nothing to see on this line.\n".repeat(400);

	test("a secret in two or three results of one turn is redacted where it begins, however long they are", () => {
		becomes([`Take ${KEY.slice(0, 7)}`, `${KEY.slice(7)} now`], ["Take [AWS_KEY_1]", " now"]);
		becomes([`Take ${KEY.slice(0, 7)}`, KEY.slice(7, 12), `${KEY.slice(12)} now`], ["Take [AWS_KEY_1]", "", " now"]);
		becomes([long + KEY.slice(0, 7), `${KEY.slice(7)}\n${long}`], [`${long}[AWS_KEY_1]`, `\n${long}`]);
	});

	test("what is no secret does not go over from one result into the next", () => {
		const texts = ["4111 1111 ", "1111 1111", "jane.d", "oe@example.com"];
		becomes(texts, [...texts.slice(0, 3), "[EMAIL_1]"]);
		becomes([KEY.slice(0, 7), `${KEY.slice(7)} 4111 1111 `, "1111 1111"], ["[AWS_KEY_1]", " 4111 1111 ", "1111 1111"]);
	});
});

test.each([
	["openai-chat", [{ role: "assistant", content: "" }]],
	["openai-chat", [{ role: "user", content: "" }]],
] as const)("%s: results of different turns are not read together", (api, between) => {
	const [first, second] = [KEY.slice(0, 7), KEY.slice(7)].map((content, i) => ({ role: "tool", tool_call_id: `call_${i}`, content }));
	const request = { messages: [first, ...between, second] };
	expect(sentOf(api, "", request)).toEqual({ model: "m", max_tokens: 9, ...request });
});

test("a finding over a seam that blocks is not hidden by one of its parts, nor does it hide what comes behind it", () => {
	const yaml =
		"pii_protection: { detection_types: [email, secrets], custom_patterns: [{ name: plan, pattern: 'xx[0-9]{4}yy' }], block_types: [plan] }";
	return expectBlocked(yaml, ["a xx12", "34yy@example.com", `Take ${KEY.slice(0, 7)}`, `${KEY.slice(7)} now`]);
});

async function expectBlocked(yaml: string, texts: readonly string[]): Promise<void> {
	const parsed = parseConfig(`security: { ${yaml} }`, {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	const policy = compilePolicy(parsed.config.security);
	const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: parts(texts, { type: "text" }) }] }));
	const own = await programFor(policy.prompt);
	expect(promptVerdict(body, "", providerOf("openai-chat"), policy, own, { strategy: "replace", key }).action).toBe("block");
}

test("parts of what a tool gave back, and of a document, are parts as well", () => {
	const texts = parts([`Take ${KEY.slice(0, 7)}`, KEY.slice(7)], { type: "text" });
	const document = { type: "document", source: { type: "content", content: texts } };
	const result = (content: unknown): object => ({
		messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content }] }],
	});
	for (const sent of [
		sentOf("anthropic-messages", "", { messages: [{ role: "user", content: [document] }] }),
		sentOf("anthropic-messages", "", result(texts)),
		sentOf("anthropic-messages", "", result([document])),
		sentOf("anthropic-messages", "", result([{ type: "search_result", title: "t", source: "s", content: texts }])),
		sentOf("openai-responses", "", { input: [{ type: "function_call_output", call_id: "c", output: texts }] }),
		sentOf("openai-responses", "", { input: [{ type: "reasoning", id: "r", summary: texts }] }),
	])
		expect(JSON.stringify(sent)).toContain('"text":"Take [AWS_KEY_1]"},{"type":"text","text":""');
});

test("a key over two arguments of one call is redacted in the conversation that goes upstream", () => {
	const input = { id: KEY.slice(0, 8), rest: KEY.slice(8), city: "Bern" };
	const call = { id: "t", name: "f", input };
	const anthropic = sentOf("anthropic-messages", "", { messages: [{ role: "assistant", content: [{ type: "tool_use", ...call }] }] });
	const tool = { id: "t", type: "function", function: { name: "f", arguments: JSON.stringify(input) } };
	const openai = sentOf("openai-chat", "", { messages: [{ role: "assistant", tool_calls: [tool] }] });
	for (const sent of [anthropic, openai].map((body) => JSON.stringify(body).replaceAll("\\", ""))) {
		expect(sent).toContain('{"id":"[AWS_KEY_1]","":"","city":"Bern"}');
	}
});
