import { foldCase } from "../recognizers/fold-case.ts";
import type { Core } from "../recognizers/recognizer.ts";
import type { Action, Rule } from "./policy.ts";
import type { PolicySettings } from "./policy-settings.ts";

type CustomPattern = PolicySettings["pii_protection"]["custom_patterns"][number];

/** A pattern of the configuration as a rule. Its expression is not checked here: `checkRules` does. */
export function customRule({ name, pattern, words, score, case_insensitive, validator, context }: CustomPattern, action: Action): Rule {
	return {
		name,
		type: name,
		category: "pii",
		isCustom: true,
		label: name.toUpperCase(),
		...(words === undefined ? splitAtValue(pattern ?? "") : { expression: "", words: prepared(words, case_insensitive) }),
		caseInsensitive: case_insensitive,
		score,
		...(validator !== undefined && { confirm: `validator:${validator}` }),
		...(context.length > 0 && { context }),
		action,
	};
}

/** Sorted, each once. */
function prepared(words: readonly string[], caseInsensitive: boolean): string[] {
	const plain = words.map((word) => word.trim().replace(/\s+/gu, " "));
	return [...new Set(caseInsensitive ? plain.map(foldCase) : plain)].sort();
}

/** Bytes of a value that is looked at; a value that is longer is swallowed to its end. */
const MAX_VALUE_BYTES = 256;

/** `head(?<value>…)`: the head is a public trigger, and the value is what the group matches right after it. */
function splitAtValue(pattern: string): { readonly expression: string; readonly core?: Core } {
	const at = pattern.lastIndexOf("(?<value>");
	if (at <= 0) return { expression: pattern };
	const value = `^(?:${pattern.slice(at).replace("(?<value>", "(?:")})`;
	return {
		expression: pattern.slice(0, at),
		core: { skip: "\\0", maxSkip: 1, bytes: "^\\n", minBytes: 1, maxBytes: MAX_VALUE_BYTES, value },
	};
}
