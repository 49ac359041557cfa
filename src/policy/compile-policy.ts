import { createHash } from "node:crypto";
import { INJECTION_SIGNALS, type SignalPattern } from "../recognizers/injection.ts";
import type { Recognizer } from "../recognizers/recognizer.ts";
import { selectForAnswers, selectRecognizers } from "../recognizers/registry.ts";
import { customRule } from "./custom-rule.ts";
import { promptMarks, responseMarks } from "./mark-rules.ts";
import { phraseRules } from "./phrase-rules.ts";
import type { Action, Policy, Rule } from "./policy.ts";
import type { PolicySettings } from "./policy-settings.ts";
import { rulesOf } from "./recognizer-rules.ts";
import { withPromptRedaction, withResponseRedaction } from "./redaction-settings.ts";
import { type ThreatRule, threatRule } from "./threat-rule.ts";

/** Both directions from the settings. Patterns are not checked here: `checkRules` does. */
export function compilePolicy(security: PolicySettings, dryRun = false, threats: readonly ThreatRule[] = []): Policy {
	const { input, prompt_injection: injection, pii_protection: pii, response_filtering: response } = security;
	const named = [...phraseRules(security), ...threats.map(threatRule)];
	const promptRules = promptRulesOf(pii);
	const common = { threshold: pii.threshold, allowList: pii.allow_list };
	const policy = {
		prompt: {
			rules: [...withPromptRedaction([...named, ...promptRules], security), ...promptMarks(security), ...signalRules(injection)],
			strategy: pii.redaction_strategy,
			normalize: input.normalize,
			...common,
		},
		response: {
			rules: answerRules(security, named).map((rule) => (dryRun ? { ...rule, action: "flag" as const, would: rule.action } : rule)),
			strategy: response.redaction_strategy ?? pii.redaction_strategy,
			normalize: response.normalize,
			...common,
		},
		...injectionPolicy(injection),
		...namesPolicy(security, promptRules),
		onCut: response.on_cut,
		...(response.on_prompt_echo !== "allow" && { onEcho: dryRun ? ("flag" as const) : response.on_prompt_echo }),
		...(response.on_prompt_paraphrase === "flag" && { onParaphrase: response.on_prompt_paraphrase }),
		...(response.enabled && toolCallPolicy(response.tool_calls, dryRun)),
		...(response.enabled && response.prompt_canary !== "none" && !dryRun && { hasCanary: true as const }),
		...harmPolicy(security, dryRun),
		documents: input.documents,
		...(input.media !== "pass" && { media: input.media }),
		...toolPolicy(input.tools),
		maxPromptLength: input.max_prompt_length,
		maxCounts: { messages: input.max_messages, parts: input.max_parts, tools: input.max_tools },
		dryRun,
		restores: pii.restore,
	};
	return { id: createHash("sha256").update(JSON.stringify(policy)).digest("hex").slice(0, 16), ...policy };
}

function promptRulesOf(pii: PolicySettings["pii_protection"]): Rule[] {
	if (!pii.enabled) return [];
	const blocked = new Set(pii.block_types);
	const actionOf = ({ type, category, groups }: Recognizer): Action =>
		["all", type, category === "secret" ? "secrets" : "pii", ...(groups ?? [])].some((name) => blocked.has(name)) ? "cut" : "redact";
	return [
		...pii.custom_patterns.map((pattern) => customRule(pattern, blocked.has(pattern.name) ? "cut" : "redact")),
		...selectRecognizers(pii.detection_types).flatMap((recognizer) => rulesOf(recognizer, actionOf(recognizer))),
	];
}

/** `named`: what the operator and packs of threats name. */
function answerRules(security: PolicySettings, named: readonly Rule[]): Rule[] {
	const { pii_protection: pii, response_filtering: response } = security;
	if (!response.enabled) return withResponseRedaction(named, security);
	const rules = [
		...pii.custom_patterns.map((pattern) => customRule(pattern, response.on_pii)),
		...selectForAnswers(response.detection_types).flatMap((recognizer) =>
			rulesOf(recognizer, recognizer.category === "secret" ? response.on_secret : response.on_pii, response.sensitive_from),
		),
	].filter(({ action }) => action !== "allow");
	return [...withResponseRedaction([...named, ...rules], security), ...responseMarks(security)];
}

function signalRules({ enabled, detection_models }: PolicySettings["prompt_injection"]): Rule[] {
	return enabled && detection_models.includes("rule_based") ? INJECTION_SIGNALS.map(signalRule) : [];
}

function injectionPolicy(injection: PolicySettings["prompt_injection"]): Pick<Policy, "injection"> {
	const { enabled, detection_models: models, block_threshold: threshold, action, model_timeout_ms: ms } = injection;
	if (!enabled) return {};
	return {
		injection: {
			threshold,
			action,
			isLearned: models.includes("ml_based"),
			...(models.every((model) => model === "ml_based") && { isLearnedAlone: true as const }),
			...(models.includes("transformer") && { hasSecondStage: true as const }),
			timeout: { ms, action: timeoutAction(injection) },
		},
	};
}

function harmPolicy({ prompt_injection: injection, response_filtering: response }: PolicySettings, dryRun: boolean): Pick<Policy, "harm"> {
	if (!response.enabled || response.on_harmful === "allow") return {};
	const isAsked = injection.enabled && injection.detection_models.includes("transformer");
	return {
		harm: {
			threshold: response.block_threshold,
			action: dryRun ? "flag" : response.on_harmful,
			...(isAsked && { secondStage: { onTimeout: timeoutAction(injection) } }),
		},
	};
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

function toolPolicy({ allowed, allowed_hosted, allowed_servers }: PolicySettings["input"]["tools"]): Pick<Policy, "tools"> {
	const tools = { function: allowed, hosted: allowed_hosted, server: allowed_servers };
	return Object.values(tools).every((names) => names.includes("*")) ? {} : { tools };
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
