import { auditOptions } from "./audit/audit-settings.ts";
import { type AuditWriter, createAuditWriter } from "./audit/audit-writer.ts";
import type { CacheStore } from "./cache/cache-store.ts";
import { createMemoryCache } from "./cache/memory-cache.ts";
import { createRedisCache } from "./cache/redis-cache.ts";
import { cacheSecret, ResponseCache } from "./cache/response-cache.ts";
import type { ConfigFault } from "./config/config-fault.ts";
import type { Config } from "./config/schema.ts";
import { createMemoryStore } from "./limits/memory-store.ts";
import type { MeterStore } from "./limits/meter.ts";
import { createRedisStore } from "./limits/redis-store.ts";
import { ContentKeeper } from "./session/content-keeper.ts";
import type { Logger } from "./telemetry/logger.ts";

/** What a process keeps: on disk, in memory, or in Redis. */
export interface StoreDeps {
	readonly logger: Logger;
	/** Of the installation. */
	readonly secret?: string;
	/** The one before, while a rotation is under way. */
	readonly previousSecret?: string;
}

export function openAudit({ audit }: Config, { logger, secret = "", previousSecret }: StoreDeps): Promise<AuditWriter> {
	return createAuditWriter({ ...auditOptions(audit, { secret, previousSecret }), onEvent: (event) => logger.warn({ event }, "audit") });
}

export function openMeters({ shared_state, security }: Config, { logger, secret }: StoreDeps): MeterStore {
	if (shared_state.redis_url === "") return createMemoryStore();
	return createRedisStore({
		url: shared_state.redis_url,
		onFailure: security.rate_limiting.on_store_failure,
		secret,
		onEvent: (event) => logger.warn({ event }, "shared state"),
	});
}

/** A cache's store, and what its entries are keyed by. */
export interface OpenCache {
	readonly store: CacheStore;
	readonly secret: Uint8Array;
}

/** Undefined: there is no cache. */
export function openCache({ cache, shared_state }: Config, { logger, secret: installation }: StoreDeps): OpenCache | undefined {
	if (!cache.enabled) return undefined;
	const secret = cacheSecret(installation);
	if (cache.store === "memory") return { secret, store: createMemoryCache(cache.max_bytes) };
	const url = cache.redis_url === "" ? shared_state.redis_url : cache.redis_url;
	return { secret, store: createRedisCache({ url, secret, onEvent: (event) => logger.warn({ event }, "cache") }) };
}

/** What one configuration makes of it. */
export function cacheOf({ cache }: Config, open: OpenCache | undefined): ResponseCache | undefined {
	if (open === undefined || !cache.enabled) return undefined;
	const { scope, ttl_seconds, max_entry_bytes } = cache;
	return new ResponseCache(open.store, { scope, ttlMs: ttl_seconds * 1000, maxEntryBytes: max_entry_bytes, secret: open.secret });
}

/** Replicas could not read each other's answers, nor their own after a restart. */
export function cacheFault({ cache }: Config, secret = ""): ConfigFault | undefined {
	if (!cache.enabled || cache.store !== "redis" || secret !== "") return undefined;
	const message = "'redis' encrypts what it stores, and there is no secret to do it with";
	return { path: "cache.store", message, remedy: "Set SECURE_LLM_PROXY_SECRET_KEY, the same on all replicas, or use memory." };
}

/** What keeps the text of a session; it keeps none unless the configuration asks for it. */
export function contentKeeperOf({ logging, audit }: Config): () => ContentKeeper | undefined {
	if (!logging.sensitive_data_logging) return () => undefined;
	return () => new ContentKeeper(audit.record_full_text ? "full" : "redacted");
}
