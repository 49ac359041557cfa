import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { inspectBody } from "../../src/inspect/body-texts.ts";
import { FindingTally } from "../../src/inspect/finding-tally.ts";
import { translateBody, translateRequest } from "../../src/inspect/translated-answer.ts";
import { editsOf } from "../../src/inspect/whole-texts.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { replaceValues } from "../../src/wire/json-strings.ts";
import { anthropicMessage } from "../support/anthropic-events.ts";
import { geminiAnswer } from "../support/gemini-events.ts";
import { type Mutation, mutate, mutations } from "../support/json-mutations.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * Requests and answers of Anthropic and Gemini, and their translations, with anything put anywhere. Nothing throws, every
 * answer comes to an end, and a key in a sentence, which nobody can take for an identifier, never passes.
 */
const NUM_RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const style = { strategy: "remove", key: new Uint8Array(32) } as const;
const CHANGES = mutations(`see ${KEY} there`);

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const json = (value: unknown): string => JSON.stringify(value) ?? "";

interface StreamCase {
	/** In tests/fixtures/transcripts. */
	readonly name: string;
	readonly api: ApiName;
	readonly client?: ApiName;
	readonly isArray?: true;
}

describe("streams", () => {
	const folder = new URL("../fixtures/transcripts/", import.meta.url);
	const names = [
		"anthropic-messages.thinking-and-tools",
		"anthropic-messages.search-and-citations",
		"gemini-generate.thoughts-and-grounding",
	];
	const cases: readonly StreamCase[] = [
		...names.map((name) => ({ name, api: name.split(".")[0] as ApiName })),
		...names.slice(0, 2).map((name) => ({ name, api: "anthropic-messages", client: "openai-chat" }) as const),
		{ name: names[2] ?? "", api: "gemini-generate", isArray: true },
		{ name: "openai-chat.tool-call", api: "openai-chat", client: "anthropic-messages" },
	];

	test.each(cases)("like $name for $client, array $isArray", ({ name, ...run }) => {
		const sse = readFileSync(new URL(`${name}.sse`, folder), "utf8");
		const events = [...sse.matchAll(/^data: ?(\{.*?)\s*$/gm)].map(([, data]) => JSON.parse(data ?? "") as unknown);
		const isNamed = run.api === "anthropic-messages";
		const block = (event: unknown): string => {
			const type = (event as { type?: unknown } | null)?.type;
			return `${isNamed && typeof type === "string" && !type.includes("\n") ? `event: ${type}\n` : ""}data: ${json(event)}\n\n`;
		};
		const write = (list: readonly unknown[]): string => {
			if (run.isArray) return `[${list.map(json).join(",\r\n")}]`;
			return list.map(block).join("") + (run.api === "openai-chat" ? "data: [DONE]\n\n" : "");
		};
		const changed = fc.array(fc.tuple(fc.nat(), CHANGES), { minLength: 1, maxLength: 4 });
		fc.assert(
			fc.property(changed, fc.integer({ min: 1, max: 900 }), (changes, size) => {
				const list = [...events];
				for (const [at, change] of changes) list[at % list.length] = mutate(list[at % list.length], change);
				const { out, ended } = streamThrough(Buffer.from(write(list)), { ...run, program, style, sizes: [size], moveEvery: 3 });
				expect(ended).toBeDefined();
				expect(out).not.toContain(KEY);
				if (run.isArray) JSON.parse(out);
			}),
			{ numRuns: NUM_RUNS },
		);
	});
});

const TOOLS = [{ name: "f", description: "d", input_schema: { type: "object", properties: { q: { type: "string" } } } }];
const MESSAGES = {
	model: "claude-x",
	max_tokens: 5,
	system: [{ type: "text", text: "s" }],
	tools: TOOLS,
	metadata: { user_id: "u" },
	messages: [
		{
			role: "user",
			content: [
				{ type: "text", text: "a" },
				{ type: "document", title: "t", source: { type: "text", media_type: "text/plain", data: "d" } },
			],
		},
		{
			role: "assistant",
			content: [
				{ type: "thinking", thinking: "t", signature: "c2ln" },
				{ type: "tool_use", id: "t1", name: "f", input: { q: [1] } },
			],
		},
		{ role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "r" }] }] },
	],
};
const CHAT = {
	model: "gpt-x",
	messages: [
		{ role: "system", content: "s" },
		{ role: "user", content: [{ type: "text", text: "a" }] },
		{ role: "assistant", content: null, tool_calls: [{ id: "t", type: "function", function: { name: "f", arguments: '{"q":1}' } }] },
		{ role: "tool", tool_call_id: "t", content: "r" },
	],
	tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
	stop: ["x"],
};
const GEMINI = {
	systemInstruction: { parts: [{ text: "s" }] },
	contents: [
		{ role: "user", parts: [{ text: "a" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }] },
		{ role: "model", parts: [{ functionCall: { name: "f", args: { q: 1 } }, thoughtSignature: "c2ln" }] },
		{ role: "user", parts: [{ functionResponse: { name: "f", response: { r: "x" } } }] },
	],
	generationConfig: { stopSequences: ["x"] },
};

