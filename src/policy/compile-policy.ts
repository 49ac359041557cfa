import { createHash } from "node:crypto";
import { INJECTION_SIGNALS, type SignalPattern } from "../recognizers/injection.ts";
import type { Recognizer } from "../recognizers/recognizer.ts";
import { selectForAnswers, selectRecognizers } from "../recognizers/registry.ts";
import { customRule } from "./custom-rule.ts";
import { promptMarks, responseMarks } from "./mark-rules.ts";
import type { Action, Policy, Rule } from "./policy.ts";
import type { PolicySettings } from "./policy-settings.ts";
import { rulesOf } from "./recognizer-rules.ts";
import { withPromptRedaction, withResponseRedaction } from "./redaction-settings.ts";
import { type ThreatRule, threatRule } from "./threat-rule.ts";

/** The rules of both directions from the settings. Patterns are not checked here: `checkRules` does. */
export function compilePolicy(security: PolicySettings, dryRun = false, threats: readonly ThreatRule[] = []): Policy {
	const { pii_protection: pii, response_filtering: response } = security;
	const blocked = new Set(pii.block_types);
	const blocks = (names: readonly string[]): boolean => names.some((name) => blocked.has(name));
	const promptAction = ({ type, category, groups }: Recognizer): Action =>
		blocks(["all", type, category === "secret" ? "secrets" : "pii", ...(groups ?? [])]) ? "cut" : "redact";
	const phrases = [...security.blocked_phrases.map(phraseRule), ...security.blocked_patterns.map(patternRule), ...threats.map(threatRule)];
	const { prompt_injection: injection } = security;
	const signals = injection.enabled && injection.detection_models.includes("rule_based") ? INJECTION_SIGNALS.map(signalRule) : [];
	const custom = (action: (name: string) => Action): Rule[] =>
		pii.custom_patterns.map((pattern) => customRule(pattern, action(pattern.name)));
	const promptRules = pii.enabled
		? [
				...custom((name) => (blocked.has(name) ? "cut" : "redact")),
				...selectRecognizers(pii.detection_types).flatMap((recognizer) => rulesOf(recognizer, promptAction(recognizer))),
			]
		: [];
	const responseRules = response.enabled
		? [
				...custom(() => response.on_pii),
				...selectForAnswers(response.detection_types).flatMap((recognizer) =>
					rulesOf(recognizer, recognizer.category === "secret" ? response.on_secret : response.on_pii, response.sensitive_from),
				),
			]
		: [];
	const allResponseRules = [
		...withResponseRedaction([...phrases, ...responseRules.filter(({ action }) => action !== "allow")], security),
		...(response.enabled ? responseMarks(security) : []),
	];
	const common = { threshold: pii.threshold, allowList: pii.allow_list };
	const policy = {
		prompt: {
			rules: [...withPromptRedaction([...phrases, ...promptRules], security), ...promptMarks(security), ...signals],
			strategy: pii.redaction_strategy,
			normalize: security.input.normalize,
			...common,
		},
		response: {
			rules: allResponseRules.map((rule) => (dryRun ? { ...rule, action: "flag" as const, would: rule.action } : rule)),
			strategy: response.redaction_strategy ?? pii.redaction_strategy,
			normalize: response.normalize,
			...common,
		},
		...(injection.enabled && {
			injection: {
				threshold: injection.block_threshold,
				action: injection.action,
				isLearned: injection.detection_models.includes("ml_based"),
				...(injection.detection_models.includes("transformer") && { hasSecondStage: true as const }),
				timeout: { ms: injection.model_timeout_ms, action: timeoutAction(injection) },
			},
		}),
		...namesPolicy(security, promptRules),
		onCut: response.on_cut,
		...(response.on_prompt_echo !== "allow" && { onEcho: dryRun ? ("flag" as const) : response.on_prompt_echo }),
		...(response.on_prompt_paraphrase === "flag" && { onParaphrase: response.on_prompt_paraphrase }),
		...(response.enabled && toolCallPolicy(response.tool_calls, dryRun)),
		...(response.enabled && response.prompt_canary !== "none" && !dryRun && { hasCanary: true as const }),
		...(response.enabled &&
			response.on_harmful !== "allow" && {
				harm: {
					threshold: response.block_threshold,
					action: dryRun ? ("flag" as const) : response.on_harmful,
					...(injection.enabled &&
						injection.detection_models.includes("transformer") && {
							secondStage: { onTimeout: timeoutAction(injection) },
						}),
				},
			}),
		documents: security.input.documents,
		...(security.input.media !== "pass" && { media: security.input.media }),
		maxPromptLength: security.input.max_prompt_length,
		maxCounts: { messages: security.input.max_messages, parts: security.input.max_parts, tools: security.input.max_tools },
		dryRun,
		restores: pii.restore,
	};
	return { id: createHash("sha256").update(JSON.stringify(policy)).digest("hex").slice(0, 16), ...policy };
}

/** A transformer costs time: it is asked only where names are looked for. */
function namesPolicy({ pii_protection: pii, prompt_injection }: PolicySettings, promptRules: readonly Rule[]): Pick<Policy, "names"> {
	if (!pii.name_models.includes("transformer") || promptRules.every(({ learned }) => learned === undefined)) return {};
	return { names: { timeoutMs: prompt_injection.model_timeout_ms } };
}

/** A policy that blocks nothing does not block for want of time either. */
function timeoutAction({ action, on_timeout }: PolicySettings["prompt_injection"]): "allow" | "flag" | "block" {
	if (on_timeout === "pass") return "allow";
	return on_timeout === "flag" ? "flag" : action;
}

function toolCallPolicy(
	{ action, allowed_tools }: PolicySettings["response_filtering"]["tool_calls"],
	dryRun: boolean,
): Pick<Policy, "toolCalls"> {
	return action === "pass" ? {} : { toolCalls: { action: dryRun ? "flag" : action, allowedTools: allowed_tools } };
}

function signalRule({ signal, ...pattern }: SignalPattern): Rule {
	return { ...pattern, type: signal, category: "injection", label: "INJECTION", action: "flag" };
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
		label: "BLOCKED",
		expression,
		caseInsensitive: true,
		score: 1,
		action: "cut",
	};
}
