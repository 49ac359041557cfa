import { type GenerateContentResponse, GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { type GeminiPart, geminiAnswer, geminiArray, geminiEvents, geminiSse } from "../support/gemini-events.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const text = (content: string): GeminiPart => ({ deltas: [...content] });
const call = (args: object): GeminiPart => ({ part: { functionCall: { name: "mail", args } } });

const ANSWERS: Record<string, readonly GeminiPart[]> = {
	clean: [text("A clean answer: naïve café 😀.")],
	email: [text("Write to jane.doe@example.com before Friday.")],
	key: [text(`The key is ${KEY} and this must not be seen.`)],
	early: [text(`${KEY} it is`)],
	thoughts: [{ deltas: [..."They are jane.doe@example.com."], thought: true }, text("It is noon.")],
	tool: [text("Sending.\n"), call({ to: "jane.doe@example.com", card: 4111111111111111, list: [1, true] })],
	"tool cut": [text("Deploying.\n"), call({ key: KEY })],
	code: [
		{ part: { executableCode: { language: "PYTHON", code: "print('jane.doe@example.com')" } } },
		{ part: { codeExecutionResult: { outcome: "OUTCOME_OK", output: "jane.doe@example.com\n" } } },
	],
};
const FAULTS: Record<string, number> = { bad: 400, slow: 429, broken: 500 };
let upstream: MockUpstream;
let proxy: Proxy;
let client: GoogleGenAI;

/** What the vendor answers where no model speaks, by a part of the path. */
const OTHER_METHODS = {
	"/models?": { models: [{ name: "models/open-x" }, { name: "models/gemini-x" }] },
	countTokens: { totalTokens: 7 },
	mbedContent: { embeddings: [{ values: [0.1, 0.2] }], embedding: { values: [0.1] } },
};

beforeAll(async () => {
	upstream = await startMockUpstream((response, body, path) => {
		const { contents } = JSON.parse(body || "{}") as { contents?: { parts: { text?: string }[] }[] };
		const name = contents?.[0]?.parts[0]?.text ?? "";
		const status = FAULTS[name];
		if (status !== undefined) {
			response.writeHead(status, { "content-type": "application/json" });
			return void response.end(JSON.stringify({ error: { code: status, message: "echo of the prompt", status: "UNKNOWN" } }));
		}
		const parts = ANSWERS[name] ?? [text("ok")];
		const isSse = path.includes("alt=sse");
		response.writeHead(200, { "content-type": isSse ? "text/event-stream" : "application/json" });
		const other = Object.entries(OTHER_METHODS).find(([method]) => path.includes(method));
		if (other !== undefined) return void response.end(JSON.stringify(other[1]));
		const events = geminiEvents(parts).slice(0, name === "truncated" ? -1 : undefined);
		if (isSse) response.end(geminiSse(events).join(""));
		else response.end(path.includes("stream") ? geminiArray(events) : JSON.stringify(geminiAnswer(parts)));
	});
	const base_url = upstream.url.replace(/\/v1$/, "");
	proxy = await startProxy(
		{
			up: { type: "gemini", base_url, api_key: "provider-key", models: ["gemini-*"] },
			open: { type: "gemini", base_url, models: ["open-*"] },
		},
		'security: { blocked_phrases: ["Project Falcon"] }',
	);
	client = new GoogleGenAI({ apiKey: "callers-own", httpOptions: { baseUrl: `http://127.0.0.1:${proxy.port}` } });
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

interface Seen {
	readonly text: string;
	readonly thoughts: string;
	readonly others: readonly object[];
	readonly finish: string | undefined;
}

function seen(answers: readonly Pick<GenerateContentResponse, "candidates">[]): Seen {
	const candidates = answers.flatMap((answer) => answer.candidates ?? []);
	const parts = candidates.flatMap(({ content }) => content?.parts ?? []);
	const join = (isThought: boolean): string =>
		parts
			.filter((part) => (part.thought === true) === isThought)
			.map((part) => part.text ?? "")
			.join("");
	return {
		text: join(false),
		thoughts: join(true),
		others: parts.filter((part) => part.text === undefined),
		finish: candidates.findLast(({ finishReason }) => finishReason !== undefined)?.finishReason,
	};
}

const sdkRequest = (contents: string) => ({ model: "gemini-x", contents });

async function streamed(contents: string): Promise<Seen> {
	const answers: GenerateContentResponse[] = [];
	for await (const answer of await client.models.generateContentStream(sdkRequest(contents))) answers.push(answer);
	return seen(answers);
}

async function arrayed(contents: string): Promise<Seen> {
	const body = JSON.stringify({ contents: [{ role: "user", parts: [{ text: contents }] }] });
	const { raw, headers } = await post(proxy.port, body, "/v1beta/models/gemini-x:streamGenerateContent");
	expect(headers["content-type"]).toMatch(/^application\/json/);
	return seen(JSON.parse(raw));
}

const WAYS = [
	["SDK, streamed", streamed],
	["SDK, not streamed", async (contents: string) => seen([await client.models.generateContent(sdkRequest(contents))])],
	["plain HTTP, JSON array", arrayed],
] as const;

describe.each(WAYS)("Gemini, %s", (_way, ask) => {
	test("text: clean, masked, cut early and in the middle", async () => {
		expect(await ask("clean")).toMatchObject({ text: "A clean answer: naïve café 😀.", finish: "STOP" });
		expect(await ask("email")).toMatchObject({ text: "Write to ****.***@*******.*** before Friday.", finish: "STOP" });
		expect(await ask("key")).toMatchObject({ text: "The key is ", finish: "SAFETY" });
		expect(await ask("early")).toMatchObject({ text: "", finish: "SAFETY" });
	});

	test("thoughts are a text of their own", async () => {
		expect(await ask("thoughts")).toMatchObject({ thoughts: "They are ****.***@*******.***.", text: "It is noon." });
	});

	test("personal data in arguments, code and its output is masked and stays JSON", async () => {
		expect((await ask("tool")).others).toMatchObject([
			{ functionCall: { name: "mail", args: { to: "****.***@*******.***", card: "************1111", list: [1, true] } } },
		]);
		expect((await ask("code")).others).toMatchObject([
			{ executableCode: { code: "print('****.***@*******.***')" } },
			{ codeExecutionResult: { output: "****.***@*******.***\n" } },
		]);
	});

	test("a call with a key in its arguments is withheld whole", async () => {
		expect(await ask("tool cut")).toMatchObject({ text: "Deploying.\n", others: [], finish: "SAFETY" });
	});
});

describe("Gemini, outcomes that are errors", () => {
	test("a blocked prompt is a 400 and never reaches the upstream", async () => {
		const before = upstream.requests.length;
		await expect(client.models.generateContent(sdkRequest("about project falcon"))).rejects.toMatchObject({ status: 400 });
		expect(upstream.requests.length).toBe(before);
	});

	test.each([
		["bad", 400],
		["slow", 429],
		["broken", 500],
	])("an upstream's error '%s' keeps its status %i and hides the upstream's words", async (name, status) => {
		const failed = await client.models.generateContent(sdkRequest(name)).catch((error: Error) => error);
		expect(failed).toMatchObject({ status });
		expect(String(failed)).not.toContain("echo");
	});

	test("an answer without a finish reason is an error, as SSE and as an array", async () => {
		await expect(streamed("truncated")).rejects.toMatchObject({ status: 502 });
		const body = JSON.stringify({ contents: [{ parts: [{ text: "truncated" }] }] });
		const { raw } = await post(proxy.port, body, "/v1beta/models/gemini-x:streamGenerateContent");
		expect((JSON.parse(raw) as object[]).at(-1)).toMatchObject({ error: { code: 502, status: "INTERNAL" } });
	});

	test.each([
		[{}, "contents"],
		[{ contents: [] }, "contents"],
		[{ contents: [{ role: "user" }] }, "contents"],
	])("a request like %j is refused in Google's envelope and the message names '%s'", async (body, name) => {
		const { status, raw } = await post(proxy.port, JSON.stringify(body), "/v1beta/models/gemini-x:generateContent");
		expect(status).toBe(400);
		expect(JSON.parse(raw)).toMatchObject({
			error: { code: 400, status: "INVALID_ARGUMENT", message: expect.stringContaining(`'${name}'`) },
		});
	});
});

describe("what reaches a Gemini upstream", () => {
	test("personal data is masked in every place of a request, and nothing else is changed", async () => {
		const body = (mail: string, card: number | string): object => ({
			systemInstruction: { parts: [{ text: `Never write to ${mail}.` }] },
			contents: [
				{ role: "user", parts: [{ text: `I am ${mail}` }, { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }] },
				{ role: "model", parts: [{ functionCall: { name: "f", args: { to: mail, card } }, thoughtSignature: "c2ln" }] },
				{ role: "user", parts: [{ functionResponse: { name: "f", response: { result: `${mail} it was` } } }] },
			],
			tools: [{ functionDeclarations: [{ name: "f", description: `Sends to ${mail}` }] }],
			generationConfig: { temperature: 0.5, stopSequences: [mail] },
		});
		await post(proxy.port, JSON.stringify(body("bob@example.com", 4111111111111111)), "/v1beta/models/gemini-x:generateContent");
		expect(JSON.parse(upstream.requests.at(-1)?.body ?? "")).toEqual(body("***@*******.***", "************1111"));
	});

	test("text inside inline data is masked there, and a file that cannot be read is refused by name", async () => {
		const part = (mimeType: string, text: string) => ({ inlineData: { mimeType, data: Buffer.from(text).toString("base64") } });
		const send = (part: object) =>
			post(proxy.port, JSON.stringify({ contents: [{ parts: [part] }] }), "/v1beta/models/gemini-x:generateContent");
		await send(part("text/plain", "I am bob@example.com"));
		expect(JSON.parse(upstream.requests.at(-1)?.body ?? "").contents[0].parts[0]).toEqual(part("text/plain", "I am ***@*******.***"));
		const { status, raw } = await send(part("application/pdf", "%PDF-1.7 \u0000\u0001"));
		expect(status).toBe(400);
		expect(raw).toContain("DOCUMENT_NOT_INSPECTED");
	});

	test("tokens are counted and texts embedded after the prompt filter", async () => {
		expect(await client.models.countTokens(sdkRequest("bob@example.com"))).toMatchObject({ totalTokens: 7 });
		expect(upstream.requests.at(-1)?.body).toContain("***@*******.***");
		await client.models.embedContent({ model: "gemini-x", contents: "bob@example.com" });
		expect(upstream.requests.at(-1)?.body).toContain("***@*******.***");
	});

	test("a key in the query becomes a header, and only where the provider has none of its own", async () => {
		const body = JSON.stringify({ contents: [{ parts: [{ text: "clean" }] }] });
		await post(proxy.port, body, "/v1beta/models/open-x:generateContent?key=callers-own");
		expect(upstream.requests.at(-1)).toMatchObject({
			headers: { "x-goog-api-key": "callers-own" },
			path: "/v1beta/models/open-x:generateContent",
		});
		await post(proxy.port, body, "/v1beta/models/gemini-x:generateContent?key=callers-own&$alt=json");
		expect(upstream.requests.at(-1)).toMatchObject({ headers: { "x-goog-api-key": "provider-key" } });
		expect(upstream.requests.at(-1)?.path).not.toContain("callers-own");
	});

	test("the list of models is asked for with the same keys", async () => {
		const before = upstream.requests.length;
		const answer = await fetch(`http://127.0.0.1:${proxy.port}/v1beta/models?key=callers-own`);
		expect(await answer.json()).toMatchObject({ models: [{ name: "models/gemini-x" }, { name: "models/open-x" }] });
		const asked = upstream.requests.slice(before).map(({ path, headers }) => [path, headers["x-goog-api-key"]]);
		expect(asked.toSorted()).toEqual([
			["/v1beta/models?pageSize=1000", "callers-own"],
			["/v1beta/models?pageSize=1000", "provider-key"],
		]);
	});
});

test("a path with an address for a model does not go upstream", async () => {
	upstream.requests.splice(0);
	const body = JSON.stringify({ contents: [{ parts: [{ text: "hi" }] }] });
	const { status, raw } = await post(proxy.port, body, "/v1beta/models/open-jane.doe@example.com:generateContent");
	expect([status, raw]).toEqual([400, expect.stringContaining("'model' holds what the policy redacts")]);
	expect(upstream.requests).toEqual([]);
});

/** Google's Python SDK fails at a comment, and its older JavaScript SDK gives nothing of what comes behind one. */
test("a stream is events and nothing else; only behind an error stands a comment, for clients that do not know errors", async () => {
	const raw = async (name: string): Promise<string> => {
		const body = JSON.stringify({ contents: [{ role: "user", parts: [{ text: name }] }] });
		return (await post(proxy.port, body, "/v1beta/models/gemini-x:streamGenerateContent?alt=sse")).raw;
	};
	const isEvents = /^(?:data: \{.*\}\r?\n\r?\n)+$/;
	for (const name of ["clean", "email", "key", "early", "tool cut"]) expect(await raw(name)).toMatch(isEvents);
	const [events = "", ...comments] = (await raw("truncated")).split(/^(?=:)/m);
	expect(events).toMatch(isEvents);
	expect(events).toContain('"error":{');
	expect(comments).toEqual([": error\n\n"]);
});

test("a stream that stands still is left alone", async () => {
	const slow = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		const [first = "", ...rest] = geminiSse(geminiEvents([text("Some words.")]));
		response.write(first);
		setTimeout(() => response.end(rest.join("")), 300);
	});
	const patient = await startProxy({ up: { type: "gemini", base_url: slow.url.replace(/\/v1$/, ""), api_key: "k" } }, "", undefined, {
		server: { keepalive_interval_ms: 50 },
	});
	const body = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "hi" }] }] });
	const { raw } = await post(patient.port, body, "/v1beta/models/gemini-x:streamGenerateContent?alt=sse");
	expect(raw).not.toMatch(/^:/m);
	expect(raw).toContain('"finishReason":"STOP"');
	await patient.drain();
	slow.close();
});

test.each(["v1", "v1alpha", "v1beta"])("clients of version %s of the API are served, and ask their vendor in it", async (version) => {
	const body = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "email" }] }] });
	const { raw } = await post(proxy.port, body, `/${version}/models/gemini-x:generateContent`);
	expect(raw).toContain("****.***@*******.***");
	expect(upstream.requests.at(-1)?.path).toBe(`/${version}/models/gemini-x:generateContent`);
	const refused = await post(proxy.port, body.replace("email", "project falcon"), `/${version}/models/gemini-x:generateContent`);
	expect(JSON.parse(refused.raw)).toMatchObject({ error: { code: 400, status: "INVALID_ARGUMENT" } });
});

test("Google's clients get the list of models in their shape under either version", async () => {
	const { models } = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: `http://127.0.0.1:${proxy.port}`, apiVersion: "v1" } });
	const names: (string | undefined)[] = [];
	for await (const { name } of await models.list()) names.push(name);
	expect(names).toEqual(["models/gemini-x", "models/open-x"]);
});