/** The request as it would go upstream; undefined: refused. */
function inspected(api: ApiName, request: string): string | undefined {
	const reading = providerOf(api).readRequest(request, "/v1beta/models/m:generateContent");
	if (reading.kind === "invalid") return undefined;
	return replaceValues(
		request,
		editsOf(reading.places, inspectBody(reading.places, program, style, new FindingTally()).texts, reading.amendments),
	);
}

const budget = { maxTokens: 9, openaiField: "max_tokens" } as const;
const FORMS = {
	"anthropic-messages": { to: "openai-chat", model: "m", budget },
	"openai-chat": { to: "anthropic-messages", model: "m", budget },
} as const;

test.each([
	["anthropic-messages", MESSAGES],
	["openai-chat", CHAT],
	["gemini-generate", GEMINI],
] as const)("requests of %s, and what they are translated to", (api, request) => {
	fc.assert(
		fc.property(CHANGES, (changes: readonly Mutation[]) => {
			const sent = inspected(api, json(mutate(request, changes)));
			if (sent === undefined) return;
			expect(sent).not.toContain(KEY);
			if (api === "gemini-generate") return;
			const translated = translateRequest(Buffer.from(sent), api, FORMS[api]);
			if (translated.ok) expect(JSON.parse(Buffer.from(translated.body).toString())).toHaveProperty("messages");
			else expect(translated.message).toContain(`'${translated.param}'`);
		}),
		{ numRuns: NUM_RUNS * 2 },
	);
});

const ANSWER = anthropicMessage([
	{ type: "thinking", deltas: ["t"], signature: "c2ln" },
	{ type: "text", deltas: ["a"] },
	{ type: "tool_use", deltas: ['{"q":[1,"x"]}'] },
]);

test.each([
	["anthropic-messages", "openai-chat", ANSWER],
	["anthropic-messages", undefined, ANSWER],
	["gemini-generate", undefined, geminiAnswer([{ deltas: ["a"] }, { part: { functionCall: { name: "f", args: { q: 1 } } } }])],
] as const)("bodies of %s for clients of %s", (api, to, body) => {
	fc.assert(
		fc.property(CHANGES, (changes) => {
			const filter = createBodyFilter({ provider: providerOf(api), program, style, onCut: "end", maxBytes: 1 << 20 });
			const outer = to === undefined ? filter : translateBody(filter, { to, includeUsage: true, created: 1 });
			outer.push(Buffer.from(json(mutate(body, changes))));
			const { out, ended } = outer.end(undefined);
			expect(ended).toBeDefined();
			expect(out).not.toContain(KEY);
			if (ended !== "fault") JSON.parse(out);
		}),
		{ numRuns: NUM_RUNS * 2 },
	);
});
