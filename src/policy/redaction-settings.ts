import { ALL_RECOGNIZERS } from "../recognizers/registry.ts";
import type { RedactionStrategy, Rule } from "./policy.ts";
import type { PolicySettings } from "./policy-settings.ts";

/** Prompt rules with the strategy and mask that the settings have for their type or group. */
export function withPromptRedaction(rules: readonly Rule[], settings: PolicySettings): Rule[] {
	return withRedaction(rules, settings, settings.pii_protection.redaction_strategies);
}

/** Answers are written as prompts are, unless `response_filtering` has a strategy of its own. */
export function withResponseRedaction(rules: readonly Rule[], settings: PolicySettings): Rule[] {
	const { pii_protection: pii, response_filtering: response } = settings;
	const inherited = response.redaction_strategy === undefined ? pii.redaction_strategies : {};
	return withRedaction(rules, settings, { ...inherited, ...response.redaction_strategies });
}

function withRedaction(
	rules: readonly Rule[],
	{ pii_protection: { mask: masks, thresholds } }: PolicySettings,
	strategies: Readonly<Record<string, RedactionStrategy>>,
): Rule[] {
	return rules.map((rule) => {
		const names = namesOf(rule);
		const strategy = mostSpecific(strategies, names);
		const mask = mostSpecific(masks, names);
		const threshold = mostSpecific(thresholds, names);
		return { ...rule, ...(strategy && { strategy }), ...(mask && { mask }), ...(threshold !== undefined && { threshold }) };
	});
}

/** What a rule is called in the settings, the most specific name first. */
function namesOf({ type, category }: Rule): string[] {
	const groups = ALL_RECOGNIZERS.find((recognizer) => recognizer.type === type)?.groups ?? [];
	return [type, ...groups, category === "secret" ? "secrets" : "pii", "all"];
}

function mostSpecific<T>(settings: Readonly<Record<string, T>>, names: readonly string[]): T | undefined {
	const name = names.find((candidate) => Object.hasOwn(settings, candidate));
	return name === undefined ? undefined : settings[name];
}
