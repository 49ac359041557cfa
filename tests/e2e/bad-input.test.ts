import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { ERRORS } from "../../src/core/errors.ts";
import { readKeyFile } from "../../src/identity/key-file.ts";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** Made at run time: it must look like nothing that a scanner of this repository knows. */
const SECRET = ["hunter2", "correct", "horse", "battery"].join("-");

describe("what is wrong with a configuration is said without the values in it", () => {
	test.each([
		[
			"a key of a provider that is no text",
			`llm_providers: { a: { type: openai, base_url: "https://a.example", api_key: { ${SECRET}: 1 } } }`,
		],
		["an address with a password in it that is no URL", `llm_providers: { a: { type: openai, base_url: "ht!tp://user:${SECRET}@a" } }`],
		["a Redis address that is no text", `shared_state: { redis_url: ["redis://:${SECRET}@redis:6379"] }`],
		["a secret in the place of a number", `server: { port: "${SECRET}" }`],
		["a secret in the place of a choice", `security: { on_block: "${SECRET}" }`],
		["a secret that an environment variable brings", "server: { port: $" + "{PORT_SECRET} }"],
	])("%s", (_name, text) => {
		const loaded = parseConfig(text, { PORT_SECRET: SECRET });
		expect(loaded.ok).toBe(false);
		// The key itself may be said: it is the place.
		const faults = loaded.ok ? [] : loaded.faults.map(({ message, remedy }) => message + remedy);
		expect(faults.join()).not.toContain(SECRET);
		expect(faults.every((fault) => fault.length > 10)).toBe(true);
	});

	test("a key file that is wrong says where, and not what stands there", () => {
		const file = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
		const record = { id: "abcdefgh", name: "n", hash: SECRET, created: "2026-11-25T00:00:00.000Z" };
		for (const content of [
			JSON.stringify({ keys: [record] }),
			`{ "keys": [ ${SECRET}`,
			JSON.stringify({ keys: [{ ...record, extra: SECRET }] }),
		]) {
			writeFileSync(file, content);
			const reading = readKeyFile(file);
			expect(reading.ok ? "" : reading.reason).toMatch(/^is not (?:JSON|valid at keys\.0)/);
			expect(JSON.stringify(reading)).not.toContain(SECRET);
		}
	});
});

describe("a request with something wrong in its head", () => {
	let upstream: MockUpstream;
	let proxy: Proxy;
	const log: object[] = [];

	beforeAll(async () => {
		upstream = await startMockUpstream((response) => void response.end());
		const file = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
		writeFileSync(file, '{ "keys": [] }');
		const keep = (fields: object, message: string): void => void log.push({ ...fields, message });
		proxy = await startProxy(upstream.url, `security: { auth: { mode: api_key, keys_file: "${file}" } }`, undefined, {
			logger: { debug: keep, info: keep, warn: keep, error: keep },
		});
	});
	afterAll(async () => {
		await proxy.drain();
		upstream.close();
	});

	test.each([
		["a bearer token that is no key", { authorization: `Bearer ${SECRET}` }, "", 401, "invalid_credential"],
		["another scheme", { authorization: `Basic ${Buffer.from(`u:${SECRET}`).toString("base64")}` }, "", 401, "missing_credential"],
		["a key in an SDK's header", { "x-api-key": SECRET }, "", 401, "invalid_credential"],
		["a key in the query", {}, `?key=${SECRET}`, 401, "invalid_credential"],
		["a request id that is none", { "x-request-id": `${SECRET} ${SECRET}` }, "", 401, "missing_credential"],
		["a forwarded address that is none", { "x-forwarded-for": SECRET }, "", 401, "missing_credential"],
	])("%s: the answer and the log do not repeat it", async (_name, headers, query, status, code) => {
		const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions${query}`, { method: "POST", headers, body: "{}" });
		const text = await response.text();
		expect(response.status).toBe(status);
		expect(JSON.parse(text).error.code).toBe(code);
		const said = text + JSON.stringify([...response.headers]) + JSON.stringify(log);
		expect(said).not.toContain(SECRET);
		expect(said).not.toContain(Buffer.from(`u:${SECRET}`).toString("base64"));
	});
});

test("every error of the catalogue says what to do, in words of its own, and whether a retry can help", () => {
	const entries = Object.entries(ERRORS);
	expect(new Set(entries.map(([, { message }]) => message)).size).toBeGreaterThan(entries.length - 2);
	for (const [code, { message, status }] of entries) {
		expect(code).toMatch(/^[a-z][a-z0-9_]+$/);
		expect(message).toMatch(/^[A-Z].{15,}\.$/s);
		expect(status).toBeGreaterThanOrEqual(400);
	}
});

test("a model's name is bounded, so that records and log lines are: longer ones are a 400, and stand nowhere", async () => {
	const log: object[] = [];
	const keep = (fields: object, message: string): void => void log.push({ ...fields, message });
	const upstream = await startMockUpstream((response) => void response.end());
	const proxy = await startProxy(upstream.url, "", undefined, { logger: { debug: keep, info: keep, warn: keep, error: keep } });
	const name = "y".repeat(513);
	for (const [path, body] of [
		["chat/completions", { messages: [{ role: "user", content: "hi" }] }],
		["messages", { messages: [{ role: "user", content: "hi" }], max_tokens: 1 }],
		["responses", { input: "hi" }],
		["embeddings", { input: "hi" }],
	] as const) {
		const init = { method: "POST", body: JSON.stringify({ ...body, model: name }) };
		const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/${path}`, init);
		expect([path, response.status]).toEqual([path, 400]);
		expect(await response.text()).toContain("'model' is longer than 512 characters");
	}
	await proxy.drain();
	upstream.close();
	expect(log.length).toBeGreaterThan(0);
	expect(JSON.stringify(log)).not.toContain("yyyy");
});
