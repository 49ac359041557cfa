import type { Rule } from "./policy.ts";
import type { PolicySettings } from "./policy-settings.ts";

/** What the operator has named, in prompts and in answers. Expressions are not checked here: `checkRules` does. */
export function phraseRules({ blocked_phrases, blocked_patterns }: PolicySettings): Rule[] {
	return [...blocked_phrases.map(phraseRule), ...blocked_patterns.map(patternRule)];
}

/** A phrase matches in any letter case and over any short run of blanks. */
function phraseRule(phrase: string, index: number): Rule {
	const words = phrase
		.trim()
		.split(/\s+/)
		.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replaceAll("\\-", "-"));
	const left = /^\w/.test(phrase.trim()) ? "\\b" : "";
	const right = /\w$/.test(phrase.trim()) ? "\\b" : "";
	return blockingRule(`blocked_phrase_${index + 1}`, `${left}${words.join("[ \\t\\r\\n]{1,8}")}${right}`);
}

function patternRule(expression: string, index: number): Rule {
	return blockingRule(`blocked_pattern_${index + 1}`, expression);
}

function blockingRule(name: string, expression: string): Rule {
	return {
		name,
		type: name.replace(/_\d+$/, ""),
		category: "phrase",
		isCustom: true,
		label: "BLOCKED",
		expression,
		caseInsensitive: true,
		score: 1,
		action: "cut",
	};
}
