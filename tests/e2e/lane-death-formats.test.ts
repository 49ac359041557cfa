import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { anthropicEvents } from "../support/anthropic-events.ts";
import { post } from "../support/chat-client.ts";
import { geminiArray, geminiEvents } from "../support/gemini-events.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** What stands between the filter and the client, translations and JSON arrays, moves to another lane with the answer. */
const DELTAS = "Please write to jane.doe@example.com or call (415) 555-2671 soon, thanks.".match(/.{1,5}/gs) ?? [];
const WORKER = new URL("../support/mortal-lane-worker.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "lane-deaths-formats-"));

let upstream: MockUpstream;
let proxy: Proxy;

async function write(response: ServerResponse, type: string, pieces: readonly string[]): Promise<void> {
	response.writeHead(200, { "content-type": type });
	for (const piece of pieces) {
		response.write(piece);
		await sleep(3);
	}
	response.end();
}

beforeAll(async () => {
	process.env["LANE_DEATHS"] = folder;
	upstream = await startMockUpstream((response, _body, path) => {
		if (path.includes("/v1beta/"))
			return write(response, "application/json", geminiArray(geminiEvents([{ deltas: DELTAS }])).match(/.{1,300}/gs) ?? []);
		return write(
			response,
			"text/event-stream",
			path.endsWith("/messages") ? anthropicEvents([{ type: "text", deltas: DELTAS }]) : chatEvents(DELTAS),
		);
	});
	const base_url = upstream.url.replace(/\/v1$/, "");
	proxy = await startProxy(
		{
			claude: { type: "anthropic", base_url, api_key: "k", models: ["claude-*"] },
			gpt: { type: "openai", base_url: upstream.url, api_key: "k", models: ["gpt-*"] },
			gemini: { type: "gemini", base_url, api_key: "k", models: ["gemini-*"] },
		},
		"",
		WORKER,
	);
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
	rmSync(folder, { recursive: true });
});

const messages = [{ role: "user", content: "hi" }];

test.each([
	["an OpenAI client of an Anthropic provider", "/v1/chat/completions", { model: "claude-x", stream: true, max_tokens: 9, messages }],
	["an Anthropic client of an OpenAI provider", "/v1/messages", { model: "gpt-x", stream: true, max_tokens: 9, messages }],
	["a JSON array", "/v1beta/models/gemini-x:streamGenerateContent", { contents: [{ parts: [{ text: "hi" }] }] }],
])("a lane that dies at any step of a stream is invisible to %s", async (_name, path, body) => {
	// When a translated answer was made is the request's time.
	const ask = async (): Promise<string> =>
		(await post(proxy.port, JSON.stringify(body), path)).raw.replace(/"created":\d+/g, '"created":0');
	const whole = await ask();
	expect(text(whole)).toContain("****.***@*******.***");
	for (const atByte of [0, 150, 300, 450, 600, 750]) {
		writeFileSync(join(folder, `0.throw.data.${atByte}`), "");
		const answer = await ask();
		expect(text(answer)).toBe(text(whole));
		expect(readdirSync(folder)).toEqual([]);
	}
});

/** Every text of an answer, joined: where events are cut may depend on how their bytes arrived. */
function text(raw: string): string {
	return [...raw.matchAll(/"(?:text|content)": ?"((?:[^"\\]|\\.)*)"/g)].map(([, piece]) => piece).join("");
}
