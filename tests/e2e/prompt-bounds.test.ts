import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** What a request may have, and a learned model that has no time. */
let upstream: MockUpstream;
let small: Proxy;
let hurried: Proxy;
let flagging: Proxy;
let byRules: Proxy;
let noMedia: Proxy;
let flaggedMedia: Proxy;

beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "application/json" });
		response.end(
			JSON.stringify({ id: "c", choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }] }),
		);
	});
	const late = (more: string): string => `security: { prompt_injection: { model_timeout_ms: 0.000001${more} } }`;
	small = await startProxy(upstream.url, "security: { input: { max_messages: 3, max_parts: 4, max_tools: 2 } }");
	noMedia = await startProxy(upstream.url, "security: { input: { media: refuse } }");
	flaggedMedia = await startProxy(upstream.url, "security: { input: { media: flag } }");
	hurried = await startProxy(upstream.url, late(""));
	flagging = await startProxy(upstream.url, late(", action: flag"));
	byRules = await startProxy(upstream.url, late(", on_timeout: pass"));
});
beforeEach(() => upstream.requests.splice(0));
afterAll(async () => {
	for (const proxy of [small, noMedia, flaggedMedia, hurried, flagging, byRules]) await proxy?.drain();
	upstream?.close();
});

const user = (content: unknown): object => ({ role: "user", content });
const texts = (count: number): object[] => Array.from({ length: count }, () => ({ type: "text", text: "hi" }));
const tool = (name: string): object => ({ type: "function", function: { name, parameters: {} } });

test.each([
	["messages", { messages: [user("a"), user("b"), user("c"), user("d")] }, "messages", /4 messages; at most 3/],
	["parts", { messages: [user(texts(3)), user(texts(2))] }, "messages", /5 parts; at most 4/],
	["tools", { messages: [user("a")], tools: ["a", "b", "c"].map(tool) }, "tools", /3 tools; at most 2/],
])("too many %s are refused, with the number that is taken", async (_name, body, param, message) => {
	const { status, raw } = await post(small.port, JSON.stringify({ model: "m", ...body }));
	expect(status).toBe(400);
	expect(JSON.parse(raw).error).toMatchObject({ param, message: expect.stringMatching(message) });
	expect(upstream.requests).toEqual([]);
});

test("a request within the bounds passes", async () => {
	const body = { model: "m", messages: [user(texts(2)), user(texts(2)), user("c")], tools: ["a", "b"].map(tool) };
	expect((await post(small.port, JSON.stringify(body))).status).toBe(200);
});

test("Gemini's contents and declarations count as well", async () => {
	const body = {
		contents: [{ role: "user", parts: [{ text: "a" }] }],
		tools: [{ functionDeclarations: ["a", "b", "c"].map((name) => ({ name })) }],
	};
	const { status, raw } = await post(small.port, JSON.stringify(body), "/v1beta/models/m:generateContent");
	expect([status, raw]).toEqual([400, expect.stringContaining("3 tools")]);
});

const ask = (proxy: Proxy): ReturnType<typeof post> =>
	post(proxy.port, JSON.stringify({ model: "m", messages: [user("What is a good name for a cat?")] }));

test("a prompt for which the model had no time is blocked by default", async () => {
	const { status, raw } = await ask(hurried);
	expect([status, JSON.parse(raw).error.code]).toEqual([400, "prompt_blocked"]);
	expect(upstream.requests).toEqual([]);
});

test("a policy that only flags flags it, and `pass` leaves it to the rules", async () => {
	expect(await ask(flagging)).toMatchObject({ status: 200, headers: { "x-security-action": "flag" } });
	expect(await ask(byRules)).toMatchObject({ status: 200, headers: { "x-security-action": "allow" } });
});

test("the audit trail and the operator learn why", async () => {
	const { raw } = await post(hurried.port, JSON.stringify({ text: "What is a good name for a cat?", direction: "prompt" }), "/v1/inspect");
	expect(JSON.parse(raw)).toMatchObject({ action: "block", findings: [{ type: "model_timeout" }] });
});

const picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk";
const MEDIA = [
	["a picture for OpenAI", "/v1/chat/completions", [user([{ type: "image_url", image_url: { url: picture } }])], "messages[0].content[0]"],
	[
		"a picture by its address for Anthropic",
		"/v1/messages",
		[user([{ type: "image", source: { type: "url", url: "https://pictures.example/1.png" } }])],
		"messages[0].content[0]",
	],
	[
		"a recording for OpenAI",
		"/v1/chat/completions",
		[user([{ type: "input_audio", input_audio: { data: "UklGRg==" } }])],
		"messages[0].content[0]",
	],
	[
		"a picture that calls itself a file",
		"/v1/chat/completions",
		[user([{ type: "file", file: { filename: "a.pdf", file_data: picture } }])],
		"messages[0].content[0].file.file_data",
	],
	["a picture in an unknown member", "/v1/chat/completions", [{ ...user("see"), sight: picture.slice(22) }], "messages[0].sight"],
	["a picture as a vector", "/v1/chat/completions", [user([{ type: "image_embeds", image_embeds: "UklGRg==" }])], "messages[0].content[0]"],
] as const;

test.each(MEDIA)("media pass, are flagged or refused as the policy says: %s", async (_name, path, messages, param) => {
	const body = JSON.stringify({ model: "m", max_tokens: 9, messages });
	const refused = await post(noMedia.port, body, path);
	expect([refused.status, upstream.requests]).toEqual([400, []]);
	expect(JSON.parse(refused.raw).error.message).toContain("security.input.media");
	if (path !== "/v1/messages") expect(JSON.parse(refused.raw).error).toMatchObject({ code: "media_not_inspected", param });
	expect((await post(small.port, body, path)).headers["x-security-action"]).toBe("allow");
	expect((await post(flaggedMedia.port, body, path)).headers["x-security-action"]).toBe("flag");
});

test("Gemini's pictures are media too, and a text is none", async () => {
	const parts = (part: object): string => JSON.stringify({ contents: [{ role: "user", parts: [{ text: "what is it?" }, part] }] });
	const path = "/v1beta/models/m:generateContent";
	for (const part of [
		{ inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } },
		{ file_data: { mime_type: "video/mp4", file_uri: "https://films.example/1" } },
	]) {
		const { status, raw } = await post(noMedia.port, parts(part), path);
		expect([status, raw]).toEqual([400, expect.stringContaining("security.input.media")]);
	}
	expect((await post(noMedia.port, parts({ text: "type: image" }), path)).status).not.toBe(400);
});

test("what a Responses client saw is media as well", async () => {
	const output = { type: "computer_screenshot", image_url: "https://pictures.example/1.png" };
	const shot = { model: "m", input: [{ type: "computer_call_output", call_id: "c", output }] };
	const { status, raw } = await post(noMedia.port, JSON.stringify(shot), "/v1/responses");
	expect([status, JSON.parse(raw).error]).toEqual([
		400,
		expect.objectContaining({ code: "media_not_inspected", param: "input[0].output" }),
	]);
	expect((await post(small.port, JSON.stringify(shot), "/v1/responses")).status).not.toBe(400);
});

test.each(["prompt_token_ids", "input_ids", "INPUT_TOKENS", "prompt_embeds", "inputs_embeds"])(
	"a prompt as tokens or vectors in %s is refused with the name of the member",
	async (param) => {
		for (const [path, own] of [
			["/v1/chat/completions", { messages: [user("hi")] }],
			["/v1/completions", { prompt: null }],
			["/v1/embeddings", { input: "hi" }],
		] as const) {
			const { status, raw } = await post(small.port, JSON.stringify({ model: "m", ...own, [param]: [1, 2, 3] }), path);
			const message = `'${param}' cannot be inspected: it stands for a text. Send the text.`;
			expect([status, JSON.parse(raw).error]).toEqual([400, expect.objectContaining({ code: "invalid_request", param, message })]);
			expect(upstream.requests).toEqual([]);
			expect((await post(small.port, JSON.stringify({ model: "m", ...own, [param]: null }), path)).status).toBe(200);
			upstream.requests.splice(0);
		}
	},
);
