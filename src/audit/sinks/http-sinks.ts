import { createHash, createHmac } from "node:crypto";
import { hostname } from "node:os";
import { formatRecord } from "./formats.ts";
import { type Severity, severityOf, titleOf } from "./severity.ts";
import type { ShippedRecord, Sink, SinkFormat, SinkSettings } from "./sink.ts";

const TIMEOUT_MS = 10_000;

/** Splunk's HTTP event collector: one event object after the other. */
export function createSplunkSink({ url, token, format }: SinkSettings & { type: "splunk_hec" }): Sink {
	return {
		deliver(records) {
			const events = records.map((record) => ({
				time: Date.parse(record.time) / 1000,
				host: hostname(),
				source: `secure-llm-proxy:${record.log}`,
				sourcetype: format === "cef" ? "cef" : "_json",
				event: eventOf(record, format),
				fields: { id: record.id },
			}));
			return post(`${url.replace(/\/+$/, "")}/services/collector/event`, events.map((event) => JSON.stringify(event)).join("\n"), {
				authorization: `Splunk ${token}`,
			});
		},
	};
}

/** A POST of `{ "records": […] }`, signed as in Standard Webhooks 1.0.0 (`webhook-signature: v1,…`). */
export function createWebhookSink({ url, secret, format }: SinkSettings & { type: "webhook" }): Sink {
	return {
		deliver(records) {
			const body = JSON.stringify({ records: records.map((record) => eventOf(record, format)) });
			// The same for the same records, so that a receiver can tell a repetition.
			const id = `msg_${createHash("sha256")
				.update(`${records[0]?.id}-${records.at(-1)?.id}`)
				.digest("hex")
				.slice(0, 24)}`;
			const timestamp = Math.floor(Date.now() / 1000);
			const signature = createHmac("sha256", webhookKey(secret)).update(`${id}.${timestamp}.${body}`).digest("base64");
			return post(url, body, { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` });
		},
	};
}

/** `whsec_` and base64, as the specification writes secrets; anything else is taken as it stands. */
function webhookKey(secret: string): Buffer {
	return secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
}

/** `SeverityNumber` of the OpenTelemetry log data model. */
const OTEL_SEVERITY: Readonly<Record<Severity, readonly [number, string]>> = {
	info: [9, "INFO"],
	low: [10, "INFO2"],
	medium: [13, "WARN"],
	high: [17, "ERROR"],
};

/** OpenTelemetry logs over OTLP/HTTP, JSON encoding. `url` is the collector's base, `/v1/logs` is added where it is missing. */
export function createOtlpSink({ url, headers }: SinkSettings & { type: "otlp" }): Sink {
	const target = url.endsWith("/v1/logs") ? url : `${url.replace(/\/+$/, "")}/v1/logs`;
	return {
		deliver(records) {
			const resource = { attributes: [attribute("service.name", "secure-llm-proxy"), attribute("host.name", hostname())] };
			const scope = { name: "secure-llm-proxy.audit" };
			return post(
				target,
				JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: records.map(logRecord) }] }] }),
				headers,
			);
		},
	};
}

function logRecord(record: ShippedRecord): object {
	const [severityNumber, severityText] = OTEL_SEVERITY[severityOf(record)];
	const attributes = {
		"event.name": `audit.${record.type}`,
		"log.record.uid": record.id,
		"user.hash": record.subject,
		"audit.outcome": record["outcome"],
	};
	return {
		timeUnixNano: String(BigInt(Date.parse(record.time)) * 1_000_000n),
		observedTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
		severityNumber,
		severityText,
		body: { stringValue: JSON.stringify(record) },
		attributes: [
			attribute("message", titleOf(record)),
			...Object.entries(attributes).flatMap(([key, value]) => (value === undefined || value === "" ? [] : [attribute(key, String(value))])),
		],
	};
}

function attribute(key: string, stringValue: string): object {
	return { key, value: { stringValue } };
}

function eventOf(record: ShippedRecord, format: SinkFormat): unknown {
	const text = formatRecord(record, format);
	return format === "cef" ? text : JSON.parse(text);
}

/** Rejects unless the answer is 2xx. A redirect is a fault: credentials would go with it. */
async function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
	const response = await fetch(url, {
		method: "POST",
		body,
		headers: { "content-type": "application/json", ...headers },
		redirect: "error",
		signal: AbortSignal.timeout(TIMEOUT_MS),
	});
	await response.body?.cancel();
	if (!response.ok) throw new Error(`HTTP ${response.status}`);
}
