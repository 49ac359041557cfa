import type { AuditWriter } from "./audit/audit-writer.ts";
import type { LanePool } from "./lanes/lane-pool.ts";
import type { MeterStore } from "./limits/meter.ts";
import type { ProviderHealthBook } from "./routing/provider-health.ts";
import type { ProcessFacts } from "./telemetry/process-gauges.ts";

export interface ProcessParts {
	readonly activeStreams: number;
	readonly pool: LanePool;
	/** That there should be. */
	readonly lanes: number;
	readonly audit: AuditWriter;
	readonly health: ProviderHealthBook;
	readonly cachedBytes: number;
	readonly meters: MeterStore;
}

/** What metrics ask of the parts of a process. */
export function processFacts({ activeStreams, pool, lanes, audit, health, cachedBytes, meters }: ProcessParts): ProcessFacts {
	const { alive, queuedBytes, waitMs } = pool.stats();
	return {
		activeStreams,
		lanesAlive: alive,
		lanesConfigured: lanes,
		laneQueuedBytes: queuedBytes,
		laneWaitMs: waitMs,
		cachedBytes,
		sharedStateFailing: meters.state === "redis_down",
		auditUnwritten: audit.stats.unwritten,
		auditFailing: audit.stats.isFailing,
		providers: [...health].map(([provider, { inFlight, state }]) => ({ provider, inFlight, isOpen: state === "open" })),
	};
}
