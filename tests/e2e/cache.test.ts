import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { InteractionRecord } from "../../src/audit/audit-record.ts";
import type { Proxy } from "../../src/proxy.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";

const CACHE = "cache: { enabled: true }";
const BEHIND_BALANCER = { server: { trusted_proxies: ["127.0.0.1"] } };

let upstream: MockUpstream;
let proxy: Proxy;

interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly raw: string;
	/** What the model says in it. */
	readonly text: string;
}

interface Said {
	readonly content?: string;
}

interface Question {
	readonly content: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly more?: object;
	readonly stream?: boolean;
}

/** The number of the answer makes every one the upstream gives another. */
beforeAll(async () => {
	let answers = 0;
	upstream = await startMockUpstream((response, body) => {
		const { stream, messages } = JSON.parse(body) as { stream?: boolean; messages?: { content: string }[] };
		const says = messages?.[0]?.content ?? "";
		const text = `Answer ${++answers} to ${says}. Write to jane.doe@example.com.`;
		if (stream !== true) {
			response.writeHead(200, { "content-type": "application/json" });
			const choice = { index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" };
			const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
			response.end(JSON.stringify(says === "an error" ? { error: { message: "no" } } : { id: "c", choices: [choice], usage }));
		} else {
			response.writeHead(200, { "content-type": "text/event-stream" });
			const secret = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
			const words = says === "a secret" ? [text, secret] : text.match(/.{1,7}/gs);
			response.end(chatEvents(words ?? [], says === "a truncated one" ? null : "stop").join(""));
		}
	});
	proxy = await startProxy(upstream.url, CACHE, undefined, BEHIND_BALANCER);
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
});

async function ask({ port }: Proxy, { content, headers, more, stream = false }: Question): Promise<Answer> {
	const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
		method: "POST",
		headers: { "x-forwarded-for": "203.0.113.1", ...headers },
		body: JSON.stringify({ model: "m", stream, messages: [{ role: "user", content }], ...more }),
	});
	const raw = await response.text();
	const data = stream ? [...raw.matchAll(/^data: (\{.*)$/gm)].map(([, line = ""]) => line) : [raw];
	const choices = data.flatMap((line) => (JSON.parse(line).choices ?? []) as { delta?: Said; message?: Said }[]);
	const text = choices.map(({ delta, message }) => (delta ?? message)?.content ?? "").join("");
	return { status: response.status, headers: response.headers, raw, text };
}

/** What the cache says of a question that is asked twice. */
async function twice(at: Proxy, question: Question, again: Question = question): Promise<(string | null)[]> {
	const answers = [await ask(at, question), await ask(at, again)];
	return answers.map(({ headers }) => headers.get("x-cache"));
}

test.each([false, true])(
	"the very same request gets the very same inspected answer, and no provider is asked (streamed: %s)",
	async (stream) => {
		const question = { content: `hello ${stream}`, stream };
		const first = await ask(proxy, question);
		const asked = upstream.requests.length;
		const second = await ask(proxy, question);
		expect([first, second].map(({ headers }) => headers.get("x-cache"))).toEqual(["MISS", "HIT"]);
		expect(second.headers.get("age")).toMatch(/^\d$/);
		expect(second.headers.get("content-type")).toBe(first.headers.get("content-type"));
		expect(upstream.requests.length).toBe(asked);
		expect(second.text).toBe(first.text);
		expect(second.text).toContain(`to ${question.content}.`);
		expect(second.text).not.toContain("jane.doe@");
		if (stream) expect(second.raw.match(/^: security/gm)).toHaveLength(1);
	},
);

test("an answer belongs to its caller, its words and its form", async () => {
	const question = { content: "mine" };
	await ask(proxy, question);
	const others: Question[] = [
		{ ...question, headers: { "x-forwarded-for": "203.0.113.2" } },
		{ content: "mine " },
		{ ...question, more: { temperature: 0.1 } },
		{ ...question, stream: true },
	];
	for (const other of others) expect((await ask(proxy, other)).headers.get("x-cache")).toBe("MISS");
	expect((await ask(proxy, question)).headers.get("x-cache")).toBe("HIT");
});

test.each<[string, Partial<Question>, string[]]>([
	["tools", { more: { tools: [{ type: "function", function: { name: "f", parameters: {} } }] } }, ["BYPASS", "BYPASS"]],
	["a conversation that the vendor keeps", { more: { thread: { type: "create" } } }, ["BYPASS", "BYPASS"]],
	["several answers to choose from", { more: { n: 2 } }, ["BYPASS", "BYPASS"]],
	["Cache-Control: no-store", { headers: { "cache-control": "private, No-Store" } }, ["BYPASS", "BYPASS"]],
	["Cache-Control: no-cache", { headers: { "cache-control": "no-cache" } }, ["MISS", "MISS"]],
	["an empty list of tools", { more: { tools: [] } }, ["MISS", "HIT"]],
])("asked twice with %s", async (what, more, expected) => {
	const question = { content: `twice with ${what}`, ...more };
	expect(await twice(proxy, question)).toEqual(expected);
});

