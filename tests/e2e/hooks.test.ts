import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigError, createProxy as createFromPackage } from "../../src/api.ts";
import type { InteractionRecord } from "../../src/audit/audit-record.ts";
import type { HookRequest, Hooks, JudgedPrompt } from "../../src/hooks/hooks.ts";
import type { Proxy } from "../../src/proxy.ts";
import { type ChatAnswer, chatStream } from "../support/chat-client.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";

const TIMEOUT_MS = 200;
/** What the proxy's hooks do in this test. */
let hooks: Hooks;
let upstream: MockUpstream;
let proxy: Proxy;
const logged: { fields: object; message: string }[] = [];

beforeAll(async () => {
	upstream = await startChatUpstream(["Write to jane.doe@example.com today."]);
	const error = (fields: object, message: string): void => void logged.push({ fields, message });
	proxy = await startProxy({ up: { type: "openai", base_url: upstream.url } }, "", undefined, {
		logger: { debug: () => {}, info: () => {}, warn: () => {}, error },
		hooks: {
			timeoutMs: TIMEOUT_MS,
			authenticate: (request) => hooks.authenticate?.(request) ?? { id: "user:default" },
			request: (request) => hooks.request?.(request),
			prompt: (prompt) => hooks.prompt?.(prompt),
			finished: (record) => hooks.finished?.(record),
		},
	});
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
});
beforeEach(() => {
	hooks = {};
	upstream.requests.length = 0;
	logged.length = 0;
});

const ask = (text = "hi"): Promise<ChatAnswer> => chatStream(proxy.port, text);

test("each phase sees what is known by then, and none sees the text that was found", async () => {
	const seen: unknown[] = [];
	const record = new Promise<InteractionRecord>((resolve) => {
		hooks = {
			authenticate: (request: HookRequest) => {
				seen.push(request);
				return { id: "user:alice" };
			},
			request: ({ caller, body }) => void seen.push([caller, Buffer.from(body).toString().includes("555-2671")]),
			prompt: (prompt: JudgedPrompt) => void seen.push(prompt),
			finished: resolve,
		};
	});
	expect(await ask("please phone (415) 555-2671")).toMatchObject({ status: 200, isDone: true });
	const requestId = (seen[0] as HookRequest).requestId;
	expect(seen).toMatchObject([
		{ method: "POST", path: "/v1/chat/completions", address: "127.0.0.1", headers: { "content-type": "application/json" } },
		["user:alice", true],
		{ requestId, caller: "user:alice", model: "m", action: "redact", findings: { phone: 1 } },
	]);
	const finished = await record;
	expect(finished).toMatchObject({ requestId, subject: "user:alice", outcome: "complete", response: { findings: { email: 1 } } });
	expect(JSON.stringify([seen[2], finished])).not.toMatch(/555-2671|jane/);
});

test("a hook's refusal reaches the client with its message and status, and nothing goes upstream", async () => {
	const REFUSALS: readonly [Hooks, number][] = [
		[{ authenticate: () => ({ refuse: "Log in.", status: 401 }) }, 401],
		[{ request: () => ({ refuse: "Log in." }) }, 403],
		[{ prompt: async () => ({ refuse: "Log in.", status: 409 }) }, 409],
	];
	for (const [phase, status] of REFUSALS) {
		hooks = phase;
		const answer = await ask();
		expect(answer).toMatchObject({ status, error: { code: "hook_refused", message: "Log in." }, headers: { "x-should-retry": "false" } });
	}
	expect(upstream.requests).toHaveLength(0);
});

describe("a hook that fails ends the request before anything goes upstream", () => {
	const FAILURES: readonly [string, () => never | Promise<never>][] = [
		[
			"throws",
			() => {
				throw new TypeError("secret-4711");
			},
		],
		["rejects", () => Promise.reject(new Error("secret-4711"))],
		[
			"throws no error",
			() => {
				throw "secret-4711";
			},
		],
		["never answers", () => new Promise(() => undefined)],
		["returns nonsense", () => 7 as never],
		["returns a name that is no text of whole characters", () => ({ id: "a\ud800" }) as never],
		["returns a refusal with a status that is none", () => ({ refuse: "no", status: 200 }) as never],
	];
	const PHASES = ["authenticate", "request", "prompt"] as const;
	test.each(PHASES.flatMap((phase) => FAILURES.map(([name, hook]) => ({ phase, name, hook }))))("$phase $name", async ({ phase, hook }) => {
		hooks = { [phase]: hook };
		expect(await ask()).toMatchObject({ status: 503, error: { code: "hook_failed" } });
		expect(upstream.requests).toHaveLength(0);
		expect(logged).toMatchObject([{ message: "hook failed", fields: { phase } }]);
		expect(JSON.stringify(logged)).not.toContain("4711");
		const metrics = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text();
		expect(metrics).toMatch(new RegExp(`secure_llm_proxy_hook_failures_total\\{phase="${phase}"\\} [1-9]`));
	});
});

test("a sink that fails is logged, and the answer is out already", async () => {
	hooks = { finished: () => Promise.reject(new RangeError("secret-4711")) };
	expect(await ask()).toMatchObject({ status: 200, isDone: true });
	await vi.waitFor(
		() => expect(logged).toEqual([{ message: "hook failed", fields: { phase: "finished", reason: "threw RangeError" } }]),
		60_000,
	);
});

test("callers of an authenticate hook have their models and limits, and their credential stays here", async () => {
	hooks = { authenticate: () => ({ id: "user:bob", models: ["other"], limits: { requestsPerMinute: 2 } }) };
	expect(await ask()).toMatchObject({ status: 403, error: { code: "model_not_allowed" } });
	hooks = { authenticate: () => ({ id: "user:bob", limits: { requestsPerMinute: 2 } }) };
	const call = (): Promise<Response> =>
		fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
			method: "POST",
			headers: { authorization: "Bearer session-of-bob" },
			body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hi" }] }),
		});
	expect((await call()).status).toBe(200);
	expect(upstream.requests[0]?.headers).not.toHaveProperty("authorization");
	expect((await call()).status).toBe(429);
});

test("the package's createProxy names every fault of a configuration, and starts nothing", async () => {
	const starting = createFromPackage({ server: { port: 70_000 }, security: { nonsense: true } as object });
	const error = await starting.catch((fault: unknown) => fault);
	expect(error).toBeInstanceOf(ConfigError);
	expect((error as ConfigError).faults.map(({ path }) => path)).toEqual(["server.port", "security.nonsense"]);
});

test("createProxy says in the program's log what is probably not meant, at the start and at a reload", async () => {
	const warned: object[] = [];
	const logger = { debug: () => {}, info: () => {}, warn: (fields: object) => void warned.push(fields), error: () => {} };
	vi.stubEnv("UP_KEY", "");
	vi.stubEnv("LLM_API_KEY", "");
	const { audit } = proxyConfig(upstream.url);
	const fixed = { server: { host: "127.0.0.1", port: 0, workers: 1 }, audit: { dir: audit.dir } };
	const program = await createFromPackage(fixed, { logger });
	expect(warned).toMatchObject([{ path: "llm_providers", message: expect.stringContaining("names no provider") }]);
	await program.reload({ ...fixed, llm_providers: { up: { type: "openai", base_url: upstream.url, api_key: `\${UP_KEY}` } } });
	expect(warned.slice(1)).toMatchObject([{ path: "llm_providers.up.api_key" }]);
	await program.close();
	vi.unstubAllEnvs();
});
