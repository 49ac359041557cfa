import { z } from "zod";
import { Provider } from "./provider-schema.ts";
import { Security } from "./security-schema.ts";
import { Server } from "./server-schema.ts";

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
