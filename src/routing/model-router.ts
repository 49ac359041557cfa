import picomatch from "picomatch";
import type { ApiName } from "../core/api.ts";

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

/** Whether the provider's servers speak the API themselves. */
export function speaks(type: ProviderType, api: ApiName): boolean {
	return SPOKEN[type].includes(api);
}

export interface ModelRouter {
	/**
	 * First provider with a glob for the model, in the order of the configuration; those that speak the API come before
	 * those that need a translation.
	 */
	route(model: string, api: ApiName): Route | undefined;
	/** First provider of one of the types, for requests that name no model. */
	first(types: readonly ProviderType[]): Route | undefined;
}

export function createModelRouter(specs: readonly RouteSpec[]): ModelRouter {
	const table = specs.map((spec) => ({
		spec,
		matches: spec.models.length === 0 ? () => true : picomatch([...spec.models], { bash: true }),
	}));
	return {
		route(model, api) {
			const matching = table.filter(({ matches }) => matches(model));
			return (matching.find(({ spec }) => speaks(spec.type, api)) ?? matching[0])?.spec;
		},
		first: (types) => specs.find(({ type }) => types.includes(type)),
	};
}
