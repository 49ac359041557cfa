import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { settled } from "../support/health.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { rawExchange } from "../support/raw-client.ts";

const CHAT = "/v1/chat/completions";
const GOOD = { model: "m", messages: [{ role: "user", content: "hi" }] };
const ANSWER = JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "fine" }, finish_reason: "stop" }] });
const json = (value: unknown): string => JSON.stringify(value);
const messages = (content: unknown): string => json({ model: "m", messages: [{ role: "user", content }] });

let upstream: MockUpstream;
let proxy: Proxy;
beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "application/json" });
		response.end(ANSWER);
	});
	proxy = await startProxy({
		limited: { type: "openai", base_url: upstream.url, api_key: "test", models: ["limited-*"], max_tokens: 1000, temperature: 0.7 },
		claude: { type: "anthropic", base_url: upstream.url.replace("/v1", ""), api_key: "test", models: ["claude-*"], max_tokens: 512 },
		plain: { type: "openai", base_url: upstream.url, api_key: "test", models: ["m"] },
	});
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

const request = (body: string, path = CHAT, method = "POST", encoding = "identity"): string =>
	`${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const latin1 = (text: string): string => Buffer.from(text).toString("latin1");

interface Bad {
	readonly name: string;
	readonly body: string;
	readonly status?: number;
	readonly code?: string;
	readonly param?: string | null;
	/** Part of the message. */
	readonly says?: string;
}

const BAD: readonly Bad[] = [
	{ name: "an empty body", body: "", code: "invalid_json" },
	{ name: "half of a body", body: json(GOOD).slice(0, -5), code: "invalid_json" },
	{ name: "single quotes", body: "{'model': 'm'}", code: "invalid_json" },
	{ name: "two values", body: `${json(GOOD)} ${json(GOOD)}`, code: "invalid_json" },
	{ name: "NaN", body: '{"model":"m","temperature":NaN,"messages":[]}', code: "invalid_json" },
	{ name: "a byte order mark", body: latin1(`\ufeff${json(GOOD)}`), code: "invalid_json" },
	{ name: "a form", body: "model=m&messages=hi", code: "invalid_json" },
	{ name: "invalid UTF-8", body: messages("\xff\xfe"), code: "invalid_encoding" },
	{ name: "half of a UTF-8 sequence", body: messages("\xe2\x82"), code: "invalid_encoding" },
	{ name: "an encoded surrogate", body: messages("\xed\xa0\x80"), code: "invalid_encoding" },
	{ name: "null", body: "null", param: null },
	{ name: "an array", body: json([GOOD]), param: null },
	{ name: "a string", body: json("hi"), param: null },
	{ name: "no model", body: json({ messages: GOOD.messages }), param: "model" },
	{ name: "a model that is a number", body: json({ ...GOOD, model: 4 }), param: "model" },
	{ name: "a model that is null", body: json({ ...GOOD, model: null }), param: "model" },
	{ name: "a model that is an object", body: json({ ...GOOD, model: { name: "m" } }), param: "model" },
	{ name: "a stream that is a string", body: json({ ...GOOD, stream: "true" }), param: "stream" },
	{ name: "a model that is a step in a path", body: json({ ...GOOD, model: ".." }), param: "model" },
	{ name: "a stream in another case", body: json({ ...GOOD, Stream: true }), says: "in another case" },
	{
		name: "a content that is there twice",
		body: json(GOOD).replace('"content":', '"content":"x","content":'),
		param: "messages[0].content",
	},
	{
		name: "a member with markup that is there twice",
		body: json(GOOD).replace('"content":', '"<b>":1,"<b>":2,"content":'),
		says: "A member of an object",
	},
	{ name: "no messages", body: json({ model: "m" }), param: "messages" },
	{ name: "messages that are a string", body: json({ model: "m", messages: "hi" }), param: "messages" },
	{ name: "messages that are an object", body: json({ model: "m", messages: { 0: "hi" } }), param: "messages" },
	{ name: "a message that is a string", body: json({ model: "m", messages: ["hi"] }) },
	{ name: "a message that is null", body: json({ model: "m", messages: [null] }) },
	{ name: "an unknown model", body: json({ ...GOOD, model: "nobody-serves-this" }), status: 404, code: "model_not_found", param: "model" },
	{
		name: "a model with markup in its name",
		body: json({ ...GOOD, model: "<script>\r\nX: y" }),
		status: 404,
		code: "model_not_found",
		param: "model",
	},
	{ name: "an address instead of a model", body: json({ ...GOOD, model: "jane.roe@corp.com" }), param: "model" },
	{
		name: "JSON nested too deeply",
		body: `${json(GOOD).slice(0, -1)},"x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
		says: "deeper than 128 levels",
	},
	{
		name: "members nested too deeply",
		body: `${json(GOOD).slice(0, -1)},"x":${'{"a":'.repeat(200)}1${"}".repeat(200)}}`,
		says: "deeper than 128 levels",
	},
	{ name: "a prompt over max_prompt_length", body: messages("x".repeat(2_000_001)), code: "prompt_too_long", param: "messages" },
	{
		name: "an array of many small texts",
		body: json({ ...GOOD, x: Array.from({ length: 16_400 }, (_, i) => i.toString(36).padStart(4, "0")) }),
	},
	{ name: "__proto__ instead of a model", body: '{"__proto__":{"model":"m","messages":[]}}', param: "model" },
	{ name: "constructor instead of a model", body: '{"constructor":{"prototype":{"model":"m"}}}', param: "model" },
];

