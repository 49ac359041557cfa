import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CertificateAuthority } from "../support/certificates.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { freePort } from "../support/free-port.ts";

let line: CommandLine;
/** A folder with a sound log `local`. */
let sound: string;
beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	sound = join(line.folder, "sound");
	const { child, exited } = await line.serve(configOf("sound", ""));
	child.kill("SIGTERM");
	await exited;
});
afterAll(() => line.close());

function configOf(name: string, more: string, server = "port: 0"): string {
	const text = `server: { host: 127.0.0.1, workers: 1, ${server} }\nllm_providers: { demo: { type: demo } }`;
	return line.file(`${name}.yaml`, `${text}\naudit: { dir: "${join(line.folder, name)}" }\n${more}\n`);
}

const doctor = (file: string, env?: NodeJS.ProcessEnv): Promise<Ran> => line.run(["doctor", "--config", file], env);
const serve = (file: string): Promise<Ran> => line.run(["serve", "--config", file]);

/** Every file below a folder with what it holds. */
function contents(folder: string): Map<string, string> {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return new Map(files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "hex")]));
}

const segment = (log: string): string => join(log, "000000000000000.jsonl");

test.each<[string, (dir: string) => void, RegExp]>([
	["a record that was changed", (dir) => edit(segment(join(dir, "local")), '"seq":0', '"seq":7'), /record 0: its number is 7/],
	["records that are gone", (dir) => rmSync(segment(join(dir, "local"))), /records 0 to \d+ were signed and are gone/],
	["an empty segment", (dir) => truncateSync(segment(join(dir, "local"))), /does not begin with a segment head/],
	["a secret that was cut", (dir) => truncateSync(join(dir, "secret.key"), 5), /secret\.key is damaged: it has 5 bytes, not 32/],
	["a secret that cannot be read", folderForSecret, /secret\.key cannot be read \(EISDIR\)/],
	["a secret whose link leads nowhere", linkForSecret, /secret\.key cannot be read \(ENOENT\)/],
	["a log of another machine's process", lockElsewhere, /is written by process 1 on elsewhere/],
])("doctor and serve refuse the same audit trail for the same reason, and doctor changes nothing: %s", async (what, spoil, reason) => {
	const name = what.replaceAll(" ", "-");
	const dir = join(line.folder, name);
	cpSync(sound, dir, { recursive: true });
	spoil(dir);
	const before = contents(dir);
	const examined = await doctor(configOf(name, ""));
	expect([examined.code, examined.out]).toEqual([1, expect.stringMatching(new RegExp(`^failure .*${reason.source}`, "m"))]);
	expect(contents(dir)).toEqual(before);
	const served = await serve(configOf(name, ""));
	expect([served.code, served.err]).toEqual([2, expect.stringMatching(new RegExp(`^audit\\.dir: .*${reason.source}.* — .+\n$`))]);
});

function edit(file: string, from: string, to: string): void {
	writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
}

function folderForSecret(dir: string): void {
	rmSync(join(dir, "secret.key"));
	mkdirSync(join(dir, "secret.key"));
}

function linkForSecret(dir: string): void {
	rmSync(join(dir, "secret.key"));
	symlinkSync("/nowhere/secret.key", join(dir, "secret.key"));
}

function lockElsewhere(dir: string): void {
	writeFileSync(join(dir, "local", "lock"), '{"host":"elsewhere","pid":1,"started":"1"}');
}

test("doctor looks at the log of each process, and says when a log would go on with another secret", async () => {
	const dir = join(line.folder, "several");
	cpSync(sound, dir, { recursive: true });
	cpSync(join(dir, "local"), join(dir, "local-2"), { recursive: true });
	edit(segment(join(dir, "local-2")), '"seq":0', '"seq":7');
	const two = await doctor(configOf("several", "", `port: ${await freePort()}, processes: 2`));
	expect([two.code, two.out]).toEqual([1, expect.stringMatching(/^failure .*local-2.*its number is 7/m)]);
	expect((await doctor(configOf("several", ""))).out).toMatch(/^ok +audit folder/m);
	const other = await doctor(configOf("sound", ""), { SECURE_LLM_PROXY_SECRET_KEY: "another secret than before" });
	// What is in the folder counts as the secret before.
	expect(other.out).toMatch(/^ok +audit folder/m);
	rmSync(join(dir, "secret.key"));
	const gone = await doctor(configOf("several", ""));
	expect([gone.code, gone.out]).toEqual([0, expect.stringMatching(/^warning .*local was signed with another secret/m)]);
});

