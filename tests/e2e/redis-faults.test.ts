import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { updateKeyFile } from "../../src/identity/key-file.ts";
import { parseKey } from "../../src/identity/key-format.ts";
import type { Proxy } from "../../src/proxy.ts";
import { addKey } from "../support/keys.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { RedisServer } from "../support/redis.ts";
import { RedisRelay } from "../support/redis-relay.ts";

/** How a Redis that is still there can fail, and what ends it. */
const FAULTS: readonly (readonly [name: string, begin: () => void, end: () => void])[] = [
	["is full", () => redis.command("config", "set", "maxmemory", "1"), () => redis.command("config", "set", "maxmemory", "0")],
	["is paused", () => redis.command("client", "pause", "600000", "write"), () => redis.command("client", "unpause")],
	["hangs", () => redis.signal("SIGSTOP"), () => redis.signal("SIGCONT")],
	["is late", () => relay.delay(300), () => relay.delay(0)],
	["does not come to an answer", () => relay.delay(600_000), () => relay.delay(0)],
];
/** ms for an answer, of which Redis may take 50 where it would take minutes. A busy machine has the rest. */
const ANSWER_MS = 15_000;
const RECOVERY = { timeout: 60_000, interval: 200 };

let upstream: MockUpstream;
let redis: RedisServer;
let relay: RedisRelay;
let local: Proxy;
let closed: Proxy;
const file = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
/** Callers of one fault. Only the fresh one has a rate. */
const WHO = ["fresh", "spent", "suspended", "revoked"] as const;
const callers: Record<(typeof WHO)[number], string>[] = [];

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const completion_tokens = JSON.parse(body).model === "dear" ? 100 : 1;
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(["hello"], "stop", { prompt_tokens: 1, completion_tokens }).join(""));
	});
	redis = await RedisServer.start("--maxmemory-policy", "noeviction");
	relay = await RedisRelay.start(redis.port);
	const key = (requests_per_minute: number, tokens_per_day: number): Promise<string> =>
		addKey(file, { requests_per_minute, tokens_per_day });
	for (const _ of FAULTS)
		callers.push({ fresh: await key(2, 0), spent: await key(0, 100), suspended: await key(0, 0), revoked: await key(0, 0) });
	const start = (mode: string): Promise<Proxy> => {
		const limits = `rate_limiting: { requests_per_hour: 0, burst_allowance: 0, on_store_failure: ${mode} }`;
		const security = `auth: { mode: api_key, keys_file: "${file}" }, ${limits}, pii_protection: { block_types: [ssn] }, abuse: { blocks: 1 }`;
		return startProxy(upstream.url, `security: { ${security} }\nshared_state: { redis_url: "${relay.url}" }`);
	};
	[local, closed] = await Promise.all([start("local"), start("closed")]);
});
afterAll(async () => {
	await Promise.all([local?.drain(), closed?.drain()]);
	upstream.close();
	relay.close();
	await redis.stop();
});

/** Status, and the error's code. */
async function ask({ port }: Proxy, key: string, { model = "m", content = "hi" } = {}): Promise<string> {
	const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
		method: "POST",
		headers: { authorization: `Bearer ${key}` },
		body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content }] }),
		signal: AbortSignal.timeout(ANSWER_MS),
	});
	const text = await response.text();
	return response.ok ? "200" : `${response.status} ${JSON.parse(text).error.code}`;
}

async function storeOf({ port }: Proxy): Promise<string> {
	const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { readonly limits: { readonly store: string } };
	return health.limits.store;
}

const isFailing = async ({ port }: Proxy): Promise<boolean> =>
	(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).includes("\nsecure_llm_proxy_shared_state_failing 1\n");

test.each(FAULTS.map((fault, i) => [...fault, i] as const))(
	"while Redis %s limits are kept as configured, what was used up, suspended or revoked stays so, and it is said",
	async (_name, begin, end, i) => {
		const { fresh, spent, suspended, revoked } = callers[i] as (typeof callers)[number];
		await vi.waitFor(async () => {
			expect([await ask(closed, revoked), await storeOf(local), await isFailing(local)]).toEqual(["200", "redis", false]);
		}, RECOVERY);
		await ask(local, spent, { model: "dear" });
		await ask(local, suspended, { content: "my SSN is 536-90-4399" });
		await vi.waitFor(async () => expect(await ask(local, spent)).toBe("429 budget_exhausted"), RECOVERY);
		await vi.waitFor(async () => expect(await ask(local, suspended)).toBe("403 caller_suspended"), RECOVERY);

		begin();
		try {
			expect([await ask(local, fresh), await ask(local, fresh), await ask(local, fresh)]).toEqual(["200", "200", "429 rate_limited"]);
			expect(await ask(local, spent)).toBe("429 budget_exhausted");
			expect(await ask(local, suspended)).toBe("403 caller_suspended");
			expect(await ask(closed, revoked)).toBe("503 limits_unavailable");
			await updateKeyFile(file, (keys) =>
				keys.map((key) => (key.id === parseKey(revoked)?.id ? { ...key, revoked: new Date().toISOString() } : key)),
			);
			for (const proxy of [local, closed]) {
				await vi.waitFor(async () => expect(await ask(proxy, revoked)).toBe("401 revoked_credential"), RECOVERY);
				expect([await storeOf(proxy), await isFailing(proxy)]).toEqual(["redis_down", true]);
			}
		} finally {
			end();
		}
		for (const proxy of [local, closed])
			await vi.waitFor(async () => expect([await storeOf(proxy), await isFailing(proxy)]).toEqual(["redis", false]), RECOVERY);
	},
	180_000,
);
