import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditWriter } from "./audit/audit-writer.ts";
import type { CompiledPolicy } from "./compile-policies.ts";
import type { Config } from "./config/schema.ts";
import { type DemoUpstream, startDemoUpstream } from "./demo/demo-upstream.ts";
import { createUpstreamClient } from "./edge/upstream.ts";
import type { UpstreamClient } from "./edge/upstream-types.ts";
import type { Hooks } from "./hooks/hooks.ts";
import { HookRunner } from "./hooks/run-hook.ts";
import { IssuerBook } from "./identity/issuer-book.ts";
import { createLanePool, type LanePool } from "./lanes/lane-pool.ts";
import type { MeterStore } from "./limits/meter.ts";
import { type OpenCache, openAudit, openCache, openMeters, type StoreDeps } from "./open-stores.ts";
import { processFacts } from "./process-facts.ts";
import { ProviderHealthBook } from "./routing/provider-health.ts";
import { RetryBudget } from "./routing/retry-policy.ts";
import { RefusalTally } from "./session/refusal-tally.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";
import { createTracing, type Tracing } from "./telemetry/tracing.ts";
import { redactionKey } from "./verdict/redaction-key.ts";

/** What a proxy gets besides its configuration. */
export interface ProxyDeps extends StoreDeps {
	/** What a program does at the phases of a request. */
	readonly hooks?: Hooks;
	/** Of the package, for `build_info`. */
	readonly version?: string;
	/** Another lane worker, for tests that break lanes. */
	readonly workerUrl?: URL;
}

/** What a proxy opens once and has to its end, whatever its configuration becomes. */
export interface ProxyParts {
	/** How many there should be. */
	readonly lanes: number;
	readonly pool: LanePool;
	readonly audit: AuditWriter;
	readonly refusals: RefusalTally;
	readonly metrics: Metrics;
	readonly hooks: HookRunner;
	readonly upstream: UpstreamClient;
	readonly tracing: Tracing;
	readonly health: ProviderHealthBook;
	readonly issuers: IssuerBook;
	readonly retryBudget: RetryBudget;
	readonly meters: MeterStore;
	/** Undefined until a configuration asks for it, likewise. */
	readonly demoUrl: string | undefined;
	readonly cache: OpenCache | undefined;
	/** Opens what this configuration asks for and none before it did. */
	openFor(config: Config): Promise<void>;
	close(): Promise<void>;
}

/** ms that the end of lanes and connections has to say its last; the audit trail waits no longer for a lane that does not end. */
const LAST_RECORDS_MS = 2000;

/** `activeStreams`: for the metrics. Rejects when lanes do not start or the audit trail cannot be written. */
export async function openParts(
	config: Config,
	policies: readonly CompiledPolicy[],
	deps: ProxyDeps,
	activeStreams: () => number,
): Promise<ProxyParts> {
	const { server } = config;
	const { logger, version = "unknown" } = deps;
	const audit = await openAudit(config, deps);
	const lanes = server.workers ?? Math.max(1, Math.floor(availableParallelism() / server.processes) - 1);
	const health = new ProviderHealthBook();
	const metrics = createMetrics(version, () =>
		processFacts({ activeStreams: activeStreams(), pool, lanes, audit, health, meters, cachedBytes: cache?.store.bytes ?? 0 }),
	);
	const pool = await createLanePool({
		lanes,
		deadlineMs: server.lane_deadline_ms,
		secretKey: redactionKey(deps.secret),
		policies,
		onEvent: (event) => {
			logger.warn({ event }, "lane");
			audit.record({ type: "lane", time: new Date().toISOString(), event: event.kind, lane: event.lane });
			metrics.countLaneEvent(event.kind);
		},
		...(deps.workerUrl && { workerUrl: deps.workerUrl }),
	}).catch((error: Error) => audit.close(0).then(() => Promise.reject(error)));
	const refusals = new RefusalTally((record) => audit.record(record));
	const hooks = new HookRunner(deps.hooks ?? {}, (phase, reason) => {
		logger.error({ phase, reason }, "hook failed");
		metrics.countHookFailure(phase);
	});
	const upstream = createUpstreamClient();
	const tracing = await createTracing(config.telemetry, version);
	const meters = openMeters(config, deps);
	let demo: DemoUpstream | undefined;
	let cache: OpenCache | undefined;
	return {
		lanes,
		pool,
		audit,
		refusals,
		metrics,
		hooks,
		upstream,
		tracing,
		health,
		issuers: new IssuerBook(),
		retryBudget: new RetryBudget(),
		meters,
		get demoUrl() {
			return demo?.url;
		},
		get cache() {
			return cache;
		},
		async openFor(next) {
			if (Object.values(next.llm_providers).some(({ type }) => type === "demo")) demo ??= await startDemoUpstream();
			cache ??= openCache(next, deps);
		},
		async close() {
			meters.close();
			cache?.store.close();
			const closed = Promise.all([pool.close(), upstream.close(), demo?.close(), tracing.close()]);
			await Promise.race([closed, sleep(LAST_RECORDS_MS, undefined, { ref: false })]);
			refusals.flush();
			audit.record({ type: "stop", time: new Date().toISOString() });
			await audit.close(server.drain_timeout_ms);
			await closed;
		},
	};
}
