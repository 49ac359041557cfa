import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { segmentsOf } from "../../src/audit/segment.ts";
import { verifyLog } from "../../src/audit/verify-log.ts";
import type { Proxy } from "../../src/proxy.ts";
import { chatStream } from "../support/chat-client.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";
import { rawExchange } from "../support/raw-client.ts";

let upstream: MockUpstream;

beforeAll(async () => {
	upstream = await startChatUpstream(["Write to jane.doe", "@example.com today."]);
});
afterAll(() => upstream.close());

const newDir = (): string => mkdtempSync(join(tmpdir(), "audit-"));

type Line = Record<string, unknown>;

function recordsIn(dir: string): { raw: string; records: Line[]; all: Line[] } {
	const raw = segmentsOf(readdirSync(dir))
		.map(({ name }) => readFileSync(join(dir, name), "utf8"))
		.join("");
	const lines: Line[] = raw
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
	const all = lines.filter(({ type }) => type !== undefined);
	return { raw, all, records: all.filter(({ type }) => type === "interaction") };
}

function linesIn(dir: string): number {
	const names = segmentsOf(readdirSync(dir));
	return names.reduce((sum, { name }) => sum + readFileSync(join(dir, name), "utf8").split("\n").length - 2, 0);
}

async function withProxy(
	dir: string,
	use: (proxy: Proxy) => Promise<void>,
	{ yaml = "", server }: { yaml?: string; server?: Record<string, unknown> } = {},
): Promise<void> {
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}" }\n${yaml}`, undefined, server === undefined ? {} : { server });
	await use(proxy);
	await proxy.drain();
}

test("every request leaves one record that says what was decided and holds no text, and the log verifies after the drain", async () => {
	const dir = newDir();
	await withProxy(dir, async (proxy) => {
		await chatStream(proxy.port, "please phone (415) 555-2671");
		await chatStream(proxy.port, "hello");
	});
	const log = join(dir, "local");
	const { raw, records } = recordsIn(log);
	expect(records).toMatchObject([
		{
			outcome: "complete",
			status: 200,
			model: "m",
			provider: "up",
			attempts: [{ provider: "up", model: "m", result: "200" }],
			prompt: { action: "redact", findings: { phone: 1 } },
			response: { findings: { email: 1 } },
		},
		{ outcome: "complete", prompt: { action: "allow", findings: {} } },
	]);
	expect(raw).not.toMatch(/jane|555-2671|hello|127\.0\.0\.1/);
	expect(records[0]?.["subject"]).toBe(records[1]?.["subject"]);
	expect(verifyLog({ dir: log }).faults).toEqual([]);
});

test("a drain that answers get no time in leaves the records theirs", async () => {
	const dir = newDir();
	const callers = 400;
	const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hello" }] });
	const ask = async (proxy: Proxy): Promise<void> => {
		// Each caller's first record needs a key on disk, so that many are not written yet.
		const from = (i: number): string => `203.0.${i >> 8}.${i & 255}`;
		const url = `http://127.0.0.1:${proxy.port}/v1/chat/completions`;
		const asked = Array.from({ length: callers }, (_, i) => fetch(url, { method: "POST", body, headers: { "x-forwarded-for": from(i) } }));
		await Promise.all(asked.map(async (answer) => (await answer).text()));
	};
	await withProxy(dir, ask, { server: { drain_timeout_ms: 1, trusted_proxies: ["127.0.0.1"] } });
	expect(recordsIn(join(dir, "local")).records).toHaveLength(callers);
});

