import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { VENDOR_REQUESTS } from "../support/vendor-requests.ts";

/** Which tools a request may let the model use, under policies that allow some, none, and all but some. */
let upstream: MockUpstream;
let some: Proxy;
let none: Proxy;
let allButSome: Proxy;
let open: Proxy;
let dry: Proxy;
beforeAll(async () => {
	upstream = await startMockUpstream((response) => void response.writeHead(418).end());
	const others = { base_url: upstream.url.replace("/v1", ""), api_key: "k", max_tokens: 9 };
	const providers = {
		anthropic: { ...others, type: "anthropic", models: ["claude-*"] },
		gemini: { ...others, type: "gemini", models: ["gemini-*"] },
		openai: { type: "openai", base_url: upstream.url, api_key: "k" },
	};
	const start = (tools: object, more = ""): Promise<Proxy> =>
		startProxy(providers, `security: { input: { tools: ${JSON.stringify(tools)} }${more} }`);
	some = await start({
		allowed: ["get_*"],
		allowed_hosted: ["web_search*", "google_search", "mcp"],
		allowed_servers: ["corp.example", "connector_gmail"],
	});
	none = await start({ allowed: [], allowed_hosted: [] });
	allButSome = await start({ allowed: ["!(delete_*|drop_*)"], allowed_hosted: ["!(code_*|computer*)"] });
	open = await startProxy(providers);
	dry = await start({ allowed: [] }, ", dry_run: true");
});
beforeEach(() => upstream.requests.splice(0));
afterAll(async () => {
	for (const proxy of [some, none, allButSome, open, dry]) await proxy?.drain();
	upstream?.close();
});

const CHAT = ["/v1/chat/completions", { model: "m", messages: [{ role: "user", content: "go" }] }] as const;
const RESPONSES = ["/v1/responses", { model: "m", input: "go" }] as const;
const MESSAGES = ["/v1/messages", { model: "claude-m", max_tokens: 9, messages: [{ role: "user", content: "go" }] }] as const;
const GEMINI = ["/v1beta/models/gemini-m:generateContent", { contents: [{ role: "user", parts: [{ text: "go" }] }] }] as const;
type Route = readonly [path: string, body: object];

const named = (name: string): object => ({ name, parameters: {} });
const mcp = (more: object): object => ({ type: "mcp", server_label: "s", ...more });

/** What a request has besides, whether each of the policies takes it, and the member that the refusal names. */
const CASES: readonly (readonly [name: string, route: Route, body: object, takenBy: string, param: string])[] = [
	["a function", CHAT, { tools: [{ type: "function", function: named("get_page") }] }, "some, all but some", "tools[0].function.name"],
	[
		"a function that is not allowed",
		CHAT,
		{ tools: [{ type: "function", function: named("send") }] },
		"all but some",
		"tools[0].function.name",
	],
	["a function that is forbidden", CHAT, { tools: [{ type: "function", function: named("drop_all") }] }, "", "tools[0].function.name"],
	[
		"the second tool",
		CHAT,
		{ tools: ["get_a", "drop_b"].map((name) => ({ type: "function", function: named(name) })) },
		"",
		"tools[1].function.name",
	],
	["a free tool", CHAT, { tools: [{ type: "custom", custom: { name: "send" } }] }, "all but some", "tools[0].custom.name"],
	["a function of old", CHAT, { functions: [named("send")] }, "all but some", "functions[0].name"],
	["a search", CHAT, { web_search_options: {} }, "some, all but some", "web_search_options"],
	["a plugin", CHAT, { plugins: [{ id: "file-parser" }] }, "all but some", "plugins[0].id"],
	["a tool that is no list", CHAT, { tools: { type: "function", function: named("send") } }, "all but some", "tools[0].function.name"],
	["a function without a type", CHAT, { tools: [{ function: named("send") }] }, "all but some", "tools[0].function.name"],
	["a function without a name", CHAT, { tools: [{ type: "function" }] }, "", "tools[0].name"],
	["a tool by its name alone", CHAT, { tools: ["code_runner"] }, "", "tools[0]"],
	[
		"a function with two names",
		RESPONSES,
		{ tools: [{ type: "function", ...named("send"), function: named("get_page") }] },
		"all but some",
		"tools[0].name",
	],
	[
		"a function with two names, the other way",
		CHAT,
		{ tools: [{ type: "function", ...named("get_page"), function: named("send") }] },
		"all but some",
		"tools[0].function.name",
	],
	["a function for Responses", RESPONSES, { tools: [{ type: "function", ...named("send") }] }, "all but some", "tools[0].name"],
	["a search by its date", RESPONSES, { tools: [{ type: "web_search_preview_2025_03_11" }] }, "some, all but some", "tools[0].type"],
	["code", RESPONSES, { tools: [{ type: "code_interpreter", container: { type: "auto" } }] }, "", "tools[0].type"],
	[
		"a screen",
		RESPONSES,
		{ tools: [{ type: "computer_use_preview", display_width: 9, display_height: 9, environment: "browser" }] },
		"",
		"tools[0].type",
	],
	["a server", RESPONSES, { tools: [mcp({ server_url: "https://mcp.corp.example/x" })] }, "some, all but some", "tools[0].type"],
	[
		"a foreign server",
		RESPONSES,
		{ tools: [mcp({ server_url: "https://corp.example.evil.test/" })] },
		"all but some",
		"tools[0].server_url",
	],
	[
		"a server behind a name",
		RESPONSES,
		{ tools: [mcp({ server_url: "https://corp.example@evil.test/" })] },
		"all but some",
		"tools[0].server_url",
	],
	[
		"a server with two addresses",
		MESSAGES,
		{ mcp_servers: [{ type: "url", server_url: "https://mcp.corp.example/", url: "https://evil.test/", name: "s" }] },
		"all but some",
		"mcp_servers[0].url",
	],
	[
		"a server and a connector",
		RESPONSES,
		{ tools: [mcp({ server_url: "https://mcp.corp.example/", connector_id: "connector_dropbox" })] },
		"all but some",
		"tools[0].connector_id",
	],
	["a server without an address", RESPONSES, { tools: [mcp({})] }, "all but some", "tools[0].url"],
	["a connector", RESPONSES, { tools: [mcp({ connector_id: "connector_gmail" })] }, "some, all but some", "tools[0].type"],
	["a foreign connector", RESPONSES, { tools: [mcp({ connector_id: "connector_dropbox" })] }, "all but some", "tools[0].connector_id"],
	[
		"tools within a tool",
		RESPONSES,
		{ tools: [{ type: "mcpx", tools: [{ type: "function", ...named("drop_x") }] }] },
		"",
		"tools[0].tools[0].name",
	],
	["a function for Anthropic", MESSAGES, { tools: [{ name: "send", input_schema: { type: "object" } }] }, "all but some", "tools[0].name"],
	["Anthropic's search", MESSAGES, { tools: [{ type: "web_search_20250305", name: "web_search" }] }, "some, all but some", "tools[0].type"],
	["Anthropic's code", MESSAGES, { tools: [{ type: "code_execution_20250825", name: "code_execution" }] }, "", "tools[0].type"],
	[
		"Anthropic's server",
		MESSAGES,
		{ mcp_servers: [{ type: "url", url: "https://evil.test/", name: "s" }] },
		"all but some",
		"mcp_servers[0].url",
	],
	[
		"Gemini's function",
		GEMINI,
		{ tools: [{ functionDeclarations: [{ name: "get_a" }, { name: "send" }] }] },
		"all but some",
		"tools[0].functionDeclarations[1].name",
	],
	[
		"Gemini's function in another writing",
		GEMINI,
		{ tools: [{ function_declarations: [{ name: "drop_a" }] }] },
		"",
		"tools[0].function_declarations[0].name",
	],
	["Gemini's search", GEMINI, { tools: [{ googleSearch: {} }] }, "some, all but some", "tools[0].googleSearch"],
	["Gemini's code", GEMINI, { tools: [{ codeExecution: {} }] }, "", "tools[0].codeExecution"],
	[
		"code beside a function",
		GEMINI,
		{ tools: [{ functionDeclarations: [{ name: "get_a" }], code_execution: {} }] },
		"",
		"tools[0].code_execution",
	],
	["Gemini's screen", GEMINI, { tools: [{ computerUse: { environment: "ENVIRONMENT_BROWSER" } }] }, "", "tools[0].computerUse"],
];

