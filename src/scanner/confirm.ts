import type { Rule, RuleSet } from "../policy/policy.ts";
import { CONFIRMERS } from "../recognizers/confirmers.ts";
import type { Confirmer } from "../recognizers/recognizer.ts";

/** Bytes of left context a confirmer may look at. */
export const LEFT_CONTEXT_BYTES = 64;

/** Confidence 0…1 of a match, 0 when it is refuted, allowed or below the threshold. */
export type Confirm = (rule: number, window: Buffer, from: number, to: number) => number;

/** Binds the rules to their confirmers. An unknown confirmer name is a programming error and throws at load. */
export function createConfirm(ruleSet: RuleSet): Confirm {
	const confirmers = ruleSet.rules.map(confirmerOf);
	const allowed = new Set(ruleSet.allowList);
	return (index, window, from, to) => {
		const rule = ruleSet.rules[index] as Rule;
		const confirmer = confirmers[index];
		if (confirmer === undefined && allowed.size === 0) return rule.score >= ruleSet.threshold ? rule.score : 0;
		const text = window.toString("utf8", from, to);
		if (allowed.has(text)) return 0;
		const score =
			confirmer === undefined
				? rule.score
				: confirmer({ text, left: window.toString("utf8", Math.max(0, from - LEFT_CONTEXT_BYTES), from) });
		return score >= ruleSet.threshold ? score : 0;
	};
}

function confirmerOf(rule: Rule): Confirmer | undefined {
	if (rule.confirm === undefined) return undefined;
	const confirmer = CONFIRMERS.get(rule.confirm);
	if (confirmer === undefined) throw new Error(`Rule ${rule.name} names the confirmer ${rule.confirm}, which does not exist.`);
	return confirmer;
}
