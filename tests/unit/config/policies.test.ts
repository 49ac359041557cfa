import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type LoadedConfig, parseConfig } from "../../../src/config/load.ts";
import { PRESET_NAMES } from "../../../src/config/presets.ts";

const load = (security: string): LoadedConfig => parseConfig(`security: ${security}`, {});

function policy(security: string, name: string) {
	const loaded = load(security);
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const found = loaded.config.policies.find((one) => one.name === name);
	if (found === undefined) throw new Error(`There is no policy ${name}.`);
	return found;
}

describe("inheritance", () => {
	test("sections are merged key by key, lists and values replaced, the nearest ancestor first", () => {
		const { settings, lineage } = policy(
			`{ blocked_phrases: [base], pii_protection: { threshold: 0.4, allow_list: [x] }, policies: {
				a: { pii_protection: { threshold: 0.6, block_types: [email] } }, b: { extends: a, pii_protection: { block_types: [] } } } }`.replaceAll(
				/\s+/g,
				" ",
			),
			"b",
		);
		expect(lineage).toEqual(["b", "a", "default"]);
		expect(settings.blocked_phrases).toEqual(["base"]);
		expect(settings.pii_protection).toMatchObject({ threshold: 0.6, allow_list: ["x"], block_types: [] });
	});

	test("the section itself can begin from a shipped policy, and keeps what it says", () => {
		const security = "{ extends: strict, pii_protection: { threshold: 0.9 } }";
		expect(policy(security, "default").settings.pii_protection).toMatchObject({ threshold: 0.9, redaction_strategy: "replace" });
		const loaded = load(security);
		expect(loaded.ok && loaded.config.security.pii_protection.redaction_strategy).toBe("replace");
	});

	test("a dry run is not inherited", () => {
		const security = "{ dry_run: true, policies: { a: { dry_run: true }, b: { extends: a } } }";
		expect(["default", "a", "b"].map((name) => policy(security, name).dryRun)).toEqual([true, true, false]);
	});
});

test("the shipped policies set the same keys, so that each can stand on any other", () => {
	const pathsOf = (node: object, at = ""): string[] =>
		Object.entries(node).flatMap(([key, value]) =>
			typeof value === "object" && !Array.isArray(value) ? pathsOf(value, `${at}${key}.`) : `${at}${key}`,
		);
	const paths = PRESET_NAMES.map((name) =>
		pathsOf(parse(readFileSync(`config/security_policies/${name}_policy.yaml`, "utf8")).security).sort(),
	);
	expect(paths[1]).toEqual(paths[0]);
	expect(paths[2]).toEqual(paths[0]);
});

test.each([
	["{ policies: { a: { extends: nope } } }", "security.policies.a.extends", "there is no policy 'nope'"],
	["{ policies: { a: { extends: b }, b: { extends: a } } }", "security.policies.a.extends", "extends itself: a → b → a"],
	["{ policies: { strict: {} } }", "security.policies.strict", "'strict' is the name of a built-in policy"],
	["{ policies: { default: {} } }", "security.policies.default", "'default' is the name of a built-in policy"],
	["{ policies: { a: { pii_protection: { thresold: 1 } } } }", "security.policies.a.pii_protection.thresold", "is not a known key"],
	["{ policies: { a: { rate_limiting: {} } } }", "security.policies.a.rate_limiting", "is not a known key"],
	["{ policies: { a: { on_block: maybe } } }", "security.policies.a.on_block", "must be "],
	[
		"{ policies: { a: { pii_protection: { block_types: [emial] } } } }",
		"security.policies.a.pii_protection.block_types",
		"'emial' is not a known type",
	],
	["{ policy_rules: [{ policy: strct }] }", "security.policy_rules.0.policy", "there is no policy 'strct'"],
	["{ policies: { '-': {} } }", "security.policies.-", "must be letters"],
])("%s is refused at its own place", (security, path, message) => {
	expect(load(security)).toMatchObject({
		ok: false,
		faults: expect.arrayContaining([expect.objectContaining({ path, message: expect.stringContaining(message) })]),
	});
});

test("a provider can only name a policy that is there", () => {
	const loaded = parseConfig("llm_providers: { far: { type: demo, policy: nope } }", {});
	expect(loaded).toMatchObject({
		ok: false,
		faults: [{ path: "llm_providers.far.policy", remedy: expect.stringContaining("security.policies") }],
	});
});
