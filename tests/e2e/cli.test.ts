import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CertificateAuthority } from "../support/certificates.ts";
import { chat } from "../support/chat-client.ts";
import { CommandLine } from "../support/command-line.ts";
import { freePort } from "../support/free-port.ts";
import { startMockUpstream } from "../support/mock-upstream.ts";

let line: CommandLine;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
});
afterAll(() => line?.close());

const demo = (name: string, server: string): string =>
	line.file(
		name,
		`server: { host: 127.0.0.1, workers: 1, ${server} }\nllm_providers: { demo: { type: demo } }\naudit: { dir: "${line.folder}/${name}-audit" }`,
	);

test("health follows the proxy's life", async () => {
	const port = await freePort();
	const file = demo("health.yaml", `port: ${port}`);
	expect(await line.run(["health", "--config", file])).toMatchObject({ code: 1, err: expect.stringContaining(`127.0.0.1:${port}/health`) });
	const proxy = await line.serve(file);
	const { code, out } = await line.run(["health", "--config", file]);
	expect({ code, health: JSON.parse(out) }).toMatchObject({ code: 0, health: { status: "ok" } });
	proxy.child.kill("SIGTERM");
	expect(await proxy.exited).toEqual([0, null]);
	expect((await line.run(["health", "--config", demo("wrong.yaml", "port: 70000")])).code).toBe(2);
});

test("doctor says what would fail and what to do, and exits 1 only then", async () => {
	const good = demo("doctor.yaml", `port: ${await freePort()}`);
	const well = await line.run(["doctor", "--config", good]);
	expect({ code: well.code, err: well.err }).toEqual({ code: 0, err: "" });
	expect(well.out).toMatch(/^ok {7}provider demo: embedded$/m);
	expect(well.out).toMatch(/^ok {7}1 policy compiled, the scanner loads$/m);
	const bad = line.file(
		"ill.yaml",
		`server: { host: 127.0.0.1, port: ${await freePort()}, workers: 1 }
llm_providers: { gone: { type: openai, base_url: "http://127.0.0.1:${await freePort()}/v1", api_key: secret-4711 } }
shared_state: { redis_url: "redis://127.0.0.1:${await freePort()}" }
audit: { dir: "${good}/audit" }
admin: { keys_file: "${good}.keys" }
security: { consent: { file: "${good}" } }`,
	);
	const { code, out } = await line.run(["doctor", "--json", "--config", bad]);
	const failures = JSON.parse(out).filter(({ state }: { state: string }) => state === "failure");
	expect(code).toBe(1);
	expect(failures.map(({ what }: { what: string }) => what)).toEqual([
		expect.stringContaining(`audit folder ${good}/audit cannot be written`),
		`admin.keys_file ${good}.keys cannot be read (ENOENT)`,
		`${good} is not JSON; correct it, or restore it from a copy`,
		expect.stringContaining("Redis does not answer"),
		"provider gone: upstream_unreachable (ECONNREFUSED)",
	]);
	expect(failures.every(({ remedy }: { remedy: string }) => remedy !== "")).toBe(true);
	expect(out).not.toContain("4711");
});

