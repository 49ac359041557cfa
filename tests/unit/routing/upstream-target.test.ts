import { expect, test } from "vitest";
import { type Endpoint, endpointOf } from "../../../src/routing/endpoints.ts";
import type { ProviderType, Route } from "../../../src/routing/model-router.ts";
import { upstreamTarget } from "../../../src/routing/upstream-target.ts";

function target(type: ProviderType, path: string, { version = "", query = "", more = [] as readonly string[] } = {}) {
	const none: ReadonlySet<string> = new Set();
	const route = {
		provider: "p",
		type,
		baseUrl: "https://host",
		apiKey: "k",
		apiVersion: version,
		passQuery: new Set(more),
		passHeaders: { request: none, response: none },
	};
	return upstreamTarget(route as unknown as Route, endpointOf(path, {}) as Endpoint, "my model", query);
}

test.each([
	["openai", "/v1/chat/completions", "", "https://host/chat/completions"],
	["azure", "/v1/chat/completions", "", "https://host/openai/v1/chat/completions"],
	["azure", "/v1/chat/completions", "2024-10-21", "https://host/openai/deployments/my%20model/chat/completions?api-version=2024-10-21"],
	["azure", "/v1/embeddings", "2024-10-21", "https://host/openai/deployments/my%20model/embeddings?api-version=2024-10-21"],
	["azure", "/v1/responses", "2025-04-01-preview", "https://host/openai/responses?api-version=2025-04-01-preview"],
	["azure", "/v1/models", "2024-10-21", "https://host/openai/models?api-version=2024-10-21"],
	["anthropic", "/v1/messages", "", "https://host/v1/messages"],
	["gemini", "/v1beta/models/alias:generateContent", "", "https://host/v1beta/models/my%20model:generateContent"],
] as const)("%s serves %s (api-version '%s') at %s", (type, path, version, url) => {
	expect(target(type, path, { version }).url).toBe(url);
});

test("of a query what vendors know and what is configured passes, and never a key", () => {
	const query = "beta=true&api_key=secret&key=other&access_token=third&x=1&%78=2&y=3";
	expect(target("openai", "/v1/chat/completions", { query }).url).toBe("https://host/chat/completions?beta=true");
	expect(target("openai", "/v1/chat/completions", { query, more: ["x", "key", "access_token"] }).url).toBe(
		"https://host/chat/completions?beta=true&x=1&%78=2",
	);
	expect(
		target("gemini", "/v1beta/models/m:embedContent", {
			query: "%6bey=secret&x=%26&api%5Fkey=secret&+=1&KEY",
			more: ["x", " ", "key", "KEY"],
		}).url,
	).toBe("https://host/v1beta/models/my%20model:embedContent?x=%26&+=1");
	expect(target("azure", "/v1/completions", { version: "1", query: "api-version=2&key=x" }).url).toBe(
		"https://host/openai/deployments/my%20model/completions?api-version=2",
	);
});

test("each vendor gets its credential where it looks for it", () => {
	expect(target("openai", "/v1/completions").credential).toEqual({ authorization: "Bearer k" });
	expect(target("azure", "/v1/completions").credential).toEqual({ "api-key": "k" });
	expect(target("anthropic", "/v1/messages").credential).toEqual({ "x-api-key": "k" });
});

test("the model that is asked about is decoded, and a path that climbs is no endpoint", () => {
	expect(endpointOf("/v1/models/meta-llama%2FLlama-3", {})?.model).toBe("meta-llama/Llama-3");
	expect(endpointOf("/v1/models/../chat", {})).toBeUndefined();
	for (const model of [".", "", "..", "m/.", "m/", "m/.."])
		expect(endpointOf(`/v1beta/models/${model}/m:generateContent`, {})).toBeUndefined();
});
