import type { Config } from "./schema.ts";

/** The policies that requests can get: without the shipped ones that nothing in the file names. */
export function reachablePolicies({
	policies,
	security,
	llm_providers,
}: Pick<Config, "policies" | "security" | "llm_providers">): Config["policies"] {
	const named = new Set([
		...Object.keys(security.policies),
		...security.policy_rules.map(({ policy }) => policy),
		...Object.values(llm_providers).map(({ policy }) => policy),
	]);
	return policies.filter(({ name }) => name === "default" || named.has(name));
}

/** Claims that policies are chosen by. */
export function policyClaims({ security }: Config): readonly string[] {
	return [...new Set(security.policy_rules.flatMap(({ claims }) => Object.keys(claims)))];
}