test("what was asked with no-cache is there for those who ask without", async () => {
	const content = "fresh please";
	expect(await twice(proxy, { content, headers: { "cache-control": "no-cache" } }, { content })).toEqual(["MISS", "HIT"]);
});

test.each([
	["a secret", true],
	["a truncated one", true],
	["an error", false],
])("%s is never given again", async (content, stream) => {
	expect(await twice(proxy, { content, stream })).toEqual(["MISS", "MISS"]);
});

test("an answer that gives a caller its originals back is never kept", async () => {
	const restoring = await startProxy(
		upstream.url,
		`security: { pii_protection: { redaction_strategy: replace, restore: true } }\n${CACHE}`,
	);
	expect(await twice(restoring, { content: "mail joe@corp.com" })).toEqual(["BYPASS", "BYPASS"]);
	expect(await twice(restoring, { content: "nothing personal" })).toEqual(["MISS", "HIT"]);
	await restoring.drain();
});

test("everyone's answers are for everyone where the configuration says so, but not for another provider key", async () => {
	const shared = "cache: { enabled: true, scope: everyone }";
	const one = await startProxy(upstream.url, shared, undefined, BEHIND_BALANCER);
	const other = { "x-forwarded-for": "203.0.113.2" };
	expect(await twice(one, { content: "ours" }, { content: "ours", headers: other })).toEqual(["MISS", "HIT"]);
	await one.drain();
	const own = await startProxy({ up: { type: "openai", base_url: upstream.url } }, shared, undefined, BEHIND_BALANCER);
	const keyed = (key: string): Question => ({ content: "ours", headers: { authorization: `Bearer ${key}` } });
	expect(await twice(own, keyed("one"), keyed("two"))).toEqual(["MISS", "MISS"]);
	expect(await twice(own, keyed("one"))).toEqual(["HIT", "HIT"]);
	await own.drain();
});

test("a policy that became stricter holds for what is kept", async () => {
	const lax = proxyConfig(upstream.url, `security: { response_filtering: { on_pii: allow } }\n${CACHE}`);
	const changing = await startProxy(upstream.url, `security: { response_filtering: { on_pii: allow } }\n${CACHE}`);
	const question = { content: "who is it", stream: true };
	expect((await ask(changing, question)).text).toContain("jane.doe@");
	expect(
		await changing.reload({ ...lax, security: proxyConfig(upstream.url).security, policies: proxyConfig(upstream.url).policies }),
	).toEqual({
		ok: true,
	});
	const again = await ask(changing, question);
	expect(again.headers.get("x-cache")).toBe("HIT");
	expect(again.text).toContain("Answer");
	expect(again.text).not.toContain("jane.doe@");
	await changing.drain();
});

test("a hit costs no tokens and no money, and is counted as what it is", async () => {
	const records: InteractionRecord[] = [];
	const priced = await startProxy(
		{ up: { type: "openai", base_url: upstream.url, api_key: "test", prices: { "*": { input: 1, output: 2 } } } },
		`security: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0, tokens_per_day: 31 } }\n${CACHE}`,
		undefined,
		{ hooks: { finished: (record) => void records.push(record) } },
	);
	const question = { content: "how much" };
	expect(await twice(priced, question)).toEqual(["MISS", "HIT"]);
	expect(await twice(priced, question)).toEqual(["HIT", "HIT"]);
	const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${priced.port}/metrics`)).text();
	await vi.waitFor(
		async () => {
			const text = await metrics();
			expect(text).toContain('cache_requests_total{result="hit"} 3');
			expect(text).toContain('cache_requests_total{result="miss"} 1');
			expect(text).toContain('tokens_total{provider="up",type="input"} 10');
			expect(text).toContain('tokens_total{provider="up",type="output"} 20');
			expect(text).toContain('cost_usd_total{provider="up"} 0.00005');
			expect(text).toMatch(/cache_stored_bytes [1-9]/);
		},
		{ timeout: 60_000 },
	);
	expect(records.map(({ cache, provider, tokens }) => [cache, provider, tokens])).toEqual([
		["miss", "up", { input: 10, output: 20 }],
		...Array.from({ length: 3 }, () => ["hit", "", undefined]),
	]);
	await priced.drain();
});