test.each([
	["", "ok", "provider up answers; callers bring their own key"],
	["security: { auth: { mode: api_key, keys_file: KEYS } }", "failure", "provider up wants a key and gets none (401)"],
])("a provider's key whose variable is not set is a warning of serve, check and doctor that says what to do", async (auth, state, what) => {
	const upstream = await startMockUpstream((response) => void response.writeHead(401).end("{}"));
	const keys = line.file("client-keys.json", '{ "keys": [] }');
	const provider = `llm_providers: { up: { type: openai, base_url: "${upstream.url}", api_key: "\${UP_KEY}" } }`;
	const file = line.file(
		"no-key.yaml",
		`server: { host: 127.0.0.1, port: 0, workers: 1 }\n${provider}\naudit: { dir: "${line.folder}/no-key-audit" }\n${auth.replace("KEYS", keys)}`,
	);
	const env = { UP_KEY: "", LLM_API_KEY: "" };
	const message = expect.stringMatching(/is empty, as the environment variable UP_KEY is not set: .* \(line 2\)/);
	const remedy = `Set UP_KEY or LLM_API_KEY, or write \${UP_KEY:-} if that is meant.`;
	const checked = await line.run(["check", "--config", file], env);
	expect(checked).toMatchObject({ code: 0, err: expect.stringContaining(remedy) });
	expect(checked.err).toContain("warning: llm_providers.up.api_key is empty");
	const examined = JSON.parse((await line.run(["doctor", "--json", "--config", file], env)).out);
	expect(examined).toContainEqual({ state: "warning", what: expect.stringContaining("llm_providers.up.api_key is empty"), remedy });
	expect(examined).toContainEqual({ state, what, remedy: state === "ok" ? "" : "Set llm_providers.up.api_key." });
	const proxy = await line.serve(file, env);
	expect(await proxy.logged("configuration")).toMatchObject({ path: "llm_providers.up.api_key", message, remedy });
	proxy.child.kill("SIGTERM");
	await proxy.exited;
	upstream.close();
});

test("health asks over TLS, and shows the proxy's own certificate where clients need one", async () => {
	const ca = new CertificateAuthority();
	const { certFile, keyFile } = ca.issue("proxy");
	for (const more of ["", `, client_ca_file: ${ca.certFile}`]) {
		const file = demo("tls.yaml", `port: ${await freePort()}, tls: { cert_file: ${certFile}, key_file: ${keyFile}${more} }`);
		const proxy = await line.serve(file);
		expect(await line.run(["health", "--config", file])).toMatchObject({ code: 0, err: "" });
		proxy.child.kill("SIGTERM");
		expect(await proxy.exited).toEqual([0, null]);
	}
});

test("after SIGTERM a replica is not ready but serves on for drain_delay_ms", async () => {
	const proxy = await line.serve(demo("delay.yaml", "port: 0, drain_delay_ms: 600000"));
	proxy.child.kill("SIGTERM");
	await proxy.logged("draining");
	expect((await fetch(`http://127.0.0.1:${proxy.port}/readyz`)).status).toBe(503);
	expect(await chat(proxy.port, "hello", true)).toMatchObject({ status: 200, isDone: true });
	proxy.child.kill("SIGTERM");
	expect(await proxy.exited).toEqual([1, null]);
});

test.each([
	["a key that is not known", "server: { prot: 1 }", "server.prot: is not a known key (line 1) — "],
	["a value of the wrong type", "server: { port: true }", "server.port: "],
	["a pattern without bound", "security: { pii_protection: { custom_patterns: [{ name: a, pattern: 'a+' }] } }", "security pattern 'a': "],
	["a file that is not YAML", "server: [", "configuration: "],
])("check refuses %s and names it", async (_what, yaml, message) => {
	const { code, out, err } = await line.run(["check", "--config", line.file("faulty.yaml", yaml)]);
	expect({ code, out }).toEqual({ code: 2, out: "" });
	expect(err).toContain(message);
});

test("check says what answers wait for, and how a pattern of one's own could be cheaper", async () => {
	const yaml = `security:
  blocked_phrases: [the secret recipe]
  pii_protection: { custom_patterns: [{ name: part, pattern: '[a-z]{2}\\d{4}' }, { name: badge, pattern: 'badge (?<value>[A-Z]\\d{5})' }] }`;
	const { code, out } = await line.run(["check", "--config", line.file("costs.yaml", yaml)]);
	expect(code).toBe(0);
	expect(out).toMatch(/all together +\d+\.\d %/);
	expect(out).toMatch(/part .*it may begin inside a word/);
	expect(out).toMatch(/blocked_phrase_1 .*a word that stands in every text/);
	expect(out).not.toContain("badge");
	// A shipped pattern is nobody's to change.
	expect(out.match(/% {3}it /g)).toHaveLength(2);
});

