import { collectDefaultMetrics, Registry } from "prom-client";
import { ERRORS } from "../core/errors.ts";
import { DURATION_BUCKETS, metricsIn } from "./metrics-in.ts";
import { addProcessGauges, PREFIX, type ProcessFacts } from "./process-gauges.ts";
import { type RequestFacts, requestMetrics } from "./request-metrics.ts";
import { sharedMetrics } from "./shared-metrics.ts";

/** What alerts watch begins at 0, so that the first of its kind is an increase: a series that begins with 1 has none. */
const WATCHED = {
	refusals: Object.entries(ERRORS).flatMap(([code, { status }]) => (status === 503 ? [code] : [])),
	laneEvents: ["died", "hung", "replaced"],
	hookPhases: ["authenticate", "request", "prompt", "finished"],
};

/** One try to get an answer from a provider. */
export interface AttemptFacts {
	readonly provider: string;
	/** HTTP status, an error code of the catalogue, or `abandoned`. */
	readonly result: string;
	readonly durationMs: number;
}

export interface Metrics {
	count(request: RequestFacts): void;
	/** A request that did not become a session. `code` of the catalogue. */
	countRefusal(code: string): void;
	countAttempt(attempt: AttemptFacts): void;
	countLaneEvent(kind: string): void;
	countHookFailure(phase: string): void;
	/** Prometheus text exposition format 0.0.4. */
	expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Metrics of this process. Labels come from closed sets and from the configuration, never from a request's text. */
export function createMetrics(version: string, facts: () => ProcessFacts): Metrics {
	const registry = new Registry();
	collectDefaultMetrics({ register: registry, prefix: PREFIX });
	const { counter, histogram } = metricsIn(registry);
	const count = requestMetrics(registry);
	const refusals = counter("refusals_total", "Requests that were refused before they became a session, by error code", ["code"]);
	const laneEvents = counter("lane_events_total", "Lanes that died, hung or were replaced", ["kind"]);
	const hookFailures = counter("hook_failures_total", "Hooks of a program that failed or took too long, by phase", ["phase"]);
	for (const code of WATCHED.refusals) refusals.inc({ code }, 0);
	for (const kind of WATCHED.laneEvents) laneEvents.inc({ kind }, 0);
	for (const phase of WATCHED.hookPhases) hookFailures.inc({ phase }, 0);
	const attempts = counter("upstream_attempts_total", "Requests to providers, by HTTP status, error code, or abandoned", [
		"provider",
		"result",
	]);
	const attemptDurations = histogram(
		"upstream_head_seconds",
		"Time from a request to a provider to the head of its answer, or its failure",
		"provider",
		DURATION_BUCKETS,
	);
	addProcessGauges(registry, version, facts);
	const all = sharedMetrics(registry);
	return {
		count,
		countRefusal: (code) => refusals.inc({ code }),
		countAttempt({ provider, result, durationMs }) {
			attempts.inc({ provider, result });
			attemptDurations.observe({ provider }, durationMs / 1000);
		},
		countHookFailure: (phase) => hookFailures.inc({ phase }),
		countLaneEvent: (kind) => laneEvents.inc({ kind }),
		expose: async () => ({ contentType: registry.contentType, body: await all() }),
	};
}