describe("a request that is no good", () => {
	test.each(BAD)("$name is refused in the vendor's envelope, never sent on, and the connection goes on", async (bad) => {
		const before = upstream.requests.length;
		const { answers } = await rawExchange(proxy.port, [request(bad.body), request(json(GOOD))], { answers: 2 });
		const { code = "invalid_request", status = 400 } = bad;
		const error = {
			message: expect.stringContaining(bad.says ?? ""),
			type: "invalid_request_error",
			code,
			...(bad.param !== undefined && { param: bad.param }),
		};
		expect(answers[0]).toMatchObject({ status, json: { error }, headers: { "x-should-retry": "false" } });
		expect(answers[0]?.body).not.toMatch(/[<>\r]/);
		expect(answers[1]?.status).toBe(200);
		expect(upstream.requests.length).toBe(before + 1);
		expect(({} as Record<string, unknown>)["model"]).toBeUndefined();
		await settled(proxy.port);
	});

	test.each([
		["GET", CHAT, 405],
		["PUT", CHAT, 405],
		["DELETE", CHAT, 405],
		["OPTIONS", CHAT, 405],
		["POST", "/health", 405],
		["POST", "/v1/chat/completions/", 404],
		["POST", "/v1/chat/../chat/completions", 404],
		["POST", "/v1/chat%2fcompletions", 404],
		["POST", "//v1/chat/completions", 404],
		["POST", "/V1/chat/completions", 404],
		["POST", "/", 404],
		["GET", "/favicon.ico", 404],
	])("%s %s is answered %i", async (method, path, status) => {
		const { answers } = await rawExchange(proxy.port, [request("", path, method), request(json(GOOD))], { answers: 2 });
		const [first, second] = answers;
		expect(first).toMatchObject({ status, json: { error: { code: status === 405 ? "method_not_allowed" : "route_not_found" } } });
		if (status === 405) expect(first?.headers["allow"]).toBe(path === "/health" ? "GET" : "POST");
		expect(second?.status).toBe(200);
	});

	test.each([
		["/chat/completions", "/v1/chat/completions"],
		["/v1/chat/completions/", "/v1/chat/completions"],
		["//v1/chat/completions", "/v1/chat/completions"],
		["/v1/v1/messages", "/v1/messages"],
		["/models/demo:generateContent", "/v1beta/models/demo:generateContent"],
		["/v1/v1beta/models/demo:generateContent", "/v1beta/models/demo:generateContent"],
	])("a wrong base URL is recognized: %s", async (path, meant) => {
		const { answers } = await rawExchange(proxy.port, [request("", path)], { answers: 1 });
		expect(answers[0]?.json).toMatchObject({ error: { message: expect.stringContaining(`Did you mean ${meant}? Check the base URL`) } });
	});

	test("a browser that opens the proxy's address is told what it is", async () => {
		const { answers } = await rawExchange(proxy.port, [request("", "/", "GET")], { answers: 1 });
		expect(answers[0]).toMatchObject({ status: 404, json: { error: { message: expect.stringMatching(/proxy for LLM APIs.*base URL/) } } });
	});

	test("a method that a route does not take, and a compressed body, are named", async () => {
		const requests = [request("", CHAT, "PUT"), request(json(GOOD), CHAT, "POST", "gzip")];
		const { answers } = await rawExchange(proxy.port, requests, { answers: 2 });
		expect(answers[0]?.json).toMatchObject({ error: { message: "The route takes POST, not this method." } });
		expect(answers[1]).toMatchObject({ status: 415, json: { error: { code: "encoded_body" } } });
	});

	test("an Anthropic route answers in Anthropic's envelope", async () => {
		const { answers } = await rawExchange(proxy.port, [request("{", "/v1/messages")], { answers: 1 });
		expect(answers[0]).toMatchObject({
			status: 400,
			json: { type: "error", error: { type: "invalid_request_error", message: expect.any(String) } },
		});
	});
});

