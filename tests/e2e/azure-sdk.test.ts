import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI, { AzureOpenAI } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** Azure's client classes, whose path names the deployment that is to answer. */

const trail = mkdtempSync(join(tmpdir(), "azure-"));
let upstream: MockUpstream;
let proxy: Proxy;
beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { stream, input } = JSON.parse(body) as { stream?: boolean; input?: unknown };
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		if (stream) return void response.end(chatEvents(["Write to jane", ".doe@example.com."]).join(""));
		const choices = [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }];
		const chat = { id: "c", object: "chat.completion", created: 1, model: "m", choices };
		response.end(JSON.stringify(input === undefined ? chat : { object: "list", model: "e", data: [{ index: 0, embedding: [1] }] }));
	});
	proxy = await startProxy(
		{
			near: { type: "openai", base_url: upstream.url, api_key: "k", models: ["prod-*", "gpt-4o"] },
			azure: { type: "azure", base_url: upstream.url, api_key: "k", models: ["dated-*"], api_version: "2025-03-01-preview" },
		},
		`
security:
  policies: { careful: { blocked_phrases: ["falcon"] } }
  policy_rules: [{ policy: careful, routes: ["/v1/chat/*"], models: ["prod-*", "dated-*"] }]
audit: { dir: "${trail}" }
`,
	);
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
	rmSync(trail, { recursive: true, force: true });
});

const azure = (deployment?: string): AzureOpenAI =>
	new AzureOpenAI({
		apiKey: "unused",
		endpoint: `http://127.0.0.1:${proxy.port}`,
		apiVersion: "2025-03-01-preview",
		maxRetries: 0,
		...(deployment !== undefined && { deployment }),
	});
const said = (content: string) => [{ role: "user" as const, content }];
const last = () => upstream.requests.at(-1) as MockUpstream["requests"][number];

test("the deployment of the path answers, whatever the body calls the model", async () => {
	await azure("prod-chat").chat.completions.create({ model: "gpt-4o", messages: said("hi") });
	expect(last()).toMatchObject({ path: "/v1/chat/completions?api-version=2025-03-01-preview" });
	expect(JSON.parse(last().body)).toMatchObject({ model: "prod-chat", messages: said("hi") });
	await azure().embeddings.create({ model: "prod-embed", input: "hi" });
	expect(JSON.parse(last().body)).toMatchObject({ model: "prod-embed", input: "hi" });
	// As LangChain sends it.
	const send = (deployment: string, body: object) =>
		post(proxy.port, JSON.stringify(body), `/openai/deployments/${deployment}/chat/completions`);
	const { status } = await send("prod-chat", { model: null, messages: said("hi") });
	expect([status, JSON.parse(last().body).model]).toEqual([200, "prod-chat"]);
	await send("dated-chat", { messages: said("hi") });
	expect(last().path).toBe("/v1/openai/deployments/dated-chat/chat/completions?api-version=2025-03-01-preview");
});

test("streams are inspected", async () => {
	let text = "";
	for await (const { choices } of await azure().chat.completions.create({ model: "gpt-4o", stream: true, messages: said("hi") }))
		text += choices[0]?.delta.content ?? "";
	expect(text).toBe("Write to ****.***@*******.***.");
});

test("rules for a route and a model hold for the deployment: neither path nor body is a way around them", async () => {
	const ask = (deployment: string, model: string) => azure(deployment).chat.completions.create({ model, messages: said("about falcon") });
	await expect(ask("prod-chat", "gpt-4o")).rejects.toMatchObject({ status: 400, code: "prompt_blocked" });
	await expect(ask("gpt-4o", "prod-chat")).resolves.toMatchObject({ object: "chat.completion" });
	expect(JSON.parse(last().body).model).toBe("gpt-4o");
	await expect(ask("unknown", "gpt-4o")).rejects.toMatchObject({ status: 404, code: "model_not_found" });
});

test("Azure's newer base URL serves the plain client", async () => {
	const client = new OpenAI({ apiKey: "unused", baseURL: `http://127.0.0.1:${proxy.port}/openai/v1`, maxRetries: 0 });
	await expect(client.chat.completions.create({ model: "gpt-4o", messages: said("hi") })).resolves.toMatchObject({
		choices: [{ message: { content: "Hello." } }],
	});
	await expect(client.responses.retrieve("resp_1")).rejects.toMatchObject({ status: 404, code: "route_not_found" });
});

test("the trail knows the route and the deployment as a model, and no name in a path", async () => {
	await azure("prod-chat").chat.completions.create({ model: "gpt-4o", messages: said("hi") });
	const named = await fetch(`http://127.0.0.1:${proxy.port}/openai/deployments/jane.doe/chat/completions`);
	expect(named.status).toBe(405);
	await proxy.drain();
	const records = readdirSync(join(trail, "local"))
		.filter((name) => name.endsWith(".jsonl"))
		.flatMap((name) =>
			readFileSync(join(trail, "local", name), "utf8")
				.trim()
				.split("\n"),
		)
		.map((line) => JSON.parse(line) as Record<string, unknown>);
	expect(records.findLast(({ type }) => type === "interaction")).toMatchObject({ path: "/v1/chat/completions", model: "prod-chat" });
	expect(records.findLast(({ type }) => type === "refusal")).toMatchObject({ path: "/v1/chat/completions", status: 405 });
});
