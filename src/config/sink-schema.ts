import { z } from "zod";

const common = {
	name: z
		.string()
		.regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, "must be lower-case letters, digits, dashes and underscores")
		.describe("Unique. Names how far the sink has come (`NAME.cursor` beside the log), and its events."),
	on_failure: z
		.enum(["closed", "buffer"])
		.default("buffer")
		.describe("When more than `max_behind_records` wait for it: refuse new work, or skip the oldest."),
	max_behind_records: z.int().min(1).max(1_000_000_000).default(1_000_000).describe("Records that may wait. They wait in the log itself."),
};
const format = z
	.enum(["json", "ecs", "ocsf", "cef"])
	.default("json")
	.describe("The record as it is, Elastic Common Schema, OCSF, or ArcSight CEF.");
const url = z.url({ protocol: /^https?$/ });

/** One entry of `audit.sinks`. */
export const Sink = z.discriminatedUnion("type", [
	z.strictObject({
		type: z.literal("syslog").describe("RFC 5424 over TCP or TLS."),
		...common,
		host: z.string().min(1).describe("With `syslog`: the receiver."),
		port: z.int().min(1).max(65_535).default(6514).describe("With `syslog`."),
		tls: z.boolean().default(true).describe("With `syslog`: RFC 5425. Without it everybody on the way can read."),
		ca_file: z
			.string()
			.default("")
			.describe("With `syslog`: who may sign the receiver's certificate, PEM. Empty: the authorities that Node.js knows."),
		cert_file: z.string().default("").describe("With `syslog`: own certificate, PEM, where the receiver asks for one."),
		key_file: z.string().default("").describe("With `syslog`: its key, PEM."),
		server_name: z.string().default("").describe("With `syslog`: name that the receiver's certificate must be for. Empty: `host`."),
		format,
	}),
	z.strictObject({
		type: z.literal("splunk_hec").describe("Splunk's HTTP event collector."),
		...common,
		url: url.describe(
			"With `splunk_hec` the collector's base, with `webhook` the whole URL, with `otlp` the OpenTelemetry collector's base.",
		),
		token: z.string().min(1).describe("With `splunk_hec`."),
		format,
	}),
	z.strictObject({
		type: z.literal("webhook").describe('POST of `{"records": […]}`, signed as in Standard Webhooks.'),
		...common,
		url,
		secret: z.string().min(1).describe("With `webhook`: signs (HMAC-SHA-256). `whsec_…` is base64."),
		format,
	}),
	z.strictObject({
		type: z.literal("otlp").describe("OpenTelemetry logs, OTLP/HTTP in JSON."),
		...common,
		url,
		headers: z.record(z.string(), z.string()).default({}).describe("With `otlp`: sent along, for example an authorization."),
	}),
	z.strictObject({
		type: z.literal("file").describe("A file of lines, for collectors that read files."),
		...common,
		path: z.string().min(1).describe("With `file`."),
		max_bytes: z
			.int()
			.min(1024)
			.default(100 << 20)
			.describe("With `file`: size at which it becomes `path.1`."),
		max_files: z.int().min(1).max(100).default(5).describe("With `file`: files that are kept."),
		format,
	}),
]);
