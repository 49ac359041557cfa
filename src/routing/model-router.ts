import type { ApiName } from "../core/api.ts";
import { modelMatcherOf } from "../core/globs.ts";
import { type TokenBudget, TRANSLATED_APIS } from "../core/translation.ts";
import { type ModelRule, type OrderFacts, orderTargets } from "./model-rule.ts";

export type ProviderType = "openai" | "azure" | "anthropic" | "gemini" | "demo";

/** Where requests for a model go. */
export interface Route {
	readonly provider: string;
	readonly type: ProviderType;
	/** Without a trailing slash. */
	readonly baseUrl: string;
	/** Empty: none configured. */
	readonly apiKey: string;
	/** Azure's `api-version`; empty: none. */
	readonly apiVersion: string;
	/** Most tokens of an answer, and sampling temperature, for requests that do not say. */
	readonly maxTokens?: number;
	readonly temperature?: number;
	/** A policy that prompts to this provider must pass as well. */
	readonly policy?: string;
	readonly deadlines: { readonly connectMs: number; readonly headMs: number; readonly idleMs: number };
	/** Requests at once; 0: no bound. */
	readonly maxConcurrent: number;
	/** Further parameters of a query that pass to this upstream. */
	readonly passQuery: ReadonlySet<string>;
	/** Further header names (lower case) that pass to and from this upstream. */
	readonly passHeaders: { readonly request: ReadonlySet<string>; readonly response: ReadonlySet<string> };
}

export interface RouteSpec extends Route {
	/** Model globs; empty: every model. */
	readonly models: readonly string[];
}

const OPENAI: readonly ApiName[] = [
	"openai-chat",
	"openai-completions",
	"openai-responses",
	"openai-embeddings",
	"openai-images",
	"openai-speech",
	"openai-transcription",
];

const SPOKEN: Readonly<Record<ProviderType, readonly ApiName[]>> = {
	openai: [...OPENAI, "rerank"],
	azure: OPENAI,
	anthropic: ["anthropic-messages", "anthropic-count-tokens"],
	gemini: ["gemini-generate", "gemini-embed"],
	demo: [
		"openai-chat",
		"openai-completions",
		"openai-responses",
		"openai-embeddings",
		"anthropic-messages",
		"anthropic-count-tokens",
		"gemini-generate",
		"gemini-embed",
	],
};

/** The API in which the provider's servers get a client's request: the client's own, or one it can be translated to. */
function upstreamApiOf(type: ProviderType, api: ApiName): ApiName | undefined {
	return [api, TRANSLATED_APIS[api]].find((candidate) => candidate !== undefined && SPOKEN[type].includes(candidate));
}

/** OpenAI's own models know the newer name of the field only, other servers the older one. */
export function tokenBudgetOf({ type, baseUrl, maxTokens }: Route): TokenBudget {
	const isOpenai = type === "azure" || new URL(baseUrl).hostname.endsWith("openai.com");
	return { openaiField: isOpenai ? "max_completion_tokens" : "max_tokens", ...(maxTokens !== undefined && { maxTokens }) };
}

/** A provider and what it is configured for. */
export interface ServedModels {
	readonly route: Route;
	serves(model: string): boolean;
	/** Models that the configuration names in full. */
	readonly names: readonly string[];
}

/** Where one attempt of a request goes. */
export interface Target {
	readonly route: Route;
	/** The API it gets the request in. */
	readonly api: ApiName;
	/** Its name for the model. */
	readonly model: string;
}

export interface ModelRouter {
	/** In the order of the configuration. */
	readonly providers: readonly ServedModels[];
	/** Names that stand for models of providers. */
	readonly aliases: readonly string[];
	/**
	 * The targets of the first rule for the model, in the order to try them. Without a rule one: the first provider with a
	 * glob for the model, where those that speak the API come before those that need a translation. Targets that
	 * understand neither are left out. `caller`: who asks, for rules that are sticky.
	 */
	targets(model: string, api: ApiName, caller: string): readonly Target[];
}

export function createModelRouter(specs: readonly RouteSpec[], rules: readonly ModelRule[], facts: OrderFacts): ModelRouter {
	const table = specs.map((spec) => ({ spec, matches: modelMatcherOf(spec.models) }));
	const ruled = rules.map((rule) => ({ rule, matches: modelMatcherOf([rule.name]) }));
	const targetAt = (route: Route | undefined, model: string, api: ApiName): readonly Target[] => {
		const spoken = route && upstreamApiOf(route.type, api);
		return route === undefined || spoken === undefined ? [] : [{ route, api: spoken, model }];
	};
	return {
		providers: table.map(({ spec, matches }) => ({ route: spec, serves: matches, names: spec.models.filter(isPlainName) })),
		aliases: rules.map(({ name }) => name).filter(isPlainName),
		targets(model, api, caller) {
			const rule = ruled.find(({ matches }) => matches(model))?.rule;
			if (rule !== undefined)
				return orderTargets(rule, caller, facts).flatMap((target) =>
					targetAt(
						specs.find(({ provider }) => provider === target.provider),
						target.model ?? model,
						api,
					),
				);
			const fitting = table.filter(({ matches }) => matches(model)).flatMap(({ spec }) => targetAt(spec, model, api));
			return [fitting.find((target) => target.api === api) ?? fitting[0]].filter((target) => target !== undefined);
		},
	};
}

function isPlainName(glob: string): boolean {
	return !/[*?[\]{}!()]/.test(glob);
}
