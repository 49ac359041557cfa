import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLog } from "../../src/audit/verify-log.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";

const SECRET = { SECURE_LLM_PROXY_SECRET_KEY: "a secret of this test" };
const TERMS = ["--policy", "lax", "--provider", "demo", "--purpose", "support", "--source", "form"];
let line: CommandLine;
let config: string;
let key: string;
let consent: string;

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	config = line.file(
		"config.yaml",
		`llm_providers: { demo: { type: demo } }
audit: { dir: "${line.folder}/audit" }
security:
  auth: { mode: api_key, keys_file: "${line.folder}/keys/keys.json" }
  consent: { file: "${line.folder}/consent/consent.json" }
  policies: { lax: { pii_protection: { enabled: false } } }`,
	);
	key = JSON.parse((await run("keys", "create", "--json")).out).id;
	consent = (await run("consent", "grant", "--subject", "key:a", ...TERMS)).out.trim();
	await run("consent", "grant", "--subject", "key:b", ...TERMS);
}, 300_000);
afterAll(() => line?.close());

const run = (...words: string[]): Promise<Ran> => line.run([...words, "--config", config], SECRET);

/** Runs a command whose files may not grow beyond so many bytes, as on a full disk: a write stops in the middle, the next one fails. */
async function runWithin(bytes: number, words: readonly string[]): Promise<Ran> {
	const command = [`--fsize=${bytes}:unlimited`, process.execPath, line.main, ...words, "--config", config];
	const child = spawn("prlimit", command, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...SECRET } });
	const [[code], out, err] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
	return { code: code as number, out, err };
}

/** Content of every file but the index, which is made of the others, and keys of pseudonyms: one may be there before its first record. */
function stored(): Record<string, string> {
	const files = readdirSync(line.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	const paths = files
		.map(({ parentPath, name }) => join(parentPath, name))
		.filter((path) => !/index\.sqlite|\/subjects\/[0-9a-f]{2}\//.test(path));
	return Object.fromEntries(paths.map((path) => [path, readFileSync(path, "latin1")]));
}

const COMMANDS: readonly (readonly [name: string, words: () => string[]])[] = [
	["keys create", () => ["keys", "create"]],
	["keys rotate", () => ["keys", "rotate", key]],
	["keys revoke", () => ["keys", "revoke", key]],
	["consent grant", () => ["consent", "grant", "--subject", "key:c", ...TERMS]],
	["consent revoke", () => ["consent", "revoke", consent]],
	["audit erase", () => ["audit", "erase", "--subject", "key:b"]],
];

test.each(COMMANDS)(
	"%s on a disk that takes no more, at whatever write: the file is named, and nothing has changed",
	async (_name, words) => {
		const before = stored();
		let done: Ran | undefined;
		for (const bytes of [0, 200, 450, 700, 1000, 1500, 2500]) {
			const ran = await runWithin(bytes, words());
			if (ran.code === 0) {
				done = ran;
				break;
			}
			expect([bytes, ran.code, ran.err]).toEqual([bytes, 2, expect.stringMatching(/EFBIG: file too large, write '\S+'/)]);
			expect(stored()).toEqual(before);
			expect(verifyLog({ dir: join(line.folder, "audit", "admin") }).faults).toEqual([]);
		}
		expect(done ?? (await run(...words()))).toMatchObject({ code: 0 });
		expect(stored()).not.toEqual(before);
		expect(verifyLog({ dir: join(line.folder, "audit", "admin") }).faults).toEqual([]);
	},
	300_000,
);

test("a search whose index finds no room has the whole trail all the same", async () => {
	const index = join(line.folder, "audit", "index.sqlite");
	const whole = (await run("audit", "query")).out;
	expect(existsSync(index)).toBe(true);
	for (const bytes of [0, 10_000]) {
		expect(await runWithin(bytes, ["audit", "query"])).toMatchObject({ code: 0, out: whole });
		rmSync(index, { force: true });
		expect(await runWithin(bytes, ["audit", "query"])).toMatchObject({ code: 0, out: whole });
	}
	expect((await run("audit", "query")).out).toBe(whole);
});

test("doctor says that the audit folder takes no more", async () => {
	const { code, out } = await runWithin(1000, ["doctor"]);
	expect([code, out]).toEqual([1, expect.stringMatching(/failure +audit folder \S+ takes no more \(EFBIG\)/)]);
	expect((await run("doctor")).out).toMatch(/ok +audit folder/);
});