test("check warns of what may be elsewhere while it looks, and without which the proxy does not start", async () => {
	const audit = `{ dir: "${line.folder}/missing-audit" }`;
	for (const [path, yaml] of [
		["security.auth.keys_file", "security: { auth: { mode: api_key, keys_file: /nowhere/keys.json } }"],
		["admin.keys_file", "admin: { keys_file: /nowhere/keys.json }"],
		["cache.store", "cache: { enabled: true, store: redis, redis_url: 'redis://127.0.0.1:1' }"],
	] as const) {
		const file = line.file(
			"missing.yaml",
			`server: { port: 0, workers: 1 }\naudit: ${audit}\nllm_providers: { up: { type: demo } }\n${yaml}\n`,
		);
		const env = { SECURE_LLM_PROXY_SECRET_KEY: "" };
		const checked = await line.run(["check", "--config", file], env);
		expect(checked).toMatchObject({
			code: 0,
			err: expect.stringMatching(new RegExp(`^warning: ${path} .*does not start without it`, "m")),
		});
		expect(await line.run(["serve", "--config", file], env)).toMatchObject({ code: 2, err: expect.stringContaining(path) });
	}
	const sealed = { SECURE_LLM_PROXY_SECRET_KEY: "a secret of this test" };
	expect((await line.run(["check", "--config", `${line.folder}/missing.yaml`], sealed)).err).not.toContain("warning");
});

test("scan tells clean, found and unreadable apart", async () => {
	const clean = line.file("clean.txt", "nothing to see");
	const found = line.file("found.txt", "write to\njane.doe@example.com");
	expect(await line.run(["scan", clean])).toEqual({ code: 0, out: "", err: "" });
	expect(await line.run(["scan", clean, found])).toMatchObject({ code: 1, out: expect.stringMatching(/found\.txt:2:1 {2}email {2}/) });
	expect(await line.run(["scan", `${line.folder}/absent`])).toMatchObject({ code: 2, err: expect.stringContaining("ENOENT") });
});

/** A folder that cannot be: a file stands in its place. Root may write everywhere else. */
const places = (): Readonly<Record<string, string>> => {
	const file = line.file("a-file", "no folder");
	return { file, inFile: `${file}/inside`, absent: `${line.folder}/absent`, config: demo("places.yaml", "port: 0") };
};