test.each<[string, (log: string) => void, RegExp]>([
	["changed", (log) => edit(segment(log), '"seq":0', '"seq":7'), /^failure .*admin.*record 0: its number is 7.* — Until then no key/m],
	["a file", (log) => [rmSync(log, { recursive: true }), writeFileSync(log, "")], /^failure .*admin.* — Until then no key/m],
	[
		"held elsewhere",
		(log) => writeFileSync(join(log, "lock"), '{"host":"elsewhere","pid":1,"started":"1"}'),
		/^warning .*admin.* — Fine if/m,
	],
])("doctor says of a log of what operators do that it cannot be written: it is %s", async (what, spoil, said) => {
	const name = `admin-${what.replace(" ", "-")}`;
	const dir = join(line.folder, name);
	cpSync(sound, dir, { recursive: true });
	const create = (): Promise<Ran> => line.run(["keys", "create", "--name", "a", "--dir", dir, "--file", join(dir, "keys.json")]);
	expect((await create()).code).toBe(0);
	expect((await doctor(configOf(name, ""))).out).toMatch(/^ok +audit folder/m);
	spoil(join(dir, "admin"));
	expect((await doctor(configOf(name, ""))).out).toMatch(said);
	expect((await create()).code).not.toBe(0);
});

test("doctor of a proxy that runs already finds nothing that would fail", async () => {
	const file = configOf("running", "", `port: ${await freePort()}`);
	const { child, exited } = await line.serve(file);
	const { code, out } = await doctor(file);
	child.kill("SIGTERM");
	await exited;
	expect(code).toBe(0);
	expect(out).toMatch(/^warning .*is written by process \d+ .* — Fine if the proxy runs already\.$/m);
});

test.each([
	["missing", undefined, /cannot be read \(ENOENT\) — Make it with 'secure-llm-proxy keys create --file .*'\.$/m],
	["not whole", '{ "keys": [', /is not JSON — .*correct it, or restore it from a copy\.$/m],
])("a file of client keys that is %s is named by its setting in serve and doctor, with one remedy", async (name, content, words) => {
	const keys = join(line.folder, `keys-${name}.json`);
	if (content !== undefined) writeFileSync(keys, content);
	const file = configOf("keys", `security: { auth: { mode: api_key, keys_file: "${keys}" } }`);
	const examined = await doctor(file);
	expect([examined.code, examined.out]).toEqual([1, expect.stringMatching(words)]);
	const served = await serve(file);
	expect(served.err).toMatch(/^security\.auth\.keys_file: /m);
	expect([served.code, served.err]).toEqual([2, expect.stringMatching(words)]);
});

test("a certificate that has ended fails doctor, and serve says it and serves", async () => {
	const { certFile, keyFile } = new CertificateAuthority().issue("old", "old", 0);
	const file = configOf("old", "", `port: 0, tls: { cert_file: ${certFile}, key_file: ${keyFile} }`);
	const { code, out } = await doctor(file);
	expect([code, out]).toEqual([1, expect.stringMatching(/^failure +the certificate ended on /m)]);
	const proxy = await line.serve(file);
	expect(await proxy.logged("configuration")).toMatchObject({ path: "server.tls.cert_file", message: expect.stringContaining("ended on") });
	proxy.child.kill("SIGTERM");
	await proxy.exited;
});

