import { chownSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import { verifyLog } from "../../src/audit/verify-log.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";

/** The proxy runs as a user of its own, and an operator gives it commands as root. */
const isRoot = process.getuid?.() === 0;
const SERVICE_USER = 10_001;
const SECRET = { SECURE_LLM_PROXY_SECRET_KEY: "a secret of this test" };
let service: CommandLine;
let operator: CommandLine;
let config: string;

beforeAll(() => {
	CommandLine.build();
	service = new CommandLine();
	service.user = SERVICE_USER;
	operator = new CommandLine();
	const { folder } = service;
	chownSync(folder, SERVICE_USER, SERVICE_USER);
	config = operator.file(
		"config.yaml",
		`server: { host: 127.0.0.1, port: 0, workers: 1 }
llm_providers: { demo: { type: demo } }
audit: { dir: "${folder}/audit" }
security:
  auth: { mode: api_key, keys_file: "${folder}/keys/keys.json" }
  consent: { file: "${folder}/consent.json" }
  policies: { lax: { pii_protection: { enabled: false } } }`,
	);
	chownSync(operator.folder, SERVICE_USER, SERVICE_USER);
});
afterAll(() => {
	service?.close();
	operator?.close();
});

const run = async (...words: string[]): Promise<Ran> => {
	const ran = await operator.run([...words, "--config", config], SECRET);
	expect(ran).toMatchObject({ code: 0 });
	return ran;
};
const create = async (): Promise<{ id: string; key: string }> => JSON.parse((await run("keys", "create", "--json")).out);

test.runIf(isRoot)("what root does holds in a proxy that runs as another user, and everything stays that user's", async () => {
	const { id, key } = await create();
	const proxy = await service.serve(config, { ...SECRET, HOME: service.folder });
	const models = async (): Promise<number> => {
		const answer = await fetch(`http://127.0.0.1:${proxy.port}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
		await answer.text();
		return answer.status;
	};
	expect(await models()).toBe(200);
	await run("keys", "revoke", id);
	await vi.waitFor(async () => expect(await models()).toBe(401), { timeout: 60_000, interval: 100 });
	const terms = ["--policy", "lax", "--provider", "demo", "--purpose", "support", "--source", "form"];
	const granted = await run("consent", "grant", "--subject", "key:a", ...terms);
	await run("consent", "revoke", granted.out.trim());
	await run("keys", "rotate", (await create()).id);
	await run("audit", "export", "--subject", `key:${id}`);
	await run("audit", "erase", "--subject", `key:${id}`);
	await run("audit", "query", "--type", "key");
	proxy.child.kill("SIGHUP");
	await proxy.logged("reloaded");
	await vi.waitFor(() => run("audit", "query", "--type", "configuration"), { timeout: 60_000, interval: 200 });
	proxy.child.kill("SIGTERM");
	expect(await proxy.exited).toEqual([0, null]);
	expect(proxy.log.filter((entry) => /"level":50/.test(entry))).toEqual([]);
	const paths = readdirSync(service.folder, { recursive: true, encoding: "utf8" });
	expect(paths.length).toBeGreaterThan(15);
	expect(paths.filter((path) => statSync(join(service.folder, path)).uid !== SERVICE_USER)).toEqual([]);
	expect(verifyLog({ dir: join(service.folder, "audit", "admin") }).faults).toEqual([]);
});

test.runIf(isRoot)("a user that the system knows no name and no home of, as in a container, can do the same", async () => {
	const dir = join(service.folder, "nameless");
	const file = join(dir, "keys.json");
	const nobody = { ...SECRET, HOME: undefined, SECURE_LLM_PROXY_CACHE_DIR: undefined };
	expect(await service.run(["keys", "create", "--file", file, "--dir", join(dir, "audit")], nobody)).toMatchObject({ code: 0 });
	expect([...recordsOf(join(dir, "audit", "admin"))].map(({ type, by }) => [type, by])).toContainEqual(["key", `uid:${SERVICE_USER}`]);
	expect(await service.run(["check", "--config", config], nobody)).toMatchObject({ code: 0 });
});
