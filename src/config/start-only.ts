import { isDeepStrictEqual } from "node:util";
import type { Config } from "./schema.ts";

/** Keys and sections that a running proxy does not take over from a new configuration. */
const START_ONLY = [
	"server",
	"security.rate_limiting.on_store_failure",
	"shared_state",
	"cache.store",
	"cache.redis_url",
	"cache.max_bytes",
	"telemetry",
	"audit",
];
/** Keys in those sections that it does take over. */
const RELOADED = ["server.trusted_proxies", "server.keepalive_interval_ms", "server.tls", "audit.record_full_text", "audit.index_url"];

/** Whether the key is read when the proxy starts, and then no more. */
export function isStartOnly(path: string): boolean {
	return START_ONLY.some((key) => isWithin(path, key)) && !RELOADED.some((key) => isWithin(path, key));
}

export interface ReloadedConfig {
	/** What holds from now on. */
	readonly config: Config;
	/** Keys that have another value in the new configuration, and stay as they were. */
	readonly deferred: readonly string[];
}

/** A new configuration for a proxy that runs: keys that are read at start only keep the value they were `started` with. */
export function reloadedConfig(started: Config, next: Config): ReloadedConfig {
	const deferred: string[] = [];
	const merge = (old: unknown, renewed: unknown, path: string): unknown => {
		if (isSection(old) && isSection(renewed) && START_ONLY.some((key) => isWithin(path, key) || isWithin(key, path))) {
			const keys = new Set([...Object.keys(old), ...Object.keys(renewed)]);
			return Object.fromEntries(Array.from(keys, (key) => [key, merge(old[key], renewed[key], path === "" ? key : `${path}.${key}`)]));
		}
		if (!isStartOnly(path)) return renewed;
		if (!isDeepStrictEqual(old, renewed)) deferred.push(path);
		return old;
	};
	return { config: merge(started, next, "") as Config, deferred };
}

function isWithin(path: string, section: string): boolean {
	return section === "" || path === section || path.startsWith(`${section}.`);
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
