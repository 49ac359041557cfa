import type { Config } from "../config/schema.ts";
import { createModelRouter, type ModelRouter, type RouteSpec } from "./model-router.ts";
import type { CircuitPolicy, ProviderHealthBook } from "./provider-health.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** The router of a configuration. `demoUrl`: where the embedded upstream listens. */
export function configuredRouter(config: Config, demoUrl: string | undefined, health: ProviderHealthBook): ModelRouter {
	const rules = Object.entries(config.routing.models).map(([name, rule]) => ({ name, ...rule }));
	return createModelRouter(routesOf(config, demoUrl), rules, {
		latencyMs: (provider) => health.of(provider).latencyMs,
		random: Math.random,
	});
}

/** What `routing` says about attempts. */
export interface UpstreamPolicy {
	readonly retries: RetryPolicy;
	/** `refuse`: when every target is left alone, none is tried. */
	readonly circuit: CircuitPolicy & { readonly refuse: boolean };
}

export function upstreamPolicyOf({ routing: { retries, circuit_breaker: circuit } }: Config): UpstreamPolicy {
	return {
		retries: {
			attempts: retries.attempts,
			sameProvider: retries.same_provider,
			baseDelayMs: retries.base_delay_ms,
			maxDelayMs: retries.max_delay_ms,
			deadlineMs: retries.deadline_ms,
			budgetPercent: retries.budget_percent,
		},
		circuit: { failures: circuit.failures, openMs: circuit.open_ms, refuse: circuit.refuse },
	};
}

function routesOf(config: Config, demoUrl: string | undefined): RouteSpec[] {
	return Object.entries(config.llm_providers).map(([provider, spec]) => {
		const deadlines = { connectMs: spec.timeouts.connect_ms, headMs: spec.timeouts.head_ms, idleMs: spec.timeouts.idle_ms };
		const policy = spec.policy !== undefined && { policy: spec.policy };
		const common = { provider, deadlines, maxConcurrent: spec.max_concurrent, ...policy };
		if (spec.type === "demo") return { ...NO_OPTIONS, ...common, type: "demo", baseUrl: demoUrl ?? "" };
		return {
			...common,
			type: spec.type,
			baseUrl: spec.base_url.replace(/\/+$/, ""),
			apiKey: spec.api_key,
			apiVersion: spec.api_version,
			...(spec.max_tokens !== undefined && { maxTokens: spec.max_tokens }),
			...(spec.temperature !== undefined && { temperature: spec.temperature }),
			models: spec.models,
			passQuery: new Set(spec.pass_query),
			passHeaders: { request: new Set(spec.pass_headers.request), response: new Set(spec.pass_headers.response) },
		};
	});
}

const NO_OPTIONS = {
	apiKey: "",
	apiVersion: "",
	models: [],
	passQuery: new Set<string>(),
	passHeaders: { request: new Set<string>(), response: new Set<string>() },
};
