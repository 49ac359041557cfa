import { z } from "zod";
import { milliseconds } from "./duration-schema.ts";

/** `telemetry`: where traces and metrics are sent to. */
export const Telemetry = z
	.strictObject({
		otlp_endpoint: z
			.string()
			.refine((url) => url === "" || /^https?:\/\//.test(url), "must be an http(s) URL")
			.default("")
			.describe(
				"OTLP/HTTP collector, such as `http://localhost:4318`. Empty: `OTEL_EXPORTER_OTLP_ENDPOINT`, and without that nothing is sent.",
			),
		sample_ratio: z
			.number()
			.min(0)
			.max(1)
			.default(1)
			.describe("Share of the requests that are traced, where the caller's `traceparent` does not say."),
		export_interval_ms: milliseconds.default(15_000).describe("ms between two exports of metrics; spans are sent at least every 5 s."),
	})
	.describe("OpenTelemetry, beside Prometheus' `/metrics`. Never carries text of prompts or answers.");
