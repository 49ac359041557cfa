import { existsSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import { verifyLog } from "../../src/audit/verify-log.ts";
import { CommandLine, type Serving } from "../support/command-line.ts";
import { addKey } from "../support/keys.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";

/** Every part of the configuration, changed while the proxy runs. Further: policies.test.ts, tls.test.ts, packs.test.ts, routing.test.ts. */
let line: CommandLine;
let upstream: MockUpstream;
let proxy: Serving;
let file: string;

/** JSON is YAML. `audit` differs from the start in nothing unless a test says so. */
const config = (parts: Readonly<Record<string, object>>): string =>
	JSON.stringify({
		llm_providers: { up: { type: "openai", base_url: upstream.url, api_key: "k", models: ["m"] } },
		...parts,
		server: { host: "127.0.0.1", port: 0, workers: 1, ...parts["server"] },
		security: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0 }, ...parts["security"] },
		audit: { dir: `${line.folder}/audit`, ...parts["audit"] },
	});

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	upstream = await startMockUpstream((response, body) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		// Silent until the client has gone.
		if (!body.includes("silence")) response.end(chatEvents(["fine"]).join(""));
		else response.flushHeaders();
	});
	file = line.file("reload.yaml", config({}));
	proxy = await line.serve(file);
});
afterEach(() => reload({}));
afterAll(() => {
	line?.close();
	upstream?.close();
});

const linesWith = (message: string): number => proxy.log.filter((entry) => entry.includes(`"msg":"${message}`)).length;

async function signalled(parts: Readonly<Record<string, object>>, answer: string): Promise<void> {
	const before = linesWith(answer);
	line.file("reload.yaml", config(parts));
	proxy.child.kill("SIGHUP");
	await vi.waitFor(() => expect(linesWith(answer)).toBe(before + 1), { timeout: 60_000, interval: 20 });
}
const reload = (parts: Readonly<Record<string, object>>): Promise<void> => signalled(parts, "reloaded");

const ask = (content = "hello", model = "m", headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
	fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
		method: "POST",
		headers,
		body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content }] }),
	});
const statusOf = async (answer: Promise<Response>): Promise<number> => {
	const response = await answer;
	await response.text();
	return response.status;
};
const from = (address: string): Promise<number> => statusOf(ask("hello", "m", { "x-forwarded-for": address }));

describe("SIGHUP takes over", () => {
	test.each<[string, Readonly<Record<string, object>>, () => Promise<unknown>, unknown, unknown]>([
		["policies", { security: { blocked_phrases: ["purple elephant"] } }, () => statusOf(ask("a purple elephant")), 200, 400],
		[
			"limits",
			{ security: { rate_limiting: { requests_per_hour: 1 } } },
			async () => [await from("a"), await from("a")],
			[200, 200],
			[200, 429],
		],
		["providers, the embedded one too", { llm_providers: { demo: { type: "demo" } } }, () => statusOf(ask("hello", "demo")), 404, 200],
		[
			"routing",
			{ routing: { models: { alias: { targets: [{ provider: "up", model: "m" }] } } } },
			() => statusOf(ask("hello", "alias")),
			404,
			200,
		],
		["the cache's being on", { cache: { enabled: true } }, async () => (await ask()).headers.get("x-cache"), null, "MISS"],
		[
			"administrators and consents",
			{
				admin: { keys_file: "ADMINISTRATORS" },
				security: { consent: { file: "CONSENTS" } },
			},
			() => statusOf(fetch(`http://127.0.0.1:${proxy.port}/admin/consents/jwt:alice`)),
			404,
			401,
		],
		["who calls", { security: { auth: { mode: "api_key", keys_file: "KEYS" } } }, () => statusOf(ask()), 200, 401],
	])("%s", async (_what, parts, see, before, after) => {
		expect(await see()).toEqual(before);
		const files = { KEYS: "keys.json", ADMINISTRATORS: "administrators.json", CONSENTS: "consents.json" };
		let text = JSON.stringify(parts);
		for (const [name, path] of Object.entries(files)) {
			if (!text.includes(`"${name}"`)) continue;
			text = text.replace(name, join(line.folder, path));
			if (name !== "CONSENTS") await addKey(join(line.folder, path));
		}
		await reload(JSON.parse(text));
		expect(await see()).toEqual(after);
	});

	test("recording of content", async () => {
		const requestId = "recorded-without-content";
		const log = join(line.folder, "audit", "local");
		await statusOf(ask("hello", "m", { "x-request-id": requestId }));
		const recorded = (): unknown[] => [...recordsOf(log)].map((record) => record["requestId"]);
		await vi.waitFor(() => expect(recorded()).toContain(requestId), { timeout: 60_000 });
		expect(existsSync(`${log}.content`)).toBe(false);
		await reload({ logging: { sensitive_data_logging: true } });
		await statusOf(ask());
		await vi.waitFor(() => expect(existsSync(`${log}.content`)).toBe(true), { timeout: 60_000 });
	});

	test("trusted proxies", async () => {
		const security = { rate_limiting: { requests_per_hour: 1 } };
		await reload({ security });
		expect([await from("203.0.113.1"), await from("203.0.113.2")]).toContain(429);
		await reload({ security, server: { trusted_proxies: ["127.0.0.1"] } });
		expect([await from("203.0.113.1"), await from("203.0.113.2")]).toEqual([200, 200]);
	});

	test("how often a silent stream says that it is alive", async () => {
		await reload({ server: { keepalive_interval_ms: 20 } });
		const reader = (await ask("silence")).body?.getReader();
		let heard = "";
		while (heard.split("\n\n").length < 5) heard += Buffer.from((await reader?.read())?.value ?? []).toString();
		expect(heard).toMatch(/^(: keep-alive\n\n)+$/);
		await reader?.cancel();
	});

	test("the level of the log", async () => {
		const logged = (requestId: string): boolean => proxy.log.some((entry) => entry.includes(requestId));
		const asked = (requestId: string): Promise<number> => statusOf(ask("hello", "m", { "x-request-id": requestId }));
		line.file("reload.yaml", config({ logging: { level: "ERROR" }, security: { blocked_phrases: ["quiet please"] } }));
		proxy.child.kill("SIGHUP");
		await vi.waitFor(async () => expect(await statusOf(ask("quiet please"))).toBe(400), { timeout: 60_000, interval: 50 });
		await asked("under-error");
		await reload({});
		await asked("under-info");
		await vi.waitFor(() => expect(logged("under-info")).toBe(true), { timeout: 60_000 });
		expect(logged("under-error")).toBe(false);
	});
});