test.each([
	["serve", ({ config = "", inFile = "" }) => ["serve", "--config", withAudit(config, inFile)]],
	["keys create", ({ inFile = "" }) => ["keys", "create", "--file", `${inFile}/keys.json`, "--dir", `${inFile}/audit`]],
	["keys list", ({ inFile = "" }) => ["keys", "list", "--file", inFile]],
	["keys list", ({ file = "" }) => ["keys", "list", "--file", file]],
	["keys revoke", ({ absent = "" }) => ["keys", "revoke", "x", "--file", absent]],
	["audit verify", ({ inFile = "" }) => ["audit", "verify", "--dir", inFile]],
	["audit query", ({ file = "" }) => ["audit", "query", "--dir", file]],
	["audit query", ({ absent = "" }) => ["audit", "query", "--dir", absent, "--action", "deny"]],
	["audit prove", ({ absent = "" }) => ["audit", "prove", "--dir", absent, "--record", "0"]],
	["audit export", ({ inFile = "" }) => ["audit", "export", "--dir", inFile, "--subject", "key:x"]],
	["audit erase", ({ absent = "" }) => ["audit", "erase", "--dir", absent, "--subject", "key:x"]],
	["audit rotate", ({ inFile = "" }) => ["audit", "rotate", "--dir", inFile]],
	["consent list", ({ file = "" }) => ["consent", "list", "--file", file]],
	["consent revoke", ({ inFile = "" }) => ["consent", "revoke", "x", "--file", inFile, "--dir", inFile]],
	["report", ({ file = "" }) => ["report", "--dir", file]],
	["packs verify", ({ absent = "" }) => ["packs", "verify", absent, "--key", "abc"]],
	["packs sign", ({ file = "" }) => ["packs", "sign", file, "--key", file]],
	["packs sign", ({ absent = "" }) => ["packs", "sign", absent, "--key", absent]],
	["packs rollback", ({ file = "" }) => ["packs", "rollback", "x", "--dir", file]],
	["packs list", ({ file = "" }) => ["packs", "list", "--dir", file]],
	["scan", ({ inFile = "" }) => ["scan", inFile]],
	["scan", ({ absent = "" }) => ["scan", "--config", absent, "-"]],
	["health", ({ file = "" }) => ["health", "--config", file]],
	["report", ({ absent = "" }) => ["report", "--dir", absent, "--out", "report.pdf"]],
] as const)("%s with a file or folder that is none ends with 2, one line that says what to do, and no trace", async (_what, words) => {
	const { code, out, err } = await line.run(words(places()));
	expect({ code, out }).toEqual({ code: 2, out: "" });
	expect(err.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
	expect(err).not.toMatch(/\n {4}at |node:internal|undefined|\[object/);
	// What to do follows a dash, a semicolon or a colon.
	expect(err).toMatch(/ — .|; .|--[a-z]+/);
});

function withAudit(config: string, dir: string): string {
	return line.file("audit-place.yaml", readFileSync(config, "utf8").replace(/audit: .*/, `audit: { dir: "${dir}" }`));
}

test("a command whose reader has seen enough ends quietly", async () => {
	const file = line.file("many.txt", "write to jane.doe@example.com\n".repeat(4000));
	const { status, stdout, stderr } = spawnSync("bash", ["-c", 'node dist/main.js scan "$0" | head -n 1; exit $PIPESTATUS', file], {
		encoding: "utf8",
	});
	expect({ status, stderr }).toEqual({ status: 141, stderr: "" });
	expect(stdout).toMatch(/^\S+many\.txt:1:10 +email /);
});

test.each([
	["scan", "config/demo.yaml"],
	["check", "--config config/demo.yaml"],
	["report", "--from 1d --dir $0/demo-audit"],
	["keys", "create --name a --file $0/full-keys.json --dir $0/full-audit"],
])("an answer that the disk does not take is none, and is said in one line: %s", async (command, words) => {
	demo("demo", "port: 0");
	const { child, exited } = await line.serve(`${line.folder}/demo`);
	child.kill("SIGTERM");
	await exited;
	const { status, stderr } = spawnSync("bash", ["-c", `node dist/main.js ${command} ${words} > /dev/full`, line.folder], {
		encoding: "utf8",
	});
	expect({ status, last: stderr.trim().split("\n").at(-1) }).toEqual({
		status: 2,
		last: "secure-llm-proxy: standard output cannot be written (ENOSPC). What the command did besides is done.",
	});
});

test.each([
	["in colours", {}, "\u001b[1m-:1:1\u001b[22m  \u001b[33memail"],
	["without them where NO_COLOR is set", { NO_COLOR: "1" }, "-:1:1  email"],
	["without them where the terminal has none", { TERM: "dumb" }, "-:1:1  email"],
])("scan at a terminal says that it waits for what is typed, and answers %s", (_how, env, finding) => {
	const { stdout } = spawnSync("script", ["-qec", "node dist/main.js scan", "/dev/null"], {
		input: "jane.doe@example.com\n\x04",
		encoding: "utf8",
		// Nothing else of the caller's: NO_COLOR, FORCE_COLOR and CI decide too.
		env: { PATH: process.env["PATH"], TERM: "xterm-256color", ...env },
	});
	expect(stdout).toContain("Ctrl-D ends it");
	expect(stdout).toContain(finding);
});
