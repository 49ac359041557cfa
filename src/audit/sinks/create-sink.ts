import { createFileSink } from "./file-sink.ts";
import { createOtlpSink, createSplunkSink, createWebhookSink } from "./http-sinks.ts";
import type { Sink, SinkSettings } from "./sink.ts";
import { createSyslogSink } from "./syslog-sink.ts";

export function createSink(settings: SinkSettings): Sink {
	switch (settings.type) {
		case "syslog":
			return createSyslogSink(settings);
		case "splunk_hec":
			return createSplunkSink(settings);
		case "webhook":
			return createWebhookSink(settings);
		case "otlp":
			return createOtlpSink(settings);
		case "file":
			return createFileSink(settings);
		default:
			return settings satisfies never;
	}
}
