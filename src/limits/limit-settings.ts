import type { Config } from "../config/schema.ts";
import { limitsOf } from "../identity/limits.ts";
import type { LimitSettings } from "./caller-limiter.ts";

/** `rate_limiting` and `abuse` of a configuration. */
export function limitSettings({ security: { rate_limiting: limits, abuse } }: Config): LimitSettings {
	return {
		limits: limitsOf(limits),
		burst: limits.burst_allowance,
		rules: limits.rules.map(({ name, per, roles, routes, models, ...rule }) => ({
			name,
			per,
			roles,
			routes,
			models,
			limits: limitsOf(rule),
		})),
		abuse: {
			blocks: abuse.blocks,
			windowMs: abuse.window_ms,
			suspendMs: abuse.suspend_ms,
			historyWeight: abuse.history_weight,
		},
	};
}
