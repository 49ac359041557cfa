import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { mutate, mutations } from "../support/json-mutations.ts";
import { plainPolicy } from "../support/plain-policy.ts";
import { promptVerdict } from "../support/prompt-verdict.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * Requests and answers with anything put anywhere. Nothing throws, every answer comes to an end, and a key that stands
 * where no vendor has a name of its own never passes, whatever is around it.
 */
const NUM_RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
/** No identifier and no base64, so nobody can take it for a vendor's. */
const PLANTED = `see ${KEY} there`;
const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const MUTATIONS = mutations(PLANTED);

const FOLDER = "tests/fixtures/dialects";
const STREAMS = readdirSync(FOLDER).map((file) => ({
	file,
	api: (file.includes("responses") ? "openai-responses" : file.includes("completions") ? "openai-completions" : "openai-chat") as ApiName,
	events: [...readFileSync(`${FOLDER}/${file}`, "utf8").matchAll(/^data: (\{.*?)\r?$/gm)].map(
		([, json]) => JSON.parse(json as string) as unknown,
	),
}));

describe("answers", () => {
	test.each(STREAMS)("a stream like $file", ({ api, events }) => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.nat(), MUTATIONS), { minLength: 1, maxLength: 4 }),
				fc.integer({ min: 1, max: 900 }),
				(changes, size) => {
					const changed = [...events];
					for (const [at, change] of changes) changed[at % changed.length] = mutate(changed[at % changed.length], change);
					const sse = `${changed.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;
					const { out, ended } = streamThrough(Buffer.from(sse), { api, program, style: STYLE, sizes: [size], moveEvery: 3 });
					expect(ended).toBeDefined();
					expect(out).not.toContain(KEY);
				},
			),
			{ numRuns: NUM_RUNS },
		);
	});

	const BODIES: readonly [ApiName, object][] = [
		[
			"openai-chat",
			{
				id: "c",
				object: "chat.completion",
				created: 1,
				model: "m",
				choices: [
					{
						index: 0,
						message: {
							role: "assistant",
							content: "a",
							refusal: null,
							reasoning: "b",
							tool_calls: [{ id: "t", type: "function", function: { name: "f", arguments: '{"q":1}' } }],
							annotations: [],
						},
						logprobs: { content: [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [] }] },
						finish_reason: "stop",
					},
				],
				usage: { total_tokens: 1 },
			},
		],
		[
			"openai-completions",
			{ id: "c", choices: [{ index: 0, text: "a", logprobs: { tokens: ["a"], top_logprobs: [{ a: -1 }] }, finish_reason: "stop" }] },
		],
		[
			"openai-responses",
			{
				id: "r",
				status: "completed",
				incomplete_details: null,
				instructions: "x",
				output: [
					{ id: "m", type: "message", status: "completed", content: [{ type: "output_text", text: "a", annotations: [], logprobs: [] }] },
					{ id: "f", type: "function_call", arguments: "{}", name: "f" },
				],
			},
		],
		["openai-embeddings", { object: "list", data: [{ object: "embedding", index: 0, embedding: [0.1] }], model: "m" }],
		["openai-images", { created: 1, data: [{ b64_json: "iVBORw0KGgo=", revised_prompt: "a", url: "https://a.test/p.png" }] }],
		["rerank", { id: "r", results: [{ index: 0, relevance_score: 0.5, document: { text: "a" } }], meta: { warnings: ["w"] } }],
		["models", { object: "list", data: [{ id: "m", object: "model", created: 1, owned_by: "x" }] }],
	];
	test.each(BODIES)("a body of %s", (api, body) => {
		fc.assert(
			fc.property(MUTATIONS, fc.constantFrom("end", "error"), (change, onCut) => {
				const changed = mutate(body, change);
				const filter = createBodyFilter({
					provider: providerOf(api),
					program,
					style: STYLE,
					onCut: onCut as "end" | "error",
					maxBytes: 1 << 20,
				});
				filter.push(Buffer.from(JSON.stringify(changed) ?? ""));
				const { out, ended } = filter.end(undefined);
				expect(ended).toBeDefined();
				expect(out).not.toContain(KEY);
				if (ended !== "fault") JSON.parse(out);
			}),
			{ numRuns: NUM_RUNS },
		);
	});
});

describe("requests", () => {
	const tool = {
		type: "function",
		function: { name: "f", description: "d", parameters: { type: "object", properties: { q: { type: "string" } } } },
	};
	const REQUESTS: readonly [ApiName, object][] = [
		[
			"openai-chat",
			{
				model: "m",
				stream: true,
				messages: [
					{
						role: "user",
						content: [
							{ type: "text", text: "a" },
							{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORwAA" } },
						],
					},
					{ role: "assistant", tool_calls: [{ id: "t", type: "function", function: { name: "f", arguments: "{}" } }] },
					{ role: "tool", tool_call_id: "t", content: "r" },
				],
				tools: [tool],
				stop: ["x"],
				user: "u",
				metadata: { k: "v" },
				prediction: { type: "content", content: "p" },
			},
		],
		["openai-completions", { model: "m", prompt: ["a"], suffix: "b" }],
		[
			"openai-responses",
			{
				model: "m",
				instructions: "i",
				input: [
					{ role: "user", content: [{ type: "input_text", text: "a" }] },
					{ type: "function_call_output", call_id: "c", output: "o" },
				],
				tools: [{ type: "function", name: "f", parameters: {} }],
			},
		],
		["openai-embeddings", { model: "m", input: ["a", "b"] }],
		["openai-images", { model: "m", prompt: "a", size: "1024x1024", n: 1 }],
		["openai-speech", { model: "m", input: "a", voice: "alloy", instructions: "b" }],
		["rerank", { model: "m", query: "q", documents: ["a", { text: "b" }], top_n: 1 }],
	];
	const policy = { ...plainPolicy("remove"), restores: false };
	test.each(REQUESTS)("a request of %s", (api, request) => {
		fc.assert(
			fc.property(MUTATIONS, (change) => {
				const changed = mutate(request, change);
				const body = Buffer.from(JSON.stringify(changed) ?? "");
				const verdict = promptVerdict(body, "/v1", providerOf(api), policy, program, STYLE);
				if ("stream" in verdict) expect(Buffer.from(verdict.body ?? body).toString()).not.toContain(KEY);
			}),
			{ numRuns: NUM_RUNS },
		);
	});
});
