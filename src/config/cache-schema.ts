import { z } from "zod";
import { redisUrl } from "./redis-url-schema.ts";

/** Bytes of an answer that is not streamed, at most; a longer one ends with an error. */
const MAX_ANSWER_BYTES = 10 << 20;

/** `cache`: answers given again. */
export const Cache = z
	.strictObject({
		enabled: z.boolean().default(false).describe("Answer a request with the answer that the very same request got before."),
		store: z
			.enum(["memory", "redis"])
			.default("memory")
			.describe("`memory`: each process has its own; `redis`: all replicas share one, encrypted under `SECURE_LLM_PROXY_SECRET_KEY`."),
		redis_url: redisUrl.describe(
			"Redis or Valkey of the cache. Empty: `shared_state.redis_url`; one of its own keeps answers from filling that of the limits.",
		),
		scope: z
			.enum(["caller", "everyone"])
			.default("caller")
			.describe(
				"Whose answers a request may get: those of its own caller, or `everyone`'s. Where callers bring their own provider key, only theirs.",
			),
		ttl_seconds: z.int().min(1).max(86_400).default(300).describe("Seconds for which an answer is given again."),
		max_entry_bytes: z.int().min(1024).max(MAX_ANSWER_BYTES).default(1_048_576).describe("Bytes of an answer that is kept, at most."),
		max_bytes: z
			.int()
			.min(1024)
			.default(67_108_864)
			.describe("Bytes of memory for all answers, at most; the ones that were not asked for longest go first."),
	})
	.refine(({ max_entry_bytes, max_bytes }) => max_entry_bytes <= max_bytes, {
		path: ["max_entry_bytes"],
		message: "must not be more than max_bytes",
	})
	.describe("A cache of answers, off by default. See docs/cache.md.");
