import { generateKeyPairSync } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { chat } from "../support/chat-client.ts";
import { CommandLine } from "../support/command-line.ts";

/** A pack from its author to a running proxy, by the commands as they are installed. */
let line: CommandLine;
let dir: string;
let keyFile: string;
let publicKey: string;

beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
	dir = join(line.folder, "packs");
	const { privateKey } = generateKeyPairSync("ed25519");
	keyFile = line.file("key.pem", privateKey.export({ type: "pkcs8", format: "pem" }) as string);
});
afterAll(() => line?.close());

const packs = (...words: string[]): ReturnType<CommandLine["run"]> => line.run(["packs", ...words]);

async function signed(version: string, pattern: string, example: string): Promise<string> {
	const pack = { name: "acme", version, patterns: [{ name: "grue", pattern, match: [example], no_match: ["hello"] }] };
	const file = join(line.folder, `${version}.pack`);
	const { code, err } = await packs("sign", line.file(`${version}.json`, JSON.stringify(pack)), "--key", keyFile, "--out", file);
	expect([code, err]).toEqual([0, expect.stringMatching(/^signed with /)]);
	publicKey = err.replace("signed with ", "").trim();
	return file;
}

test("a pack is signed, added, used, replaced at SIGHUP and rolled back", async () => {
	const first = await signed("1.0", "summon the gr[uv]e", "Summon the grue");
	const second = await signed("1.1", "wake the dragon", "wake the dragon");
	expect(await packs("verify", first, "--key", publicKey)).toMatchObject({ code: 0, out: "OK: acme 1.0, 1 pattern\n" });
	expect(await packs("add", first, "--key", publicKey, "--dir", dir)).toMatchObject({ code: 0 });

	const yaml = `server: { host: 127.0.0.1, port: 0, workers: 1 }\nllm_providers: { demo: { type: demo } }\naudit: { dir: "${line.folder}/audit" }\nthreat_packs: { dir: "${dir}", trusted_keys: ["${publicKey}"] }\n`;
	const proxy = await line.serve(line.file("config.yaml", yaml));
	const isBlocked = async (text: string): Promise<boolean> => (await chat(proxy.port, text, false)).error?.code === "prompt_blocked";
	const linesWith = (message: string): number => proxy.log.filter((entry) => entry.includes(`"msg":"${message}`)).length;
	const reload = async (answer: string): Promise<void> => {
		const before = linesWith(answer);
		proxy.child.kill("SIGHUP");
		await vi.waitFor(() => expect(linesWith(answer)).toBe(before + 1), 60_000);
	};
	expect([await isBlocked("please SUMMON the grve"), await isBlocked("wake the dragon")]).toEqual([true, false]);

	await packs("add", second, "--key", publicKey, "--dir", dir);
	await reload("reloaded");
	await vi.waitFor(
		async () => expect([await isBlocked("summon the grue"), await isBlocked("wake the dragon")]).toEqual([false, true]),
		60_000,
	);
	expect((await packs("list", "--dir", dir)).out).toBe("acme 1.1 (before: 1.0)\n");

	const replayed = await packs("add", first, "--key", publicKey, "--dir", dir);
	expect(replayed).toMatchObject({ code: 2, err: expect.stringMatching(/holds acme 1\.0, and the newer 1\.1 is in use — .*--anyway/) });
	expect((await packs("list", "--dir", dir)).out).toBe("acme 1.1 (before: 1.0)\n");

	writeFileSync(join(dir, "acme", "1.1.pack"), readFileSync(first));
	await reload("reload refused");
	// A volume that is not there must not look like one without packs.
	renameSync(dir, `${dir}-away`);
	await reload("reload refused");
	renameSync(`${dir}-away`, dir);
	expect([await isBlocked("summon the grue"), await isBlocked("wake the dragon")]).toEqual([false, true]);

	expect(await packs("rollback", "acme", "--dir", dir)).toMatchObject({ code: 0 });
	await reload("reloaded");
	await vi.waitFor(
		async () => expect([await isBlocked("summon the grue"), await isBlocked("wake the dragon")]).toEqual([true, false]),
		60_000,
	);
	expect(await packs("rollback", "acme", "--dir", dir)).toMatchObject({ code: 2 });
	const brought = await packs("add", second, "--key", publicKey, "--dir", dir);
	expect(brought).toMatchObject({ code: 2, err: expect.stringMatching(/holds acme 1\.1, and this version was rolled back — .*--anyway/) });
	expect(await packs("add", first, "--key", publicKey, "--dir", dir)).toMatchObject({ code: 0, out: "acme 1.0 is in use already\n" });
	// Numbers, not letters: 1.10 is behind 1.9, and 1.9.0 is 1.9.
	for (const [version, code] of [
		["1.9", 0],
		["1.10", 0],
		["1.9.0", 2],
		["1.10.0", 0],
		["2", 0],
		["1.99.1", 2],
	] as const)
		expect({
			version,
			...(await packs("add", await signed(version, "wake the dragon", "wake the dragon"), "--key", publicKey, "--dir", dir)),
		}).toMatchObject({ version, code });
	expect(await packs("add", first, "--anyway", "--key", publicKey, "--dir", dir)).toMatchObject({ code: 0 });
	expect((await packs("list", "--dir", dir)).out).toMatch(/^acme 1\.0 /);
});

