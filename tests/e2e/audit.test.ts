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
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

let upstream: MockUpstream;

beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(["Write to jane.doe", "@example.com today."]).join(""));
	});
});
afterAll(() => upstream.close());

const newDir = (): string => mkdtempSync(join(tmpdir(), "audit-"));

function recordsIn(dir: string): { raw: string; records: Record<string, unknown>[] } {
	const raw = segmentsOf(readdirSync(dir))
		.map(({ name }) => readFileSync(join(dir, name), "utf8"))
		.join("");
	const lines = raw.trimEnd().split("\n");
	return { raw, records: lines.map((line) => JSON.parse(line)).filter((record) => record.type === "interaction") };
}

function linesIn(dir: string): number {
	const names = segmentsOf(readdirSync(dir));
	return names.reduce((sum, { name }) => sum + readFileSync(join(dir, name), "utf8").split("\n").length - 2, 0);
}

async function withProxy(dir: string, use: (proxy: Proxy) => Promise<void>): Promise<void> {
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}" }`);
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
			prompt: { action: "redact", findings: { phone: 1 } },
			response: { findings: { email: 1 } },
		},
		{ outcome: "complete", prompt: { action: "allow", findings: {} } },
	]);
	expect(raw).not.toMatch(/jane|555-2671|hello|127\.0\.0\.1/);
	expect(records[0]?.["subject"]).toBe(records[1]?.["subject"]);
	expect(verifyLog({ dir: log }).faults).toEqual([]);
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
		await vi.waitFor(() => expect(linesIn(join(dir, "local"))).toBeGreaterThan(before + 3 + round), { timeout: 20_000, interval: 5 });
		child.kill("SIGKILL");
		await once(child, "exit");
		await load;
	}
	await withProxy(dir, async (proxy) => void (await chatStream(proxy.port, "hello")));
	const { faults, size } = verifyLog({ dir: join(dir, "local") });
	expect(faults).toEqual([]);
	expect(size).toBeGreaterThan(12);
});
