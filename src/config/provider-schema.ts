import { z } from "zod";
import { milliseconds } from "./duration-schema.ts";

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

/** One entry of `llm_providers`. */
export const Provider = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("openai"), ...remote }),
	z.strictObject({ type: z.literal("azure"), ...remote }),
	z.strictObject({ type: z.literal("anthropic"), ...remote }),
	z.strictObject({ type: z.literal("gemini"), ...remote }),
	z.strictObject({ type: z.literal("demo"), timeouts }),
]);
