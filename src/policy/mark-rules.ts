import { CALL_TARGET } from "../recognizers/call-targets.ts";
import { CANARY } from "../recognizers/canary.ts";
import { EXFILTRATION_LINK } from "../recognizers/links.ts";
import type { Recognizer } from "../recognizers/recognizer.ts";
import { CONTROL_SEQUENCE, HIDDEN_TEXT, SPECIAL_TOKEN } from "../recognizers/text-marks.ts";
import type { RedactionStrategy, Rule } from "./policy.ts";
import type { PolicySettings } from "./policy-settings.ts";

/** What the policy does about marks: out of the text, or the text is stopped. */
type MarkAction = "pass" | "flag" | "redact" | "strip" | "neutralize" | "reject" | "cut";

/** Rules about what a reader of a prompt does not see. */
export function promptMarks({ input }: PolicySettings): Rule[] {
	return [
		...markRules(SPECIAL_TOKEN, input.special_tokens),
		...markRules(HIDDEN_TEXT, input.hidden_text),
		...markRules(CONTROL_SEQUENCE, input.control_sequences),
	];
}

/** The same in answers. */
export function responseMarks({ response_filtering: response }: PolicySettings): Rule[] {
	return [
		...markRules(SPECIAL_TOKEN, response.special_tokens),
		...markRules(HIDDEN_TEXT, response.hidden_text),
		...markRules(CONTROL_SEQUENCE, response.control_sequences),
		...(response.prompt_canary === "none" ? [] : markRules(CANARY, response.prompt_canary)),
		...callTargets(response.tool_calls),
		...markRules(EXFILTRATION_LINK, response.links).map((rule) => ({ ...rule, allowedHosts: response.allowed_hosts })),
	];
}

function callTargets({ action, allowed_hosts }: PolicySettings["response_filtering"]["tool_calls"]): Rule[] {
	if (allowed_hosts.length === 0) return [];
	return markRules(CALL_TARGET, action).map((rule) => ({ ...rule, inCalls: true, allowedHosts: allowed_hosts }));
}

/** Their certainty is no measure of harm, so no threshold applies. */
function markRules({ type, category, label, patterns }: Recognizer, action: MarkAction): Rule[] {
	if (action === "pass") return [];
	const isStopped = action === "reject" || action === "cut";
	// Two halves of a token around one that is removed would be a token: something stays in its place.
	const strategy: RedactionStrategy = action === "neutralize" ? "mask" : "remove";
	return patterns.map((pattern) => ({
		...pattern,
		type,
		category,
		label,
		threshold: 0,
		strategy,
		action: isStopped ? "cut" : action === "flag" ? "flag" : "redact",
	}));
}
