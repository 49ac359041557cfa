import {
	type Attributes,
	type Context,
	defaultTextMapSetter,
	ROOT_CONTEXT,
	type Span,
	SpanKind,
	SpanStatusCode,
	trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-base";
import {
	DURATION_BOUNDARIES,
	GEN_AI,
	OPERATION_DURATION,
	operationOf,
	providerNameOf,
	TIME_TO_FIRST_CHUNK,
	TOKEN_BOUNDARIES,
	TOKEN_USAGE,
} from "./gen-ai.ts";
import type { RequestTrace, TracedAttempt, TracedEnd, Tracing } from "./tracing.ts";

export interface OpenTelemetryOptions {
	/** Of the collector, without `/v1/…`. */
	readonly endpoint: string;
	readonly ratio: number;
	readonly intervalMs: number;
	readonly version: string;
}

/** ms that the last export may take. */
const CLOSE_MS = 3000;
const FROM_HEADERS = {
	get: (headers: Readonly<Record<string, string>>, name: string): string | undefined => headers[name],
	keys: (headers: Readonly<Record<string, string>>): string[] => Object.keys(headers),
};

/** Sends spans and metrics to a collector, in the background and bounded; one that is away loses them and costs nothing else. */
export function startOpenTelemetry({ endpoint, ratio, intervalMs, version }: OpenTelemetryOptions): Tracing {
	const service = { "service.name": process.env["OTEL_SERVICE_NAME"] ?? "secure-llm-proxy", "service.version": version };
	const resource = defaultResource().merge(resourceFromAttributes(service));
	const spans = new BasicTracerProvider({
		resource,
		sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
		spanProcessors: [
			new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }), { scheduledDelayMillis: Math.min(intervalMs, 5000) }),
		],
	});
	const exporter = new OTLPMetricExporter({ url: `${endpoint}/v1/metrics` });
	const readers = [
		new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: intervalMs, exportTimeoutMillis: Math.min(intervalMs, 10_000) }),
	];
	const meters = new MeterProvider({ resource, readers });
	const meter = meters.getMeter("secure-llm-proxy", version);
	const seconds = { unit: "s", advice: { explicitBucketBoundaries: DURATION_BOUNDARIES } };
	const instruments: Instruments = {
		duration: meter.createHistogram(OPERATION_DURATION, seconds),
		firstChunk: meter.createHistogram(TIME_TO_FIRST_CHUNK, seconds),
		tokens: meter.createHistogram(TOKEN_USAGE, { unit: "{token}", advice: { explicitBucketBoundaries: TOKEN_BOUNDARIES } }),
	};
	const tracer = spans.getTracer("secure-llm-proxy", version);
	const propagator = new W3CTraceContextPropagator();
	return {
		begin({ method, path, headers }) {
			const caller = propagator.extract(ROOT_CONTEXT, headers, FROM_HEADERS);
			const attributes = { "http.request.method": method, "url.path": path };
			const span = tracer.startSpan(`${method} ${path}`, { kind: SpanKind.SERVER, attributes }, caller);
			const context = trace.setSpan(caller, span);
			return new OpenTrace(span, instruments, (name, more) => {
				const attempt = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: more }, context);
				const carrier: Record<string, string> = {};
				propagator.inject(trace.setSpan(context, attempt) as Context, carrier, defaultTextMapSetter);
				return { attempt, carrier };
			});
		},
		async close() {
			const last = Promise.allSettled([spans.shutdown(), meters.shutdown()]);
			await Promise.race([last, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
		},
	};
}

interface Recorder {
	record(value: number, attributes: Attributes): void;
}

interface Instruments {
	readonly duration: Recorder;
	readonly firstChunk: Recorder;
	readonly tokens: Recorder;
}

type StartAttempt = (name: string, attributes: Attributes) => { readonly attempt: Span; readonly carrier: Record<string, string> };

interface OpenAttempt {
	readonly span: Span;
	readonly attributes: Attributes;
	readonly startedAt: number;
	result: string;
}

class OpenTrace implements RequestTrace {
	readonly #span: Span;
	readonly #instruments: Instruments;
	readonly #start: StartAttempt;
	#attempt: OpenAttempt | undefined;

	constructor(span: Span, instruments: Instruments, start: StartAttempt) {
		this.#span = span;
		this.#instruments = instruments;
		this.#start = start;
	}

	attempt({ type, model, api, url, isStreamed }: TracedAttempt): Readonly<Record<string, string>> {
		this.#endAttempt({});
		const { hostname, port, protocol } = new URL(url);
		const operation = operationOf(api);
		const attributes = {
			[GEN_AI.operation]: operation,
			[GEN_AI.provider]: providerNameOf(type),
			[GEN_AI.requestModel]: model,
			"server.address": hostname,
			"server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
		};
		const { attempt, carrier } = this.#start(`${operation} ${model}`, { ...attributes, [GEN_AI.isStreamed]: isStreamed });
		this.#attempt = { span: attempt, attributes, startedAt: performance.now(), result: "abandoned" };
		return carrier;
	}

	result(result: string): void {
		if (this.#attempt !== undefined) this.#attempt.result = result;
	}

	end(end: TracedEnd): void {
		this.#endAttempt(end);
		this.#span.setAttributes({
			"http.response.status_code": end.status,
			"secure_llm_proxy.request_id": end.requestId,
			"secure_llm_proxy.outcome": end.outcome,
			"secure_llm_proxy.prompt.action": end.prompt.action,
			"secure_llm_proxy.prompt.score": end.prompt.score,
		});
		if (end.status >= 500) this.#span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute("error.type", end.outcome);
		this.#span.end();
	}

	#endAttempt({ upstreamMs, tokens, outcome }: Partial<TracedEnd>): void {
		const attempt = this.#attempt;
		if (attempt === undefined) return;
		this.#attempt = undefined;
		const { span, startedAt, result } = attempt;
		const isGood = /^2\d\d$/.test(result) && (outcome === undefined || !outcome.startsWith("upstream_"));
		const error = isGood ? {} : { "error.type": /^2/.test(result) ? (outcome ?? result) : result };
		const attributes = { ...attempt.attributes, ...error };
		span.setAttributes(error);
		if (!isGood) span.setStatus({ code: SpanStatusCode.ERROR });
		this.#instruments.duration.record((performance.now() - startedAt) / 1000, attributes);
		if (upstreamMs !== undefined && isGood) {
			span.setAttribute(GEN_AI.timeToFirstChunk, upstreamMs / 1000);
			this.#instruments.firstChunk.record(upstreamMs / 1000, attributes);
		}
		if (tokens !== undefined) {
			span.setAttributes({ [GEN_AI.inputTokens]: tokens.input, [GEN_AI.outputTokens]: tokens.output });
			for (const type of ["input", "output"] as const)
				this.#instruments.tokens.record(tokens[type], { ...attributes, [GEN_AI.tokenType]: type });
		}
		span.end();
	}
}
