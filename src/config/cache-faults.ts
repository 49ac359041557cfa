import type { ConfigFault } from "./config-fault.ts";
import type { Config } from "./schema.ts";

/** A cache in a Redis that nobody names. */
export function cacheFaults({ cache, shared_state }: Config): ConfigFault[] {
	if (!cache.enabled || cache.store !== "redis" || cache.redis_url !== "" || shared_state.redis_url !== "") return [];
	const remedy = "Set it or shared_state.redis_url, or cache.store: memory.";
	return [{ path: "cache.redis_url", message: "is empty while cache.store is 'redis'", remedy }];
}
