import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuilt, startCommand } from "../support/built-proxy.ts";
import { freePort } from "../support/free-port.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-"));
const running = new Set<ChildProcess>();
beforeAll(ensureBuilt);
afterAll(() => {
	for (const child of running) child.kill("SIGKILL");
	rmSync(folder, { recursive: true });
});

function start(...words: string[]) {
	const child = startCommand(words);
	running.add(child);
	child.once("exit", () => running.delete(child));
	return child;
}

async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
	const child = start(...words);
	const [[code], out, err] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
	return { code: code as number, out, err };
}

function configFile(name: string, yaml: string): string {
	const file = join(folder, name);
	writeFileSync(file, yaml);
	return file;
}

test("serve prints one line when it is ready, health follows its life, SIGTERM ends it well", async () => {
	const port = await freePort();
	const file = configFile("demo.yaml", `server: { host: 127.0.0.1, port: ${port}, workers: 1 }\nllm_providers: { demo: { type: demo } }`);
	expect(await run("health", "--config", file)).toMatchObject({ code: 1, err: expect.stringContaining(`127.0.0.1:${port}/health`) });

	const proxy = start("serve", "--config", file);
	const [line] = (await once(createInterface(proxy.stdout), "line")) as [string];
	expect(line).toMatch(new RegExp(`^secure-llm-proxy ready on http://127.0.0.1:${port} `));
	const { code, out } = await run("health", "--config", file);
	expect(JSON.parse(out)).toMatchObject({ status: "ok" });
	expect(code).toBe(0);

	proxy.kill("SIGTERM");
	expect(await once(proxy, "exit")).toEqual([0, null]);
});

test("a reload with a faulty file keeps the old configuration and says why", async () => {
	const yaml = "server: { host: 127.0.0.1, port: 0, workers: 1 }\nllm_providers: { demo: { type: demo } }";
	const file = configFile("reload.yaml", yaml);
	const proxy = start("serve", "--config", file);
	await once(proxy.stdout, "data");
	const log = createInterface(proxy.stderr);
	writeFileSync(file, `${yaml}\nsecurity: { blocked_phrases: [''] }`);
	proxy.kill("SIGHUP");
	const [refused] = (await once(log, "line")) as [string];
	expect(JSON.parse(refused)).toMatchObject({
		msg: "reload refused, the old configuration stays",
		faults: [{ path: "security.blocked_phrases.0", message: "must not be blank" }],
	});
	writeFileSync(file, `${yaml}\nsecurity: { blocked_phrases: ['Project Falcon'] }`);
	proxy.kill("SIGHUP");
	const [reloaded] = (await once(log, "line")) as [string];
	expect(JSON.parse(reloaded)).toMatchObject({ msg: "reloaded" });
	proxy.kill("SIGTERM");
	await once(proxy, "exit");
});

test.each([
	["a key that is not known", "server: { prot: 1 }", "server.prot: is not a known key — "],
	["a value of the wrong type", "server: { port: true }", "server.port: "],
	["a pattern without bound", "security: { pii_protection: { custom_patterns: [{ name: a, pattern: 'a+' }] } }", "security pattern 'a': "],
	["a file that is not YAML", "server: [", "configuration: "],
])("check refuses %s and names it", async (_what, yaml, message) => {
	const { code, out, err } = await run("check", "--config", configFile("faulty.yaml", yaml));
	expect({ code, out }).toEqual({ code: 2, out: "" });
	expect(err).toContain(message);
});

test("scan tells clean, found and unreadable apart", async () => {
	const clean = configFile("clean.txt", "nothing to see");
	const found = configFile("found.txt", "write to\njane.doe@example.com");
	expect(await run("scan", clean)).toEqual({ code: 0, out: "", err: "" });
	expect(await run("scan", clean, found)).toMatchObject({ code: 1, out: expect.stringMatching(/found\.txt:2:1 {2}email {2}/) });
	expect(await run("scan", join(folder, "absent"))).toMatchObject({ code: 2, err: expect.stringContaining("ENOENT") });
});
