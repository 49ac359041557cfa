import type { ApiName } from "../core/api.ts";
import { type TokenBudget, TRANSLATED_APIS } from "../core/translation.ts";
import { matcherOf } from "./model-globs.ts";

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
	readonly deadlines: { readonly connectMs: number; readonly headMs: number; readonly idleMs: number };
	/** Further header names (lower case) that pass to and from this upstream. */
	readonly passHeaders: { readonly request: ReadonlySet<string>; readonly response: ReadonlySet<string> };
}

export interface RouteSpec extends Route {
	/** Model globs; empty: every model. */
	readonly models: readonly string[];
}

const SPOKEN: Readonly<Record<ProviderType, readonly ApiName[]>> = {
	openai: ["openai-chat", "openai-completions", "openai-responses", "openai-embeddings"],
	azure: ["openai-chat", "openai-completions", "openai-responses", "openai-embeddings"],
	anthropic: ["anthropic-messages", "anthropic-count-tokens"],
	gemini: ["gemini-generate", "gemini-embed"],
	demo: ["openai-chat"],
};

/** The API in which the provider's servers get a client's request: the client's own, or one it can be translated to. */
export function upstreamApiOf(type: ProviderType, api: ApiName): ApiName | undefined {
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

export interface ModelRouter {
	/** In the order of the configuration. */
	readonly providers: readonly ServedModels[];
	/**
	 * First provider with a glob for the model, in the order of the configuration; those that speak the API come before
	 * those that need a translation, and others are not asked.
	 */
	route(model: string, api: ApiName): Route | undefined;
	/** First provider of one of the types, for requests that name no model. */
	first(types: readonly ProviderType[]): Route | undefined;
}

export function createModelRouter(specs: readonly RouteSpec[]): ModelRouter {
	const table = specs.map((spec) => ({
		spec,
		matches: matcherOf(spec.models),
	}));
	return {
		providers: table.map(({ spec, matches }) => ({
			route: spec,
			serves: matches,
			names: spec.models.filter((name) => !/[*?[\]{}!()]/.test(name)),
		})),
		route(model, api) {
			const matching = table.filter(({ matches }) => matches(model));
			const apis = matching.map(({ spec }) => upstreamApiOf(spec.type, api));
			const own = apis.indexOf(api);
			return matching[own >= 0 ? own : apis.findIndex((candidate) => candidate !== undefined)]?.spec;
		},
		first: (types) => specs.find(({ type }) => types.includes(type)),
	};
}
