import type { ConfigFault } from "./config-fault.ts";
import { isMetadataAddress } from "./metadata-address.ts";
import { notEnforcedIn } from "./not-enforced.ts";
import { isPreset } from "./presets.ts";
import type { Config } from "./schema.ts";

/** What is probably not meant, although the configuration is valid. `raw`: as it is written; `logLevel`: what the environment says. */
export function warningsOf(config: Config, raw: unknown, logLevel = ""): ConfigFault[] {
	const { llm_providers, routing, security, shared_state } = config;
	const ignored = notEnforcedIn(raw).map((path) => ({
		path,
		message: "is not enforced in this version",
		remedy: "Remove the key, or do not rely on it.",
	}));
	const inert = Object.entries(routing.models)
		.filter(([, { strategy, targets }]) => strategy !== "weighted" && targets.some(({ weight }) => weight !== 1))
		.map(([name, { strategy }]) => ({
			path: `routing.models.${name}`,
			message: `has weights, which mean nothing with the strategy '${strategy}'`,
			remedy: "Set strategy: weighted, or remove the weights.",
		}));
	const local = Object.entries(llm_providers)
		.filter(([, provider]) => provider.type !== "demo" && isMetadataAddress(provider.base_url))
		.map(([name]) => ({
			path: `llm_providers.${name}.base_url`,
			message: "is a link-local address or a cloud's metadata service, which gives out the machine's own credentials",
			remedy: "Name the host where the API is served.",
		}));
	const { tokens_per_day, tokens_per_month, usd_per_day, usd_per_month, rules } = security.rate_limiting;
	const hasBudget = [tokens_per_day, tokens_per_month, usd_per_day, usd_per_month].some((limit) => limit > 0);
	const hasRuleBudget = rules.some((rule) => rule.tokens_per_day + rule.tokens_per_month + rule.usd_per_day + rule.usd_per_month > 0);
	return [
		...ignored,
		...inert,
		...judgesIn(config),
		...(logLevel === "" || LOG_LEVEL.test(logLevel) ? [] : [UNKNOWN_LEVEL]),
		...local,
		...(Object.keys(llm_providers).length === 0 ? [NO_PROVIDER] : []),
		...((hasBudget || hasRuleBudget) && shared_state.redis_url === "" ? [BUDGETS_IN_MEMORY] : []),
	];
}

/** Policies of the file that look for attacks with nobody who could find any. */
function judgesIn({ policies }: Config): ConfigFault[] {
	return policies
		.filter(
			({
				name,
				settings: {
					prompt_injection: { enabled, detection_models },
				},
			}) => enabled && detection_models.length === 0 && !isPreset(name),
		)
		.map(({ name }) => ({
			path: `${name === "default" ? "security" : `security.policies.${name}`}.prompt_injection.detection_models`,
			message: "is empty: no attack is found",
			remedy: "Name a judge, such as rule_based, or write enabled: false if that is meant.",
		}));
}

const LOG_LEVEL = /^(?:DEBUG|INFO|WARN|ERROR)$/i;
const UNKNOWN_LEVEL: ConfigFault = {
	path: "LOG_LEVEL",
	message: "in the environment is no level of the log, so logging.level counts",
	remedy: "Set it to DEBUG, INFO, WARN or ERROR.",
};

const NO_PROVIDER: ConfigFault = {
	path: "llm_providers",
	message: "names no provider: every request is answered 404",
	remedy: 'Add one, such as { type: openai, base_url: "https://api.openai.com/v1" }, or { type: demo }.',
};

const BUDGETS_IN_MEMORY: ConfigFault = {
	path: "security.rate_limiting",
	message: "has budgets, which a restart sets back to zero while they are in memory",
	remedy: "Set shared_state.redis_url.",
};
