import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";

const portOf = (yaml: string, env: NodeJS.ProcessEnv): number | undefined => {
	const loaded = parseConfig(yaml, env);
	return loaded.ok ? loaded.config.server.port : undefined;
};
const UP = 'llm_providers: { up: { type: openai, base_url: "https://up.example/v1", api_key: "${KEY}" } }';

test.each([
	["unquoted", "server:\n  port: ${PORT:-8100}"],
	["quoted", 'server:\n  port: "${PORT:-8100}"'],
	["in JSON", JSON.stringify({ server: { port: "${PORT:-8100}" } })],
])("a variable where a number belongs is one, %s", (_, file) => {
	expect(portOf(file, { PORT: "9000" })).toBe(9000);
	expect(portOf(file, {})).toBe(8100);
	for (const PORT of ["9e3", "true", "70000", "80.5", "eighty"]) expect(portOf(file, { PORT })).toBeUndefined();
});

test("variables where numbers and booleans belong are such in every policy, also where one inherits them from another", () => {
	const policies = {
		a: { prompt_injection: { block_threshold: "${THRESHOLD}" } },
		b: { extends: "a", pii_protection: { restore: "${RESTORE}", redaction_strategy: "replace" } },
	};
	const rules = [{ policy: "a" }, { policy: "b", models: ["b"] }];
	const file = JSON.stringify({ security: { extends: "strict", policies, policy_rules: rules, prompt_injection: { enabled: "${ON}" } } });
	expect(parseConfig(file, { THRESHOLD: "0.25", RESTORE: "true", ON: "false" })).toMatchObject({
		ok: true,
		config: {
			policies: expect.arrayContaining([
				expect.objectContaining({
					name: "default",
					settings: expect.objectContaining({ prompt_injection: expect.objectContaining({ enabled: false }) }),
				}),
				expect.objectContaining({
					name: "b",
					settings: expect.objectContaining({
						prompt_injection: expect.objectContaining({ enabled: false, block_threshold: 0.25 }),
						pii_protection: expect.objectContaining({ restore: true }),
					}),
				}),
			]),
		},
	});
});

test("a credential of digits stays text, and one that is not set is empty", () => {
	for (const [env, key] of [
		[{ KEY: "0123" }, "0123"],
		[{ KEY: "123" }, "123"],
		[{}, ""],
	] as const)
		for (const file of [
			UP,
			UP.replace(
				'{ up: { type: openai, base_url: "https://up.example/v1", api_key: "${KEY}" } }',
				"\n  up:\n    type: openai\n    base_url: https://up.example/v1\n    api_key: ${KEY}",
			),
		])
			expect(parseConfig(file, env)).toMatchObject({ ok: true, config: { llm_providers: { up: { api_key: key } } } });
});

test("a variable cannot bring in structure", () => {
	const loaded = parseConfig("security:\n  auth:\n    issuer: ${ISSUER}", { ISSUER: "a\naudience: b" });
	expect(loaded).toMatchObject({ ok: true, config: { security: { auth: { issuer: "a\naudience: b", audience: "" } } } });
});

test("a variable that is not set is a fault that names the key, the variable and the remedy", () => {
	expect(parseConfig("server:\n  host: ${HOST}", { HOST: "" })).toEqual({
		ok: false,
		faults: [{ path: "server.host", message: "the environment variable HOST is not set", remedy: "Set HOST, or write ${HOST:-default}." }],
	});
});

test("a key without effect is a warning that names it, and only when it is set", () => {
	const loaded = parseConfig(`${UP}\nlogging: { retention_days: 5 }`, { KEY: "k" });
	expect(loaded).toMatchObject({ ok: true, warnings: [{ path: "logging.retention_days", message: "is not enforced in this version" }] });
	expect(parseConfig(UP, { KEY: "k" })).toMatchObject({ ok: true, warnings: [] });
});

test.each([
	["callers' own keys go to the provider", ""],
	["requests go to the provider without a key", "\nsecurity: { auth: { mode: api_key, keys_file: k.json } }"],
])("an API key whose variable is not set is a warning that names both: %s", (instead, more) => {
	expect(parseConfig(`${UP}${more}`, { KEY: "" })).toMatchObject({
		ok: true,
		warnings: [
			{
				path: "llm_providers.up.api_key",
				message: `is empty, as the environment variable KEY is not set: ${instead}`,
				remedy: "Set KEY or LLM_API_KEY, or write ${KEY:-} if that is meant.",
			},
		],
	});
});

test.each([
	["the variable is set", UP, { KEY: "k" }],
	["LLM_API_KEY takes its place", UP, { LLM_API_KEY: "k" }],
	["an empty default says that it is meant", UP.replace("KEY", "KEY:-"), {}],
	["no key is written at all", UP.replace(', api_key: "${KEY}"', ""), {}],
])("an API key is no warning where %s", (_why, yaml, env) => {
	expect(parseConfig(yaml, env)).toMatchObject({ ok: true, warnings: [] });
});

test("half an API key is a fault: a variable that is not set leaves no key behind, but a wrong one", () => {
	expect(parseConfig(UP.replace("${KEY}", "sk-${KEY}"), {})).toMatchObject({
		ok: false,
		faults: [{ path: "llm_providers.up.api_key", message: "the environment variable KEY is not set" }],
	});
});
