import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { CommandLine, type Serving } from "../support/command-line.ts";

const PATIENCE = { timeout: 60_000, interval: 200 };
let line: CommandLine;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
});
afterAll(() => line?.close());

const configOf = (name: string, more = ""): string =>
	line.file(
		`${name}.yaml`,
		`server: { host: 127.0.0.1, port: 0, workers: 1 }
llm_providers: { demo: { type: demo } }
audit: { dir: "${line.folder}/${name}" }
security: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0 }${more} }`,
	);

async function ask(port: number, key = "none"): Promise<number> {
	const body = JSON.stringify({ model: "demo", messages: [{ role: "user", content: "hello" }] });
	const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
	return (await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", headers, body })).status;
}

/** Why the audit trail could not be written, as the log says it. */
const reasons = ({ log }: Serving): string[] => log.flatMap((entry) => /"kind":"failing","reason":"(.*?)"\}/.exec(entry)?.[1] ?? []);

test("a revocation that could not be read when it came holds as soon as files can be read again", async () => {
	const file = join(line.folder, "keys.json");
	const keys = (...words: string[]) =>
		line.run(["keys", ...words, "--file", file, "--dir", join(line.folder, "keys")], { SECURE_LLM_PROXY_SECRET_KEY: "0".repeat(32) });
	const key = (await keys("create", "--name", "a")).out.trim();
	const serving = await line.serve(configOf("keyed", `, auth: { mode: api_key, keys_file: "${file}" }`));
	expect(await ask(serving.port, key)).toBe(200);
	const pid = String(serving.child.pid);
	const limit = execFileSync("prlimit", ["--pid", pid, "--nofile", "--output=HARD", "--noheadings"], { encoding: "utf8" }).trim();
	execFileSync("prlimit", ["--pid", pid, `--nofile=1:${limit}`]);
	expect((await keys("revoke", key.split("_")[1] ?? "")).code).toBe(0);
	expect(await serving.logged("client keys not reloaded, the old ones stay")).toMatchObject({ fault: `${file} cannot be read (EMFILE)` });
	await sleep(2500);
	execFileSync("prlimit", ["--pid", pid, `--nofile=${limit}:${limit}`]);
	await vi.waitFor(async () => expect(await ask(serving.port, key)).toBe(401), PATIENCE);
	// Said once, however often it was tried.
	expect(serving.log.filter((entry) => entry.includes("client keys not reloaded"))).toHaveLength(1);
	serving.child.kill("SIGTERM");
	await serving.exited;
});

test("a proxy whose log is removed under it takes no more requests, names the file, and goes on once it is put back", async () => {
	const serving = await line.serve(configOf("removed"));
	const segment = join(line.folder, "removed", "local", `${"0".repeat(15)}.jsonl`);
	expect(await ask(serving.port)).toBe(200);
	await vi.waitFor(() => expect(readFileSync(segment, "utf8")).toContain('"interaction"'), PATIENCE);
	const copy = readFileSync(segment);
	rmSync(segment);
	await vi.waitFor(async () => expect(await ask(serving.port)).toBe(503), PATIENCE);
	await vi.waitFor(() => expect(reasons(serving)).toEqual([expect.stringContaining(segment)]), PATIENCE);
	writeFileSync(segment, copy);
	await vi.waitFor(async () => expect(await ask(serving.port)).toBe(200), PATIENCE);
	serving.child.kill("SIGTERM");
	expect(await serving.exited).toEqual([0, null]);
	const verify = await line.run(["audit", "verify", "--dir", join(line.folder, "removed")]);
	expect([verify.code, verify.out]).toEqual([0, expect.stringContaining("local: OK")]);
});

test("a caller's damaged key stops the proxy with a line that names the file, until it is removed", async () => {
	const config = configOf("subjects");
	const subjects = join(line.folder, "subjects", "subjects");
	const first = await line.serve(config);
	await ask(first.port);
	first.child.kill("SIGTERM");
	await first.exited;
	const [name = ""] = readdirSync(subjects, { recursive: true, encoding: "utf8" }).filter((entry) => entry.includes("/"));
	const file = join(subjects, name);
	writeFileSync(file, "damaged");
	const serving = await line.serve(config);
	await vi.waitFor(async () => expect(await ask(serving.port)).toBe(503), PATIENCE);
	const said = [expect.stringMatching(`^${file} cannot be read or is damaged: .*remove it`)];
	await vi.waitFor(() => expect(reasons(serving)).toEqual(said), PATIENCE);
	rmSync(file);
	await vi.waitFor(async () => expect(await ask(serving.port)).toBe(200), PATIENCE);
	serving.child.kill("SIGTERM");
	expect(await serving.exited).toEqual([0, null]);
});
