import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CommandLine } from "../support/command-line.ts";

const commands = new CommandLine();
let config: string;
let keyId: string;

beforeAll(async () => {
	CommandLine.build();
	const keys = commands.file("keys.json", '{ "keys": [] }');
	const made = await commands.run([
		"keys",
		"create",
		"--file",
		keys,
		"--dir",
		join(commands.folder, "audit"),
		"--role",
		"doctor",
		"--json",
	]);
	keyId = JSON.parse(made.out).id;
	config = commands.file(
		"config.yaml",
		`
security:
  auth: { mode: api_key, keys_file: "${keys}" }
  policies:
    ward: { extends: strict, dry_run: true }
  policy_rules:
    - { policy: ward, roles: [doctor] }
    - { policy: permissive, models: ["local-*"] }
routing: { models: { abroad: { targets: [ { provider: far, model: far-9 } ] } } }
llm_providers:
  far: { type: openai, base_url: "https://far.example/v1", models: ["far-*"], policy: strict }
  near: { type: openai, base_url: "https://near.example/v1" }
`,
	);
});
afterAll(() => commands.close());

const explain = async (...words: string[]): Promise<{ code: number; out: string; err: string }> =>
	commands.run(["check", "--config", config, "--explain", ...words]);

test("check --explain says which policy a request gets, why, and what its provider adds", async () => {
	expect(JSON.parse((await explain("--json", "--model", "far-1")).out)).toMatchObject({
		policy: { name: "default", reason: "no rule holds", dry_run: false },
		provider: "far",
		provider_policy: { name: "strict", lineage: ["strict", "default"] },
	});
	expect(JSON.parse((await explain("--json", "--model", "abroad")).out)).toMatchObject({
		provider: "far",
		provider_policy: { name: "strict" },
	});
	expect(JSON.parse((await explain("--json", "--model", "local-1")).out)).toMatchObject({
		policy: { name: "permissive", reason: "security.policy_rules.1" },
		provider: "near",
		provider_policy: null,
	});
	const { out, code } = await explain("--key", keyId, "--model", "far-1");
	expect(out).toMatch(
		/^policy ward \(security\.policy_rules\.0\)\n {2}ward → strict → default, version [0-9a-f]{16}, dry run\nprompts to far must pass strict as well/,
	);
	expect(code).toBe(0);
});

test("an option of --explain asks for the explanation by itself", async () => {
	const words = ["check", "--config", config, "--model", "far-1"];
	expect(await commands.run(words)).toEqual(await explain("--model", "far-1"));
});

test("an unknown key and an unknown policy are told, with a remedy", async () => {
	expect(await explain("--key", "00000000")).toMatchObject({
		code: 2,
		err: expect.stringContaining("holds no key 00000000 — 'secure-llm-proxy keys list'"),
	});
	expect(await explain("--policy", "nope")).toMatchObject({ code: 2, err: expect.stringContaining("there is no policy 'nope'") });
});

test("a path that the proxy does not serve and a claim without a value are told, with a remedy", async () => {
	expect(await explain("--route", "/v1/chat")).toMatchObject({ code: 2, err: expect.stringContaining("does not serve '/v1/chat' — Give") });
	expect(await explain("--claim", "department")).toMatchObject({
		code: 2,
		err: expect.stringContaining("'department' is no claim — Give"),
	});
});

test("check names every policy with its version", async () => {
	const { out, code } = await commands.run(["check", "--config", config]);
	expect(code).toBe(0);
	for (const name of ["default", "strict", "balanced", "permissive", "ward"])
		expect(out).toMatch(new RegExp(`^OK: .* policy ${name} [0-9a-f]{16}`, "m"));
});