test("a process killed at any moment under load keeps every acknowledged record, and the chain goes on", async () => {
	const dir = newDir();
	const config = join(newDir(), "config.yaml");
	writeFileSync(
		config,
		`server: { host: 127.0.0.1, port: 0 }\naudit: { dir: "${dir}" }\nllm_providers: { up: { type: openai, base_url: "${upstream.url}", api_key: k } }\nlogging: { level: ERROR }\nsecurity: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0 } }\n`,
	);
	for (let round = 0; round < 3; round++) {
		const child = spawn(process.execPath, ["dist/main.js", "serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
		const [line] = (await once(child.stdout, "data")) as [Buffer];
		const port = Number(/:(\d+) /.exec(line.toString())?.[1]);
		const load = Promise.allSettled(
			Array.from({ length: 6 }, async () => {
				for (;;) await chatStream(port, "hello");
			}),
		);
		const before = linesIn(join(dir, "local"));
		await vi.waitFor(() => expect(linesIn(join(dir, "local"))).toBeGreaterThan(before + 3 + round), { timeout: 60_000, interval: 5 });
		const written = linesIn(join(dir, "local"));
		child.kill("SIGKILL");
		await once(child, "exit");
		await load;
		await withProxy(dir, async (proxy) => void (await chatStream(proxy.port, "hello")));
		const { faults, size } = verifyLog({ dir: join(dir, "local") });
		expect(faults).toEqual([]);
		expect(size).toBeGreaterThan(written);
	}
});

test("a record says where each finding was, how long each part took and by which policy, but never what was found", async () => {
	const dir = newDir();
	await withProxy(dir, async (proxy) => void (await chatStream(proxy.port, "phone (415) 555-2671 and (415) 555-2672")));
	const [record] = recordsIn(join(dir, "local")).records;
	expect(record).toMatchObject({
		policy: { name: "default", version: expect.stringMatching(/^[0-9a-f]{16}$/) },
		laneMoves: 0,
		prompt: {
			details: [
				{ type: "phone", channel: "text:0", from: 6, to: 20, score: expect.any(Number), action: "redact" },
				{ type: "phone", channel: "text:0", from: 25, to: 39, action: "redact" },
			],
		},
		response: { details: [{ type: "email", channel: expect.stringContaining("content"), from: 9, to: 29, action: "redact" }] },
		durationMs: expect.any(Number),
		promptMs: expect.any(Number),
		upstreamMs: expect.any(Number),
		firstByteMs: expect.any(Number),
		longestHoldMs: expect.any(Number),
	});
});

test("what is refused before it becomes a session is recorded too, a flood of it as one number, beside start and stop", async () => {
	const dir = newDir();
	let tooLarge: string | null = null;
	await withProxy(
		dir,
		async ({ port }) => {
			const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`, init);
			// Within ten seconds, which one number is for.
			await Promise.all(Array.from({ length: 20 }, () => ask("/v1/chat/completions", { method: "POST", body: "{}" })));
			await ask("/nowhere/jane.doe@example.com");
			tooLarge = (await ask("/v1/chat/completions", { method: "POST", body: "x".repeat(4000) })).headers.get("x-request-id");
			await rawExchange(port, ["POST /v1/chat/completions HTTP/1.1\r\nHost: a test\r\nContent-Length: 0\r\n\r\n"]);
		},
		{
			server: { max_request_size: 2000 },
			yaml: "security: { auth: { mode: jwt, jwks_url: 'http://127.0.0.1:9/', issuer: i, audience: a } }",
		},
	);
	const { raw, all } = recordsIn(join(dir, "local"));
	const count = (outcome: string): number =>
		all
			.filter((record) => record["type"] === "refusal" && record["outcome"] === outcome)
			.reduce((sum, { count }) => sum + Number(count), 0);
	expect(["missing_credential", "route_not_found", "request_too_large", "bad_framing"].map(count)).toEqual([20, 1, 1, 1]);
	expect(all.filter(({ outcome }) => outcome === "missing_credential")).toHaveLength(2);
	expect(all.find(({ outcome }) => outcome === "request_too_large")).toMatchObject({ requestId: tooLarge });
	expect([all[0]?.["type"], all.at(-1)?.["type"]]).toEqual(["start", "stop"]);
	expect(raw).not.toMatch(/jane|127\.0\.0\.1/);
});

test("a record has tokens, cost and moves between lanes; the death of a lane and a reload are records too", async () => {
	const dir = newDir();
	const deaths = newDir();
	process.env["LANE_DEATHS"] = deaths;
	writeFileSync(join(deaths, "0.throw.data.600"), "");
	const usage = { prompt_tokens: 30, completion_tokens: 20 };
	const vendor = await startChatUpstream(["Write to jane.doe", "@example.com today.", " Or not."], usage);
	const providers = { up: { type: "openai", base_url: vendor.url, api_key: "k", prices: { "*": { input: 100, output: 1000 } } } };
	const yaml = `audit: { dir: "${dir}" }`;
	const proxy = await startProxy(providers, yaml, new URL("../support/mortal-lane-worker.ts", import.meta.url), { server: { workers: 2 } });
	await chatStream(proxy.port, "hello");
	const changed = `${yaml}\nsecurity: { pii_protection: { block_types: [ssn] } }`;
	expect(await proxy.reload(proxyConfig(providers, changed, { server: { workers: 2 } }))).toEqual({ ok: true });
	await chatStream(proxy.port, "hello");
	await proxy.drain();
	vendor.close();
	const { all, records } = recordsIn(join(dir, "local"));
	const [before, after] = records as [Line, Line];
	expect(before).toMatchObject({ outcome: "complete", laneMoves: 1, tokens: { input: 30, output: 20 } });
	expect(before["costUsd"]).toBeCloseTo(0.023);
	expect([before["textBytes"], before["heldBytes"]]).toEqual([44, expect.any(Number)]);
	expect(all.filter(({ type }) => type === "lane").map(({ event }) => event)).toContain("died");
	const [reload] = all.filter(({ type }) => type === "reload");
	const versions = [before, after].map(({ policy }) => (policy as { version: string }).version);
	expect(versions).toEqual([expect.not.stringMatching(String(reload?.["policy"])), reload?.["policy"]]);
});