describe("what a reload cannot change", () => {
	test("is said, key by key and without its value, and the rest is taken over", async () => {
		const before = proxy.log.length;
		const secret = ["redis-password", "4711"].join("-");
		await reload({
			server: { max_sessions: 1, workers: 3 },
			shared_state: { redis_url: `redis://:${secret}@127.0.0.1:1` },
			telemetry: { otlp_endpoint: "http://127.0.0.1:1" },
			audit: { dir: `${line.folder}/elsewhere` },
			security: {
				rate_limiting: { on_store_failure: "closed", requests_per_minute: 0, requests_per_hour: 0 },
				blocked_phrases: ["purple"],
			},
		});
		const said = proxy.log.slice(before).map((entry) => JSON.parse(entry) as { msg: string; path?: string; remedy?: string });
		const deferred = said.filter(({ msg }) => msg === "read at start only, the old value holds");
		expect(deferred.map(({ path }) => path)).toEqual([
			"server.workers",
			"server.max_sessions",
			"security.rate_limiting.on_store_failure",
			"shared_state.redis_url",
			"telemetry.otlp_endpoint",
			"audit.dir",
		]);
		expect(deferred.every(({ remedy }) => remedy === "Restart the proxy.")).toBe(true);
		expect(proxy.log.join("\n")).not.toContain(secret);
		expect([await statusOf(ask("purple")), await statusOf(ask())]).toEqual([400, 200]);
		expect(existsSync(`${line.folder}/elsewhere`)).toBe(false);
	});

	test("is refused as a whole where the file has a fault", async () => {
		await signalled({ security: { blocked_phrases: ["purple"], auth: { mode: "api_key", keys_file: "/nonexistent" } } }, "reload refused");
		expect(proxy.log.findLast((text) => text.includes("reload refused"))).toContain("/nonexistent");
		expect(await statusOf(ask("purple"))).toBe(200);
	});
});

describe("the audit trail's log of what operators do", () => {
	const recorded = () => {
		const { username } = userInfo();
		const records = [...recordsOf(join(line.folder, "audit", "admin"))].filter(({ type }) => type === "configuration");
		expect(records.every(({ by, file: of }) => by === username && of === file)).toBe(true);
		return records.map(({ action, faults }) => [action, faults]);
	};

	test("has a reload that was taken and those that were refused, with path and reason and without a value", async () => {
		await reload({});
		const secret = ["value", "4711"].join("-");
		await signalled({ security: { auth: { mode: secret } }, server: { [secret.length]: secret } }, "reload refused");
		await signalled({ security: { auth: { mode: "api_key", keys_file: "/nonexistent" } } }, "reload refused");
		const values = new Array(30).fill({ name: 7 });
		await signalled({ security: { pii_protection: { custom_patterns: values } } }, "reload refused");
		const four = await vi.waitFor(() => {
			const last = recorded().slice(-4);
			expect(last.map(([action]) => action)).toEqual(["taken", "refused", "refused", "refused"]);
			return last;
		}, 60_000);
		const [taken, wrong, absent, many] = four;
		expect(taken).toEqual(["taken", []]);
		expect(wrong).toEqual([
			"refused",
			[expect.stringMatching(/^server\.10: is not a known key/), expect.stringMatching(/^security\.auth\.mode: must be none, /)],
		]);
		expect(absent).toEqual(["refused", [expect.stringContaining("/nonexistent")]]);
		expect(many).toEqual(["refused", expect.arrayContaining([expect.stringMatching(/^\d+ more$/)])]);
		expect(many?.[1]).toHaveLength(21);
		expect(JSON.stringify(recorded())).not.toContain("4711");
		expect(verifyLog({ dir: join(line.folder, "audit", "admin") }).faults).toEqual([]);
	});

	test("is no condition of a reload: one that cannot be recorded is taken, and the log says so", async () => {
		const lock = join(line.folder, "audit", "admin", "lock");
		// One after the other is recorded. With this one those before are: the lock would stop them, too.
		await signalled({ security: { auth: { mode: "unheard of" } } }, "reload refused");
		await vi.waitFor(() => expect([recorded().at(-1)?.[0], existsSync(lock)]).toEqual(["refused", false]), { timeout: 60_000 });
		// A process of another machine has it.
		writeFileSync(lock, JSON.stringify({ host: "elsewhere", pid: 1, started: "1" }));
		await signalled({ security: { blocked_phrases: ["purple"] } }, "reload not recorded in the audit trail");
		rmSync(lock);
		expect(await statusOf(ask("purple"))).toBe(400);
	});
});