test.each(CASES)("%s", async (_name, [path, body], more, takenBy, param) => {
	const json = JSON.stringify({ ...body, ...more });
	for (const [name, proxy] of Object.entries({ some, none, "all but some": allButSome, open })) {
		const isTaken = name === "open" || takenBy.split(", ").includes(name);
		const { status, raw } = await post(proxy.port, json, path);
		expect([name, status]).toEqual([name, isTaken ? 418 : 403]);
		expect(upstream.requests.splice(0)).toHaveLength(isTaken ? 1 : 0);
		if (isTaken) continue;
		expect(raw).toMatch(/security\.input\.tools\.allowed/);
		if (name === "all but some") expect(raw).toContain(`'${param}'`);
	}
});

test("the requests of every vendor with everything they take pass where nothing is forbidden, and no tool passes where none is allowed", async () => {
	for (const { path, body } of VENDOR_REQUESTS) {
		const hasTools = /"(?:tools|functions|mcp_servers)"/.test(JSON.stringify(body));
		expect((await post(open.port, JSON.stringify(body), path)).status).toBe(418);
		expect([path, (await post(none.port, JSON.stringify(body), path)).status]).toEqual([path, hasTools ? 403 : 418]);
	}
});

test("SDKs throw what says which member it is, and do not try again", async () => {
	const openai = new OpenAI({ baseURL: `http://127.0.0.1:${none.port}/v1`, apiKey: "k" });
	const tools = [{ type: "function" as const, function: { name: "get_a", parameters: {} } }];
	const asked = openai.chat.completions.create({ model: "m", messages: [{ role: "user", content: "go" }], tools });
	await expect(asked).rejects.toMatchObject({ status: 403, code: "tool_not_allowed", param: "tools[0].function.name" });
	const anthropic = new Anthropic({ baseURL: `http://127.0.0.1:${none.port}`, apiKey: "k" });
	const answered = anthropic.messages.create({
		model: "claude-m",
		max_tokens: 9,
		messages: [{ role: "user", content: "go" }],
		tools: [{ type: "web_search_20250305", name: "web_search" }],
	});
	await expect(answered).rejects.toMatchObject({ status: 403, error: { error: { message: expect.stringContaining("'tools[0].type'") } } });
	expect(upstream.requests).toEqual([]);
});

test("a dry run lets it pass", async () => {
	const body = { ...CHAT[1], tools: [{ type: "function", function: named("send") }] };
	expect((await post(dry.port, JSON.stringify(body))).status).toBe(418);
});