test("doctor looks at the Redis of the cache, and at what the cache needs of the secret", async () => {
	const url = `redis://127.0.0.1:${await freePort()}`;
	const file = configOf("cache", `cache: { enabled: true, store: redis, redis_url: "${url}" }`);
	expect((await doctor(file)).out).toMatch(/^failure +cache\.store: /m);
	const { code, out } = await doctor(file, { SECURE_LLM_PROXY_SECRET_KEY: "0123456789abcdef" });
	expect([code, out]).toEqual([
		1,
		expect.stringMatching(/^failure +Redis of the cache does not answer: connect ECONNREFUSED .*cache\.redis_url/m),
	]);
});

test("doctor says that a forward proxy in the environment is not used", async () => {
	const config = configOf("forward-proxy", "");
	const { out } = await doctor(config, { HTTPS_PROXY: "http://user:hidden@proxy.example:3128", HTTP_PROXY: "" });
	expect(out).toMatch(/^warning +HTTPS_PROXY in the environment, which is not used/m);
	expect(out).not.toMatch(/hidden|proxy\.example/);
	expect((await doctor(config)).out).not.toContain("not used");
});

test("what only costs time or load is a warning: few open files, no place for compiled patterns", async () => {
	const file = configOf("small", "", "port: 0, max_sessions: 100000000");
	const { code, out } = await doctor(file, { SECURE_LLM_PROXY_CACHE_DIR: "/proc/nowhere" });
	expect(code).toBe(0);
	expect(out).toMatch(/^warning +\d+ open files are allowed, and 100000000 sessions need two each — .*set server\.max_sessions to \d+\.$/m);
	expect(out).toMatch(/^warning +compiled patterns cannot be kept in \/proc\/nowhere \(ENOENT\), every start compiles them — /m);
});

const NOT_AS_BUILT = /is damaged, or was built for another machine or from other sources\./;
test.each<[string, (addon: string) => void, RegExp]>([
	["missing", (addon) => rmSync(addon), /is not built\./],
	["cut short", (addon) => truncateSync(addon, 90_000), NOT_AS_BUILT],
	["empty", (addon) => truncateSync(addon), NOT_AS_BUILT],
	["changed", (addon) => writeFileSync(addon, readFileSync(addon).fill(0, 4096, 8192)), NOT_AS_BUILT],
	["another machine's", (addon) => edit(`${addon}.checksum`, process.arch, "s390"), NOT_AS_BUILT],
	["from other sources", (addon) => edit(join(addon, "../../src/addon.cc"), "namespace", "namespace "), NOT_AS_BUILT],
	["no library", asBuiltNonsense, /cannot be loaded: .+\./],
])("where the native addon is %s, doctor still looks at all else, and every command says one line", async (what, spoil, reason) => {
	const folder = join(line.folder, what.replaceAll(/\W/g, "-"));
	for (const part of ["dist", "config", "package.json", "native"]) cpSync(part, join(folder, part), { recursive: true });
	for (const part of ["node_modules", "models"]) symlinkSync(resolve(part), join(folder, part));
	spoil(join(folder, "native/build/secure_llm_proxy_native.node"));
	const whole = line.main;
	line.main = join(folder, "dist/main.js");
	const file = configOf("bare", "");
	const [examined, served] = [await doctor(file), await serve(file)];
	line.main = whole;
	const words = new RegExp(`The native scanner .*${reason.source} Run script/bootstrap`);
	expect([examined.code, examined.out]).toEqual([1, expect.stringMatching(/^failure +the scanner does not load — .*script\/bootstrap/m)]);
	expect(examined.out).toMatch(words);
	expect(examined.out).toMatch(/^ok +provider demo: embedded$/m);
	expect([served.code, served.err]).toEqual([2, expect.stringMatching(words)]);
	expect(served.err.trim().split("\n")).toHaveLength(1);
});

function asBuiltNonsense(addon: string): void {
	writeFileSync(addon, "no library");
	const hash = createHash("sha256").update("no library").digest("hex");
	writeFileSync(`${addon}.checksum`, `${hash} ${process.platform}-${process.arch}\n`);
}