test("a configuration says where packs are and whose are used", async () => {
	const file = await signed("5.0", "abc def", "abc def");
	const folder = join(line.folder, "configured");
	const configOf = (name: string, section: string): string =>
		line.file(name, `llm_providers: { demo: { type: demo } }\nthreat_packs: { ${section} }\n`);
	const config = configOf("packs.yaml", `dir: "${folder}", trusted_keys: ["${publicKey}"]`);
	expect(await packs("verify", file, "--config", config)).toMatchObject({ code: 0, out: "OK: acme 5.0, 1 pattern\n" });
	expect(await packs("add", file, "--config", config)).toMatchObject({ code: 0 });
	expect(await packs("list", "--config", config)).toMatchObject({ code: 0, out: "acme 5.0\n" });
	const stranger = configOf("stranger.yaml", `dir: "${folder}", trusted_keys: ["${Buffer.alloc(32, 1).toString("base64")}"]`);
	expect(await packs("add", file, "--config", stranger)).toMatchObject({ code: 2, err: expect.stringContaining("not a trusted key") });
	expect(await packs("list", "--config", configOf("none.yaml", ""))).toMatchObject({
		code: 2,
		err: expect.stringContaining("sets no threat_packs.dir"),
	});
});

test("what is not proven is refused with a reason", async () => {
	const file = await signed("2.0", "abc def", "abc def");
	const { payload, ...rest } = JSON.parse(readFileSync(file, "utf8")) as { payload: string };
	const other = Buffer.from(payload, "base64").toString().replace("abc def", "abd def");
	const forged = line.file("forged.pack", JSON.stringify({ payload: Buffer.from(other).toString("base64"), ...rest }));
	expect(await packs("verify", forged, "--key", publicKey)).toMatchObject({ code: 2, err: expect.stringContaining("not of its content") });
	expect(await packs("verify", file, "--key", Buffer.alloc(32).toString("base64"))).toMatchObject({
		code: 2,
		err: expect.stringContaining("not a trusted key"),
	});
	expect(await packs("add", "http://127.0.0.1:1/x.pack", "--key", publicKey, "--dir", dir)).toMatchObject({
		code: 2,
		err: expect.stringContaining("only https"),
	});
	const sign = (pattern: string, match: string): ReturnType<CommandLine["run"]> => {
		const pack = { name: "acme", version: "3", patterns: [{ name: "x", pattern, match: [match] }] };
		return packs("sign", line.file("bad.json", JSON.stringify(pack)), "--key", keyFile);
	};
	expect(await sign("a.*b", "ab")).toMatchObject({ code: 2, err: expect.stringContaining("no upper bound") });
	expect(await sign("abc", "xyz")).toMatchObject({ code: 2, err: expect.stringContaining("does not match its example 1") });
});

test.each([
	["missing", () => undefined, "ENOENT"],
	["a file", () => line.file("no-packs", ""), "ENOTDIR"],
])("a folder of packs that is %s is a fault: packs may have been in use there", async (_what, make, code) => {
	rmSync(join(line.folder, "no-packs"), { force: true });
	make();
	const yaml = `llm_providers: { demo: { type: demo } }\nthreat_packs: { dir: "${join(line.folder, "no-packs")}" }\n`;
	const ran = await line.run(["check", "--config", line.file("no-packs.yaml", yaml)]);
	expect([ran.code, ran.err]).toEqual([
		2,
		expect.stringMatching(new RegExp(`threat_packs\\.dir: .*no-packs cannot be read \\(${code}\\)`)),
	]);
});

test("a start with a pack of a stranger ends with a message", async () => {
	await packs("add", await signed("4.0", "abc def", "abc def"), "--key", publicKey, "--dir", join(line.folder, "strange"));
	const yaml = `llm_providers: { demo: { type: demo } }\nthreat_packs: { dir: "${join(line.folder, "strange")}" }\n`;
	const { code, err } = await line.run(["check", "--config", line.file("strange.yaml", yaml)]);
	expect([code, err]).toEqual([2, expect.stringMatching(/threat pack 'acme 4\.0'.*not a trusted key/s)]);
	writeFileSync(join(line.folder, "strange", "acme", "history.json"), "{}");
	expect(await line.run(["check", "--config", line.file("strange.yaml", yaml)])).toMatchObject({
		code: 2,
		err: expect.stringContaining("threat pack 'acme': has no version in use"),
	});
});
