import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { compilePolicy } from "../../../src/policy/compile-policy.ts";
import type { Policy, Rule } from "../../../src/policy/policy.ts";

function policyOf(security: object): Policy {
	const loaded = parseConfig(JSON.stringify({ security }), {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return compilePolicy(loaded.config.security);
}

const rule = (rules: readonly Rule[], type: string): Rule => rules.find((candidate) => candidate.type === type) as Rule;

test("the most specific of type, group and category names the strategy", () => {
	const { prompt } = policyOf({
		pii_protection: {
			detection_types: ["all"],
			redaction_strategy: "hash",
			redaction_strategies: { pii: "replace", financial: "remove", credit_card: "mask", secrets: "synthetic" },
			mask: { financial: { keep_last: 2 } },
		},
	});
	expect(prompt.strategy).toBe("hash");
	expect(rule(prompt.rules, "credit_card")).toMatchObject({ strategy: "mask", mask: { keep_last: 2 } });
	expect(rule(prompt.rules, "iban").strategy).toBe("remove");
	expect(rule(prompt.rules, "email").strategy).toBe("replace");
	expect(rule(prompt.rules, "aws_key").strategy).toBe("synthetic");
});

test("custom patterns have a strategy of their own", () => {
	const { prompt } = policyOf({
		pii_protection: { custom_patterns: [{ name: "employee_id", pattern: "EMP-\\d{6}" }], redaction_strategies: { employee_id: "remove" } },
	});
	expect(rule(prompt.rules, "employee_id").strategy).toBe("remove");
});

test("answers are written as prompts are, until they have a strategy of their own", () => {
	const pii = { redaction_strategy: "replace", redaction_strategies: { email: "synthetic" } };
	const alike = policyOf({ pii_protection: pii }).response;
	expect([alike.strategy, rule(alike.rules, "email").strategy]).toEqual(["replace", "synthetic"]);
	const added = policyOf({ pii_protection: pii, response_filtering: { redaction_strategies: { phone: "remove" } } }).response;
	expect([rule(added.rules, "email").strategy, rule(added.rules, "phone").strategy]).toEqual(["synthetic", "remove"]);
	const own = policyOf({ pii_protection: pii, response_filtering: { redaction_strategy: "mask" } }).response;
	expect([own.strategy, rule(own.rules, "email").strategy]).toEqual(["mask", undefined]);
});

test.each([
	[{ redaction_strategies: { e_mail: "mask" } }, "security.pii_protection.redaction_strategies"],
	[{ mask: { nobody: { keep_last: 1 } } }, "security.pii_protection.mask"],
	[{ restore: true }, "security.pii_protection.restore"],
	[{ redaction_strategies: { email: "blur" } }, "security.pii_protection.redaction_strategies.email"],
])("%j is refused by name", (pii_protection, path) => {
	const loaded = parseConfig(JSON.stringify({ security: { pii_protection } }), {});
	expect(loaded.ok ? [] : loaded.faults.map((fault) => fault.path)).toEqual([path]);
});

test("restore is accepted where any strategy makes surrogates", () => {
	expect(policyOf({ pii_protection: { restore: true, redaction_strategies: { email: "replace" } } }).restores).toBe(true);
});
