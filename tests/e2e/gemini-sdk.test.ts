import { type Candidate, type GenerateContentConfig, GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type GeminiPart, geminiAnswer, geminiEvents, geminiSse } from "../support/gemini-events.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** What an application of Google's SDK gets from structured answers, two candidates, and upstreams that fail it. */

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const text = (content: string): GeminiPart => ({ deltas: [...content] });
const call = (to: string): GeminiPart => ({ part: { functionCall: { name: "mail", args: { to } } } });
const STRUCTURE = { type: "object", properties: { to: { type: "string" }, note: { type: "string" } }, required: ["to", "note"] };
const CLEAN = { to: "Jane", note: 'Naïve café 😀: "nothing" to hide.\n' };

/** The parts of each candidate. */
const ANSWERS: Record<string, readonly (readonly GeminiPart[])[]> = {
	"a structure": [[text(JSON.stringify(CLEAN))]],
	"a structure with an address": [[text(JSON.stringify({ to: "jane.doe@example.com", note: '\njane.doe@example.com"' }))]],
	"a structure with a key": [[text(JSON.stringify({ to: "Jane", note: `Take ${KEY} with you.` }))]],
	"two addresses": [[text("Write to jane.doe@example.com today.")], [text("Or to bob@example.com then.")]],
	"two calls": [[call("jane.doe@example.com")], [call("bob@example.com")]],
};
let upstream: MockUpstream;
let proxy: Proxy;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body, path) => {
		const { contents } = JSON.parse(body) as { contents: { parts: { text: string }[] }[] };
		const name = contents[0]?.parts[0]?.text ?? "";
		if (name === "silence") return;
		const isStream = path.includes("alt=sse");
		const answers = ANSWERS[name] ?? [[text("Some words, then nothing.")]];
		const pieces = isStream ? geminiSse(inTurns(answers.map(geminiEvents))) : [...JSON.stringify(whole(answers))];
		const isBroken = name === "truncated" || name === "stall";
		response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
		response.write((isBroken ? pieces.slice(0, 10) : pieces).join(""));
		if (name !== "stall") response.end();
	});
	const timeouts = { head_ms: 500, idle_ms: 500 };
	proxy = await startProxy({ up: { type: "gemini", base_url: upstream.url.replace(/\/v1$/, ""), api_key: "k", timeouts } });
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

/** An event of each candidate at a time. */
function inTurns(candidates: readonly (readonly object[])[]): object[] {
	const longest = Math.max(...candidates.map((events) => events.length));
	return Array.from({ length: longest }, (_, at) => candidates.flatMap((events) => events.slice(at, at + 1))).flat();
}

function whole(answers: readonly (readonly GeminiPart[])[]): object {
	const each = answers.map((parts) => geminiAnswer(parts) as { candidates: object[] });
	return { ...each[0], candidates: each.flatMap(({ candidates }, index) => candidates.map((candidate) => ({ ...candidate, index }))) };
}

interface Seen {
	readonly texts: string[];
	readonly calls: object[];
	readonly finishes: string[];
	requests: number;
	error?: { readonly status?: number; readonly message: string };
}

function take(seen: Seen, candidates: readonly Candidate[]): void {
	for (const { index = 0, content, finishReason } of candidates) {
		seen.texts[index] = (seen.texts[index] ?? "") + (content?.parts ?? []).map((part) => part.text ?? "").join("");
		for (const { functionCall } of content?.parts ?? []) if (functionCall?.args !== undefined) seen.calls.push(functionCall.args);
		if (finishReason !== undefined) seen.finishes[index] = finishReason;
	}
}

async function ask(isStream: boolean, contents: string, config: GenerateContentConfig = {}): Promise<Seen> {
	const seen: Seen = { texts: [], calls: [], finishes: [], requests: 0 };
	const counting: typeof fetch = (input, init) => {
		seen.requests++;
		return fetch(input, init);
	};
	const retryOptions = { attempts: 2, initialDelay: 0.01 };
	const httpOptions = { baseUrl: `http://127.0.0.1:${proxy.port}`, fetch: counting, retryOptions };
	const { models } = new GoogleGenAI({ apiKey: "unused", httpOptions });
	const request = { model: "gemini-x", contents, config };
	try {
		if (!isStream) take(seen, (await models.generateContent(request)).candidates ?? []);
		else for await (const { candidates } of await models.generateContentStream(request)) take(seen, candidates ?? []);
	} catch (error) {
		seen.error = error as Error;
	}
	return seen;
}

describe.each([
	["streamed", true],
	["not streamed", false],
])("@google/genai, %s", (_way, isStream) => {
	const structured = { responseMimeType: "application/json", responseJsonSchema: STRUCTURE };

	test("a structured answer is JSON that parses, also where an address in it is masked", async () => {
		const parsed = async (prompt: string) => JSON.parse((await ask(isStream, prompt, structured)).texts[0] ?? "");
		expect(await parsed("a structure")).toEqual(CLEAN);
		expect(await parsed("a structure with an address")).toEqual({ to: "****.***@*******.***", note: '\n****.***@*******.***"' });
	});

	test("a structured answer with a key is cut before it", async () => {
		const seen = await ask(isStream, "a structure with a key", structured);
		expect(seen).toMatchObject({ texts: ['{"to":"Jane","note":"Take '], finishes: ["SAFETY"], requests: 1 });
	});

	test("two candidates in turns are masked each on its own, texts and calls", async () => {
		const two = { candidateCount: 2 };
		expect(await ask(isStream, "two addresses", two)).toMatchObject({
			texts: ["Write to ****.***@*******.*** today.", "Or to ***@*******.*** then."],
			finishes: ["STOP", "STOP"],
		});
		expect((await ask(isStream, "two calls", two)).calls).toEqual([{ to: "****.***@*******.***" }, { to: "***@*******.***" }]);
	});

	test("an upstream that says nothing is a timeout, tried again as often as the client was told", async () => {
		const seen = await ask(isStream, "silence");
		expect(seen).toMatchObject({ texts: [], requests: 2, error: { status: 504 } });
		expect(seen.error?.message).toContain("did not answer in time");
	});

	test.each([
		["truncated", isStream ? 1 : 2],
		["stall", isStream ? 1 : 2],
	])("an answer that breaks off, '%s', is an error that says so, after %i requests", async (name, requests) => {
		const { error, finishes, ...seen } = await ask(isStream, name);
		expect(error?.message).toMatch(/upstream/);
		expect(finishes).toEqual([]);
		expect(seen.requests).toBe(requests);
	});
});
