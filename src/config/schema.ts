import { z } from "zod";

const detectionTypes = z.array(z.string().min(1));
const milliseconds = z.int().min(1).max(3_600_000);

const Server = z.strictObject({
	host: z.string().default("0.0.0.0"),
	port: z.int().min(0).max(65535).default(8000),
	listener: z.enum(["auto", "uws", "node"]).default("auto").describe("uWebSockets.js where its binary loads, else node:http"),
	workers: z.int().min(1).max(256).optional().describe("lanes; default: cores - 1, at least 1"),
	max_request_size: z.int().min(1024).max(999_999_999).default(1_048_576).describe("bytes; a larger body gets 413"),
	max_sessions: z.int().min(1).default(10_000),
	drain_timeout_ms: milliseconds.default(30_000),
	lane_deadline_ms: milliseconds.default(2000).describe("ms a lane may take for one batch before it is replaced"),
	keepalive_interval_ms: milliseconds.default(15_000),
	trusted_proxies: z.array(z.string()).default([]),
	tls: z.strictObject({ cert_file: z.string().default(""), key_file: z.string().default("") }).prefault({}),
});

const CustomPattern = z.strictObject({
	name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "must be lower case letters, digits and underscores"),
	pattern: z.string().min(1),
	score: z.number().min(0).max(1).default(0.9),
	case_insensitive: z.boolean().default(false),
});

const Security = z.strictObject({
	prompt_injection: z
		.strictObject({
			enabled: z.boolean().default(true),
			detection_models: z.array(z.enum(["rule_based", "ml_based"])).default(["rule_based", "ml_based"]),
			block_threshold: z.number().min(0).max(1).default(0.7),
			action: z.enum(["block", "flag"]).default("block"),
		})
		.prefault({}),
	input: z
		.strictObject({
			max_prompt_length: z.int().min(1).default(200_000),
			normalize: z.boolean().default(true),
			on_invalid_encoding: z.enum(["reject"]).default("reject"),
		})
		.prefault({}),
	blocked_phrases: z.array(z.string().regex(/\S/, "must not be blank").max(500)).default([]).describe("block a prompt, cut an answer"),
	pii_protection: z
		.strictObject({
			enabled: z.boolean().default(true),
			detection_types: detectionTypes.default(["email", "ssn", "credit_card", "phone", "ip_address"]),
			redaction_strategy: z.enum(["mask", "replace", "remove", "hash", "synthetic"]).default("mask"),
			block_types: detectionTypes.default([]),
			restore: z.boolean().default(false),
			threshold: z.number().min(0).max(1).default(0.5),
			custom_patterns: z.array(CustomPattern).default([]),
			allow_list: z.array(z.string()).default([]),
		})
		.prefault({}),
	response_filtering: z
		.strictObject({
			enabled: z.boolean().default(true),
			on_pii: z.enum(["allow", "redact", "cut"]).default("redact"),
			on_secret: z.enum(["allow", "redact", "cut"]).default("cut"),
			on_harmful: z.enum(["allow", "redact", "cut"]).default("cut"),
			block_threshold: z.number().min(0).max(1).default(0.7),
			detection_types: detectionTypes.default(["all"]),
		})
		.prefault({}),
	rate_limiting: z
		.strictObject({
			requests_per_minute: z.int().min(0).default(60),
			requests_per_hour: z.int().min(0).default(1000),
			burst_allowance: z.int().min(0).default(10),
			tokens_per_minute: z.int().min(0).default(0),
		})
		.prefault({}),
	auth: z
		.strictObject({
			mode: z.enum(["none", "api_key", "jwt"]).default("none"),
			keys_file: z.string().optional(),
			jwks_url: z.string().optional(),
			issuer: z.string().optional(),
			audience: z.string().optional(),
		})
		.prefault({}),
	policies: z.record(z.string(), z.unknown()).default({}),
});

const timeouts = z
	.strictObject({ connect_ms: milliseconds.default(5000), head_ms: milliseconds.default(120_000), idle_ms: milliseconds.default(120_000) })
	.prefault({});
const headerName = z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/, "must be a header name in lower case");
const remote = {
	base_url: z.url({ protocol: /^https?$/ }),
	api_key: z.string().default(""),
	models: z.array(z.string()).default([]),
	max_tokens: z.int().min(1).optional(),
	temperature: z.number().min(0).max(2).optional(),
	api_version: z.string().default("").describe("Azure's api-version; empty: its v1 API"),
	pass_headers: z
		.strictObject({ request: z.array(headerName).default([]), response: z.array(headerName).default([]) })
		.prefault({})
		.describe("header names that pass beside the built-in allow lists"),
	timeouts,
};

const Provider = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("openai"), ...remote }),
	z.strictObject({ type: z.literal("azure"), ...remote }),
	z.strictObject({ type: z.literal("anthropic"), ...remote }),
	z.strictObject({ type: z.literal("gemini"), ...remote }),
	z.strictObject({ type: z.literal("demo"), timeouts }),
]);

/** The whole configuration. Every default is safe; unknown keys are errors. */
export const ConfigSchema = z.strictObject({
	server: Server.prefault({}),
	security: Security.prefault({}),
	llm_providers: z.record(z.string(), Provider).default({}),
	shared_state: z.strictObject({ redis_url: z.string().default("") }).prefault({}),
	logging: z
		.strictObject({
			level: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]).default("INFO"),
			format: z.enum(["json"]).default("json"),
			retention_days: z.int().min(1).default(90),
			sensitive_data_logging: z.boolean().default(false),
		})
		.prefault({}),
	audit: z
		.strictObject({
			dir: z.string().default("./data/audit"),
			retention_days: z.int().min(1).default(90),
			sinks: z.array(z.unknown()).default([]),
		})
		.prefault({}),
});

export type Config = z.infer<typeof ConfigSchema>;
