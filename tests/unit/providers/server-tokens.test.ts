import { expect, test } from "vitest";
import type { ApiName } from "../../../src/core/api.ts";
import { providerOf } from "../../../src/providers/registry.ts";

const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
const HEADERS = { Authorization: `Bearer ${TOKEN}`, "X-Api-Key": TOKEN, "X-Note": "inspected 1", "to jane key": "inspected 2" };

/** Requests that give a token to a server of tools, and the texts beside it that are inspected all the same. */
const REQUESTS: readonly (readonly [ApiName, object, readonly string[]])[] = [
	[
		"openai-responses",
		{
			model: "m",
			input: "hi",
			tools: [
				{ type: "mcp", server_label: "s", server_url: "inspected 3", authorization: TOKEN, headers: HEADERS },
				{ type: "function", name: "f", authorization: "inspected 4" },
			],
		},
		["inspected 1", "inspected 2", "inspected 3", "inspected 4", "to jane key"],
	],
	[
		"anthropic-messages",
		{
			model: "m",
			max_tokens: 9,
			messages: [{ role: "user", content: "hi" }],
			mcp_servers: [{ type: "url", name: "s", url: "inspected 3", authorization_token: TOKEN }],
		},
		["inspected 3"],
	],
	[
		"gemini-generate",
		{
			contents: [{ parts: [{ text: "hi" }] }],
			tools: [{ mcpServers: [{ name: "s", streamableHttpTransport: { url: "inspected 3", headers: HEADERS } }] }],
		},
		["inspected 1", "inspected 2", "inspected 3", "to jane key"],
	],
];

test.each(REQUESTS)("%s: a token for a server of tools passes, and nothing beside it", (api, request, inspected) => {
	const reading = providerOf(api).readRequest(JSON.stringify(request), "/v1beta/models/m:generateContent");
	const texts = reading.kind === "data" ? reading.places.map(({ text }) => text) : [];
	expect(texts).toEqual(expect.arrayContaining([...inspected]));
	expect(texts.join("\n")).not.toContain(TOKEN);
});
