/** Traces and metrics of the GenAI semantic conventions, as the sessions see them; `otel.ts` sends them. */

export interface TracedRequest {
	readonly method: string;
	readonly path: string;
	/** The caller's trace may be in them. */
	readonly headers: Readonly<Record<string, string>>;
}

/** One request to a provider. */
export interface TracedAttempt {
	/** Type of the provider in the configuration. */
	readonly type: string;
	readonly provider: string;
	readonly model: string;
	readonly api: string;
	readonly url: string;
	readonly isStreamed: boolean;
}

/** What is told of a request at its end. */
export interface TracedEnd {
	readonly requestId: string;
	readonly api: string;
	readonly outcome: string;
	readonly status: number;
	readonly prompt: { readonly action: string; readonly score: number };
	/** From asking the upstream to its first byte. */
	readonly upstreamMs?: number;
	readonly tokens?: { readonly input: number; readonly output: number };
}

export interface RequestTrace {
	/** An attempt begins, and the one before it is over. Headers that continue the trace at the provider. */
	attempt(attempt: TracedAttempt): Readonly<Record<string, string>>;
	/** What came of the attempt: an HTTP status, an error code, or `abandoned`. */
	result(result: string): void;
	end(end: TracedEnd): void;
}

export interface Tracing {
	begin(request: TracedRequest): RequestTrace;
	/** Sends what is left. */
	close(): Promise<void>;
}

const NO_TRACE: RequestTrace = { attempt: () => ({}), result: () => undefined, end: () => undefined };

/** The caller's `traceparent` passes as it is. */
const NO_TRACING: Tracing = { begin: () => NO_TRACE, close: async () => undefined };

export interface TracingSettings {
	/** Empty: `OTEL_EXPORTER_OTLP_ENDPOINT`, and without that none. */
	readonly otlp_endpoint: string;
	readonly sample_ratio: number;
	readonly export_interval_ms: number;
}

/** Base of the collector's addresses; empty: there is none. */
export function collectorOf({ otlp_endpoint }: Pick<TracingSettings, "otlp_endpoint">): string {
	return (otlp_endpoint || process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] || "").replace(/\/+$/, "");
}

export async function createTracing(settings: TracingSettings, version: string): Promise<Tracing> {
	const endpoint = collectorOf(settings);
	if (endpoint === "") return NO_TRACING;
	const { startOpenTelemetry } = await import("./otel.ts");
	return startOpenTelemetry({
		endpoint,
		ratio: settings.sample_ratio,
		intervalMs: settings.export_interval_ms,
		version,
	});
}
