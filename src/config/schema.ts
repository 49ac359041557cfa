import { z } from "zod";
import { Admin } from "./admin-schema.ts";
import { Audit } from "./audit-schema.ts";
import { Cache } from "./cache-schema.ts";
import { ThreatPacks } from "./packs-schema.ts";
import { Provider, ProviderName } from "./provider-schema.ts";
import { redisUrl } from "./redis-url-schema.ts";
import type { ResolvedPolicy } from "./resolve-policies.ts";
import { Routing } from "./routing-schema.ts";
import { Security } from "./security-schema.ts";
import { Server } from "./server-schema.ts";
import { Telemetry } from "./telemetry-schema.ts";

const SharedState = z
	.strictObject({
		redis_url: redisUrl.describe("Redis or Valkey, `redis://…`, or `rediss://…` for TLS. Empty: in memory, this process only."),
	})
	.prefault({})
	.describe("Where replicas keep what they share.");

const Logging = z
	.strictObject({
		level: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]).default("INFO").describe("Least level that is written. `LOG_LEVEL` overrides it."),
		format: z.enum(["json"]).default("json").describe("JSON lines on standard error."),
		retention_days: z.int().min(1).default(90).describe("Days that log files are kept."),
		sensitive_data_logging: z
			.boolean()
			.default(false)
			.describe(
				"Record requests as they go upstream and answers as they are delivered, redacted, encrypted with the subject's key, in the audit trail. Off: no text is kept anywhere.",
			),
	})
	.prefault({})
	.describe("The process's own log. Never carries prompts, answers or matched text unless told to.");

/** The whole configuration. Every default is safe; unknown keys are errors. `npm run schema` follows every change. */
export const ConfigSchema = z.strictObject({
	server: Server.prefault({}),
	security: Security.prefault({}),
	llm_providers: z
		.record(ProviderName, Provider)
		.default({})
		.describe("Upstreams by a name of your choice, in order: a request goes to the first whose `models` match."),
	routing: Routing.prefault({}),
	threat_packs: ThreatPacks.prefault({}),
	shared_state: SharedState,
	cache: Cache.prefault({}),
	logging: Logging,
	telemetry: Telemetry.prefault({}),
	audit: Audit.prefault({}),
	admin: Admin,
});

/** `policies`: every policy with what it inherits, `default` first. */
export type Config = z.infer<typeof ConfigSchema> & { readonly policies: readonly ResolvedPolicy[] };
