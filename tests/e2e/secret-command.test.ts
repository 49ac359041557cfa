import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { ConfigError, createProxy, type ProxyConfig } from "../../src/api.ts";
import { ensureBuilt, startCommand } from "../support/built-proxy.ts";

/** The secret that a command prints keys hashes wherever the proxy, the package and the command line make some. */
const folder = mkdtempSync(join(tmpdir(), "secret-"));
const security: ProxyConfig["security"] = { pii_protection: { redaction_strategy: "hash" } };
const TEXT = "to jane@corp.com";
const COMMAND = "SECURE_LLM_PROXY_SECRET_KEY_COMMAND";
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

beforeAll(ensureBuilt);
afterEach(() => {
	vi.unstubAllEnvs();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function scan(): Promise<{ code: number; out: string; err: string }> {
	const config = join(folder, "config.yaml");
	writeFileSync(config, JSON.stringify({ security }));
	const child = startCommand(["scan", "--redact", "--config", config]);
	child.stdin.end(TEXT);
	const [[code], out, err] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
	return { code: code as number, out, err };
}

const start = () =>
	createProxy(
		{ server: { host: "127.0.0.1", port: 0, workers: 1 }, security: { ...security }, audit: { dir: join(folder, "audit") } },
		{ logger: silent },
	);

async function inspected(): Promise<string> {
	const proxy = await start();
	const answer = await fetch(`http://127.0.0.1:${proxy.port}/v1/inspect`, {
		method: "POST",
		body: JSON.stringify({ text: TEXT, direction: "response" }),
	});
	const { redacted_text } = (await answer.json()) as { redacted_text: string };
	await proxy.close();
	return redacted_text;
}

test("scan and the package hash with the secret that the command prints, as with the same secret in the environment", async () => {
	vi.stubEnv("SECURE_LLM_PROXY_SECRET_KEY", "sixteen letters..");
	const { out } = await scan();
	expect(out).toMatch(/^to \S+$/);
	expect(out).not.toContain("jane");
	vi.stubEnv("SECURE_LLM_PROXY_SECRET_KEY", undefined);
	vi.stubEnv(COMMAND, "echo 'sixteen letters..'");
	expect(await scan()).toMatchObject({ code: 1, out });
	expect(await inspected()).toBe(out);
});

test("a command that fails is a fault of both", async () => {
	vi.stubEnv(COMMAND, "exit 3");
	expect(await scan()).toMatchObject({ code: 2, err: expect.stringContaining(`${COMMAND} ended with exit code 3`) });
	const error = await start().catch((fault: unknown) => fault);
	expect(error).toBeInstanceOf(ConfigError);
	expect((error as ConfigError).faults.map(({ path }) => path)).toEqual(["environment"]);
});
