import type { Rule } from "./policy.ts";

/** A pattern of a pack. */
export interface ThreatRule {
	readonly name: string;
	readonly expression: string;
	readonly caseInsensitive: boolean;
	readonly action: "cut" | "flag";
}

/** As a blocked phrase, under a type of its own. */
export function threatRule(rule: ThreatRule): Rule {
	return { ...rule, type: "threat_intel", category: "phrase", isCustom: true, label: "BLOCKED", score: 1 };
}
