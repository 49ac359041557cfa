import type { RuleSet } from "../policy/policy.ts";
import type { Finding } from "../verdict/finding.ts";

/**
 * Whether some of a text is taken out with nothing in its place. What is left is read again, for its two sides come together: an
 * attack with invisible characters in it would go out as if it had none.
 */
export function removesText(findings: readonly Finding[], { rules, strategy }: Pick<RuleSet, "rules" | "strategy">): boolean {
	return findings.some(({ rule, action }) => action === "redact" && (rules[rule]?.strategy ?? strategy) === "remove");
}
