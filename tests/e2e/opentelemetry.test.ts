import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startChatUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

interface Attribute {
	readonly key: string;
	readonly value: {
		readonly stringValue?: string;
		readonly intValue?: number;
		readonly doubleValue?: number;
		readonly boolValue?: boolean;
	};
}

interface Span {
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly name: string;
	readonly kind: number;
	readonly attributes: readonly Attribute[];
	readonly status: { readonly code?: number };
}

interface Metric {
	readonly name: string;
	readonly unit: string;
	readonly histogram: { readonly dataPoints: readonly { readonly count: number | string; readonly attributes: readonly Attribute[] }[] };
}

interface Exported {
	readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: Span[] }[] }[];
	readonly resourceMetrics?: readonly { readonly scopeMetrics: readonly { readonly metrics: Metric[] }[] }[];
}

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SERVER = 2;
const CLIENT = 3;

/** A collector that speaks OTLP/HTTP with JSON. */
let collector: Server;
const spans: Span[] = [];
const metrics: Metric[] = [];
let raw = "";
let upstream: MockUpstream;
let failing: MockUpstream;
let proxy: Proxy;

beforeAll(async () => {
	collector = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		raw += text;
		const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(text) as Exported;
		spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
		metrics.push(...resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)));
		response.writeHead(200, { "content-type": "application/json" }).end("{}");
	});
	await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
	failing = await startMockUpstream((response) => void response.writeHead(500).end("{}"));
	upstream = await startChatUpstream(["Write to jane.doe@example.com today."], { prompt_tokens: 30, completion_tokens: 20 });
	proxy = await startProxy(
		{ bad: { type: "azure", base_url: failing.url, api_key: "k" }, good: { type: "openai", base_url: upstream.url, api_key: "k" } },
		`routing: { models: { m: { targets: [{ provider: bad }, { provider: good }] } }, circuit_breaker: { failures: 0 } }
telemetry: { otlp_endpoint: "http://127.0.0.1:${(collector.address() as AddressInfo).port}/", export_interval_ms: 200 }`,
	);
});
afterAll(async () => {
	await proxy.drain();
	collector.close();
	upstream.close();
	failing.close();
});
beforeEach(() => {
	upstream.requests.length = 0;
	failing.requests.length = 0;
	spans.length = 0;
});

const ask = async (headers: Record<string, string> = {}): Promise<void> => {
	const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "please phone (415) 555-2671" }] });
	await (await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, { method: "POST", headers, body })).text();
};

function valueOf({ attributes }: Pick<Span, "attributes">, key: string): unknown {
	const value = attributes.find((attribute) => attribute.key === key)?.value ?? {};
	return Object.values(value)[0];
}

const received = (count: number): Promise<void> => vi.waitFor(() => expect(spans).toHaveLength(count), { timeout: 60_000, interval: 100 });

test("a request and its attempts are spans of the caller's trace, which goes on at the providers", async () => {
	await ask({ traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, tracestate: "vendor=1" });
	await received(3);
	const server = spans.find(({ kind }) => kind === SERVER);
	const [first, second] = spans.filter(({ kind }) => kind === CLIENT);
	expect(spans.map(({ traceId }) => traceId)).toEqual([TRACE, TRACE, TRACE]);
	expect(server).toMatchObject({ name: "POST /v1/chat/completions", parentSpanId: "00f067aa0ba902b7" });
	for (const [attempt, asked] of [
		[first, failing],
		[second, upstream],
	] as const) {
		expect(attempt).toMatchObject({ name: "chat m", parentSpanId: server?.spanId });
		expect(asked.requests[0]?.headers).toMatchObject({ traceparent: `00-${TRACE}-${attempt?.spanId}-01`, tracestate: "vendor=1" });
	}
	expect([first, second].map((span) => span && valueOf(span, "gen_ai.provider.name"))).toEqual(["azure.ai.openai", "openai"]);
	expect([first, second].map((span) => span && valueOf(span, "error.type"))).toEqual(["500", undefined]);
	expect(second && valueOf(second, "gen_ai.response.time_to_first_chunk")).toBeGreaterThan(0);
	expect(second && valueOf(second, "server.address")).toBe("127.0.0.1");
	expect(server && valueOf(server, "secure_llm_proxy.prompt.action")).toBe("redact");
	expect(server && valueOf(server, "secure_llm_proxy.outcome")).toBe("complete");
	expect(server?.status.code ?? 0).toBe(0);
});

test("without a trace a new one begins, and a caller that says 'not sampled' is not traced but passed on", async () => {
	await ask();
	await received(3);
	expect(spans[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
	expect(upstream.requests[0]?.headers["traceparent"]).toContain(spans[0]?.traceId);
	spans.length = 0;
	await ask({ traceparent: `00-${TRACE}-00f067aa0ba902b7-00` });
	await ask();
	await received(3);
	expect(spans.map(({ traceId }) => traceId)).not.toContain(TRACE);
	expect(upstream.requests[1]?.headers["traceparent"]).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
});

test("metrics of the conventions are sent, and no text of prompt or answer in anything", async () => {
	await ask();
	await vi.waitFor(() => expect(metrics.map(({ name }) => name)).toContain("gen_ai.client.operation.time_to_first_chunk"), {
		timeout: 60_000,
		interval: 100,
	});
	const duration = metrics.findLast(({ name }) => name === "gen_ai.client.operation.duration");
	expect(duration?.unit).toBe("s");
	expect(duration?.histogram.dataPoints.map((point) => valueOf(point, "gen_ai.provider.name")).sort()).toEqual([
		"azure.ai.openai",
		"openai",
	]);
	expect(raw).not.toMatch(/555-2671|jane/);
});

test("docs/observability.md names every attribute and metric of the conventions that is sent, and no other", async () => {
	await ask();
	await vi.waitFor(() => expect(metrics.map(({ name }) => name)).toContain("gen_ai.client.token.usage"), {
		timeout: 60_000,
		interval: 100,
	});
	const page = readFileSync("docs/observability.md", "utf8");
	const namesIn = (text: string, quote: string): string[] => [
		...new Set(Array.from(text.matchAll(new RegExp(`${quote}(gen_ai\\.[\\w.]+)${quote}`, "g")), ([, name = ""]) => name)),
	];
	expect(namesIn(page, "`").sort()).toEqual(namesIn(raw, '"').sort());
});
