import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { addKey } from "../support/keys.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** Models that a request names beside `model` may answer it, so everything that is said of models holds for them. */
const log: { attempts?: { provider: string }[] }[] = [];
let upstream: MockUpstream;
let proxy: Proxy;
const keys: Record<"any" | "small", string> = { any: "", small: "" };

beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(["hi"], "stop", { prompt_tokens: 1_000_000, completion_tokens: 1_000_000 }).join(""));
	});
	const file = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
	keys.any = await addKey(file);
	keys.small = await addKey(file, { models: ["small-*", "watched"] });
	const provider = { type: "openai", base_url: upstream.url, api_key: "k" };
	const info = (fields: object): void => void log.push(fields);
	proxy = await startProxy(
		{
			one: {
				...provider,
				models: ["small-*", "big-*", "watched", "rare", "dear"],
				prices: { dear: { input: 2, output: 3 }, "*": { input: 1, output: 1 } },
			},
			two: { ...provider, models: ["elsewhere", "small-*"] },
		},
		`
security:
  auth: { mode: api_key, keys_file: ${JSON.stringify(file)} }
  policies: { careful: { pii_protection: { redaction_strategy: remove } } }
  policy_rules: [{ policy: careful, models: [watched] }]
  rate_limiting: { requests_per_minute: 0, requests_per_hour: 0, burst_allowance: 0, rules: [{ name: rare, models: [rare], requests_per_minute: 2 }] }
routing: { models: { both: { targets: [{ provider: one, model: small-1 }, { provider: two, model: small-1 }] } } }
`,
		undefined,
		{ logger: { debug: info, info, warn: info, error: info } },
	);
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
});

async function ask(
	key: string,
	more: object,
	model = "small-1",
): Promise<{ status: number; code?: string; param?: string; message?: string }> {
	const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hi" }], ...more });
	const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, { method: "POST", headers, body });
	const text = await response.text();
	return { status: response.status, ...(response.ok ? {} : JSON.parse(text).error) };
}

describe("a key that may use some models", () => {
	test.each([
		["models", { models: ["small-2", "big-1"] }, "models[1]"],
		["in another case", { Models: ["BIG-1"] }, "Models[0]"],
		["fallbacks", { fallbacks: [{ "small-1": ["big-1"] }] }, "fallbacks[0].small-1[0]"],
		["tools[].model", { tools: [{ type: "image_generation", model: "big-1" }] }, "tools[0].model"],
	])("gets no other by %s", async (_what, more, param) => {
		const before = upstream.requests.length;
		const message = `'${param}' names a model that your key may not use. Leave it out.`;
		expect(await ask(keys.small, more)).toMatchObject({ status: 403, code: "model_not_allowed", param, message });
		expect(upstream.requests.length).toBe(before);
		expect(await ask(keys.any, more)).toMatchObject({ status: 200 });
	});

	test("names no more than are looked up", async () => {
		const models = Array.from({ length: 50_000 }, (_, i) => `small-${i + 2}`);
		expect(await ask(keys.small, { models })).toMatchObject({ status: 400, code: "invalid_request", param: "models[64]" });
		expect(await ask(keys.small, { models: models.slice(0, 64) })).toEqual({ status: 200 });
	});

	test("may name its own, which go upstream as they are", async () => {
		expect(await ask(keys.small, { models: ["small-1", "SMALL-2"] })).toEqual({ status: 200 });
		expect(JSON.parse(upstream.requests.at(-1)?.body ?? "")).toMatchObject({ models: ["small-1", "SMALL-2"] });
	});
});

test("a model that another policy is for cannot answer", async () => {
	const message = "'models[0]' names a model that another security policy is for. Send a request for each of the models.";
	const refusal = { status: 403, code: "model_not_allowed", param: "models[0]", message };
	expect(await ask(keys.small, { models: ["watched"] })).toMatchObject(refusal);
	expect(await ask(keys.small, { models: ["small-1"] }, "watched")).toMatchObject(refusal);
	expect(await ask(keys.small, {}, "watched")).toEqual({ status: 200 });
});

test("a provider gets only requests for models that it is configured for", async () => {
	const message = "'models[0]' names a model for which no provider of 'model' is configured. Check llm_providers.*.models.";
	expect(await ask(keys.any, { models: ["elsewhere"] })).toMatchObject({
		status: 403,
		code: "model_not_allowed",
		param: "models[0]",
		message,
	});
	log.length = 0;
	expect(await ask(keys.any, { models: ["elsewhere"] }, "both")).toEqual({ status: 200 });
	expect(await ask(keys.any, { models: ["big-1"] }, "both")).toEqual({ status: 200 });
	await vi.waitFor(() => expect(log.flatMap(({ attempts }) => attempts?.map(({ provider }) => provider) ?? [])).toEqual(["two", "one"]), {
		timeout: 60_000,
	});
	expect(await ask(keys.any, { models: ["big-1", "elsewhere"] }, "both")).toMatchObject({ status: 403, param: "models[0]" });
});

test("a request counts for the limits of every model that it names, and costs what the dearest costs", async () => {
	expect(await ask(keys.any, { models: ["rare"] })).toEqual({ status: 200 });
	expect(await ask(keys.any, { models: ["small-2"] }, "rare")).toEqual({ status: 200 });
	expect(await ask(keys.any, { models: ["rare"] })).toMatchObject({ status: 429, code: "rate_limited" });
	const costs = async (): Promise<number> => {
		const text = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text();
		return [...text.matchAll(/^secure_llm_proxy_cost_usd_total\{.*\} (\S+)$/gm)].reduce((sum, [, usd]) => sum + Number(usd), 0);
	};
	await vi.waitFor(async () => expect(await costs()).toBeGreaterThan(0), { timeout: 60_000 });
	const before = await costs();
	await ask(keys.any, { models: ["dear"] });
	await vi.waitFor(async () => expect((await costs()) - before).toBe(5), { timeout: 60_000 });
});
