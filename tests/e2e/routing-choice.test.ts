import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";

/** Which of two providers that both serve the model a request goes to, with callers told apart by address. */
let old: MockUpstream;
let canary: MockUpstream;
let proxy: Proxy;
/** What the old provider does before it answers. */
let before: (response: ServerResponse) => Promise<void> = async () => undefined;

const SERVER = { server: { trusted_proxies: ["127.0.0.1"] } };

beforeAll(async () => {
	const answer = (response: ServerResponse, text: string): void => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents([text]).join(""));
	};
	old = await startMockUpstream(async (response) => {
		await before(response);
		answer(response, "old");
	});
	canary = await startMockUpstream((response) => answer(response, "canary"));
	proxy = await startProxy(old.url, "", undefined, SERVER);
});
afterAll(async () => {
	await proxy.drain();
	old.close();
	canary.close();
});

let round = 0;
/** Providers of new names, of which nothing is known yet. */
async function route(rule: object): Promise<void> {
	round++;
	const provider = (base_url: string): object => ({ type: "openai", base_url, api_key: "k" });
	const yaml = JSON.stringify(rule).replace(/"provider":"(\w+)"/g, `"provider":"$1-${round}"`);
	const providers = { [`old-${round}`]: provider(old.url), [`canary-${round}`]: provider(canary.url) };
	expect(await proxy.reload(proxyConfig(providers, `routing: { models: { m: ${yaml} } }`, SERVER))).toEqual({ ok: true });
}

async function providerFor(client: string): Promise<string | undefined> {
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
		method: "POST",
		headers: { "x-forwarded-for": client },
		body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hi" }] }),
	});
	return /old|canary/.exec(await response.text())?.[0];
}

test("a sticky canary gets its share of the callers, and each caller always the same provider", async () => {
	const targets = [
		{ provider: "old", weight: 70 },
		{ provider: "canary", weight: 30 },
	];
	await route({ strategy: "weighted", sticky: true, targets });
	const callers = Array.from({ length: 40 }, (_, i) => `203.0.113.${i}`);
	const all = (): Promise<(string | undefined)[]> => Promise.all(callers.map(providerFor));
	const first = await all();
	// 12 of 40 are expected; the addresses are fixed, so this is no matter of luck.
	expect(first.filter((provider) => provider === "canary").length).toBeGreaterThan(4);
	expect(first.filter((provider) => provider === "old").length).toBeGreaterThan(16);
	expect([await all(), await all()]).toEqual([first, first]);
});

test("by cost the cheapest provider is asked, and the next one where it fails", async () => {
	const targets = [
		{ provider: "canary", cost: 10 },
		{ provider: "old", cost: 2 },
	];
	await route({ strategy: "cost", targets });
	expect(await providerFor("203.0.113.1")).toBe("old");
	before = async (response) => void response.socket?.resetAndDestroy();
	expect(await providerFor("203.0.113.1")).toBe("canary");
	before = async () => undefined;
});

test("by latency the provider that begins its answers sooner is asked, once both are known", async () => {
	before = () => new Promise((resolve) => setTimeout(resolve, 1500));
	await route({ strategy: "latency", targets: [{ provider: "old" }, { provider: "canary" }] });
	expect(await providerFor("203.0.113.1")).toBe("old");
	await vi.waitFor(async () => expect(await providerFor("203.0.113.1")).toBe("canary"), { timeout: 60_000 });
	for (let i = 0; i < 5; i++) expect(await providerFor("203.0.113.1")).toBe("canary");
	before = async () => undefined;
});
