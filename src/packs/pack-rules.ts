import type { ThreatRule } from "../policy/threat-rule.ts";
import type { Pack } from "./pack.ts";

/** The patterns of packs as rules of every policy. */
export function threatRules(packs: readonly Pack[]): ThreatRule[] {
	return packs.flatMap(({ name, patterns }) =>
		patterns.map((pattern) => ({
			name: `${name}_${pattern.name}`,
			expression: pattern.pattern,
			caseInsensitive: pattern.case_insensitive,
			action: pattern.action === "block" ? ("cut" as const) : ("flag" as const),
		})),
	);
}
