import { z } from "zod";

const detectionTypes = z.array(z.string().min(1));

const CustomPattern = z.strictObject({
	name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "must be lower case letters, digits and underscores"),
	pattern: z.string().min(1),
	score: z.number().min(0).max(1).default(0.9),
	case_insensitive: z.boolean().default(false),
});

/** `security`: what is looked for and what happens then. */
export const Security = z.strictObject({
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
