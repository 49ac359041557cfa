import { Gauge, type Registry } from "prom-client";

/** What is read when somebody asks. */
export interface ProcessFacts {
	readonly activeStreams: number;
	readonly lanesAlive: number;
	readonly lanesConfigured: number;
	readonly laneQueuedBytes: number;
	readonly laneWaitMs: number;
	/** Of answers in memory. */
	readonly cachedBytes: number;
	readonly sharedStateFailing: boolean;
	readonly auditUnwritten: number;
	readonly auditFailing: boolean;
	readonly providers: readonly ProviderFacts[];
}

export interface ProviderFacts {
	readonly provider: string;
	readonly inFlight: number;
	/** Left alone because it failed. */
	readonly isOpen: boolean;
}

/** Of the names of all metrics. */
export const PREFIX = "secure_llm_proxy_";

/** What a process is like at the moment: `facts` are read with every scrape. */
export function addProcessGauges(registry: Registry, version: string, facts: () => ProcessFacts): void {
	const registers = [registry];
	const perProvider = (name: string, help: string, aggregator: "sum" | "max", read: (facts: ProviderFacts) => number): void => {
		new Gauge({
			name: PREFIX + name,
			help,
			labelNames: ["provider"],
			aggregator,
			registers,
			collect() {
				this.reset();
				for (const provider of facts().providers) this.set({ provider: provider.provider }, read(provider));
			},
		});
	};
	perProvider("upstream_in_flight", "Requests at a provider now", "sum", ({ inFlight }) => inFlight);
	perProvider("upstream_circuit_open", "1 while a provider is left alone because it failed", "max", ({ isOpen }) => Number(isOpen));
	new Gauge({ name: `${PREFIX}build_info`, help: "Always 1", labelNames: ["version"], registers, aggregator: "first" }).set({ version }, 1);
	const gauge = (name: string, help: string, read: (facts: ProcessFacts) => number): void => {
		new Gauge({
			name: PREFIX + name,
			help,
			registers,
			collect() {
				this.set(read(facts()));
			},
		});
	};
	gauge("active_streams", "Sessions that are open", ({ activeStreams }) => activeStreams);
	gauge("lanes_alive", "Lanes that answer", ({ lanesAlive }) => lanesAlive);
	gauge("lanes_configured", "Lanes that there should be", ({ lanesConfigured }) => lanesConfigured);
	gauge("lane_queued_bytes", "Bytes that wait for a lane", ({ laneQueuedBytes }) => laneQueuedBytes);
	gauge("lane_wait_seconds", "Time that work waits for the lane with the shortest queue", ({ laneWaitMs }) => laneWaitMs / 1000);
	gauge("cache_stored_bytes", "Bytes of answers that the cache holds in memory", ({ cachedBytes }) => cachedBytes);
	gauge("shared_state_failing", "1 while Redis cannot be asked for limits", ({ sharedStateFailing }) => Number(sharedStateFailing));
	gauge("audit_unwritten_records", "Audit records that are not on disk yet", ({ auditUnwritten }) => auditUnwritten);
	gauge("audit_failing", "1 while audit records cannot be written", ({ auditFailing }) => Number(auditFailing));
}