describe("defaults of a provider", () => {
	const sent = async (body: string, path = CHAT): Promise<string> => {
		await rawExchange(proxy.port, [request(latin1(body), path)], { answers: 1 });
		return upstream.requests.at(-1)?.body ?? "";
	};
	const rest = '"model": "limited-1" ,"messages":[ {"role":"user","content":"\u00fc {"} ],"top_p":1.0,"seed":12345678901234567890';

	test("are written where the request does not say, and every other byte stays", async () => {
		expect(await sent(` {${rest}}`)).toBe(` {"max_tokens":1000,"temperature":0.7,${rest}}`);
	});

	test.each([
		['"max_tokens":5000', '"temperature":0.7,'],
		['"max_completion_tokens":1', '"temperature":0.7,'],
		['"max_tokens":null', '"temperature":0.7,'],
		['"temperature":0', '"max_tokens":1000,'],
		['"temperature":1,"max_tokens":7', ""],
	])("leave a request alone that says %s", async (own, added) => {
		expect(await sent(`{${own},${rest}}`)).toBe(`{${added}${own},${rest}}`);
	});

	test("go together with a redaction", async () => {
		const body = await sent('{"model":"limited-1","messages":[{"role":"user","content":"jane.doe@example.com"}],"n":1.0}');
		expect(body).toBe(
			'{"max_tokens":1000,"temperature":0.7,"model":"limited-1","messages":[{"role":"user","content":"****.***@*******.***"}],"n":1.0}',
		);
	});

	test("are those of the provider that serves the model, in the names of its API", async () => {
		expect(await sent(json(GOOD))).toBe(json(GOOD));
		const claude = '"model":"claude-1","messages":[{"role":"user","content":"hi"}]}';
		expect(await sent(`{${claude}`, "/v1/messages")).toBe(`{"max_tokens":512,${claude}`);
		expect(await sent('{"model":"limited-1","input":"hi"}', "/v1/responses")).toBe(
			'{"max_output_tokens":1000,"temperature":0.7,"model":"limited-1","input":"hi"}',
		);
		expect(await sent('{"model":"limited-1","input":"hi"}', "/v1/embeddings")).toBe('{"model":"limited-1","input":"hi"}');
	});
});
