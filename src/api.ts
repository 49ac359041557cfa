/** What programs import from the package. */
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { logWarnings } from "./cli/run-proxy.ts";
import { installationSecrets } from "./cli/secret.ts";
import type { ConfigFault as Fault } from "./config/config-fault.ts";
import { type LoadedConfig, parseConfig } from "./config/load.ts";
import type { ConfigSchema } from "./config/schema.ts";
import type { Hooks } from "./hooks/hooks.ts";
import { type Proxy, createProxy as startProxy } from "./proxy.ts";
import { createLogger, type Logger } from "./telemetry/logger.ts";

export type { InteractionRecord } from "./audit/audit-record.ts";
export type { HookCaller, HookRefusal, HookRequest, Hooks, JudgedPrompt } from "./hooks/hooks.ts";
export type { Fault, Logger };

/** The configuration, as in a file (docs/configuration.md): every key has a default. */
export type ProxyConfig = z.input<typeof ConfigSchema>;

/** The `security` section: what is looked for, and what happens then. */
export type SecurityPolicy = NonNullable<ProxyConfig["security"]>;

export interface ProxyOptions {
	/** Code of yours at the named phases of a request. */
	readonly hooks?: Hooks;
	/** Takes the log lines; default: JSON lines on standard error. */
	readonly logger?: Logger;
	/** Secret of the installation; default: `SECURE_LLM_PROXY_SECRET_KEY`, or what the command in `SECURE_LLM_PROXY_SECRET_KEY_COMMAND` prints. */
	readonly secret?: string;
}

export interface RunningProxy {
	readonly port: number;
	/** Takes over another configuration; throws `ConfigError`, and nothing has changed, when it has a fault. */
	reload(config: ProxyConfig): Promise<void>;
	/** Refuses new requests, lets open answers end within `server.drain_timeout_ms`, closes everything. */
	close(): Promise<void>;
}

/** A configuration that cannot be used. */
export class ConfigError extends Error {
	readonly faults: readonly Fault[];

	constructor(faults: readonly Fault[], options?: ErrorOptions) {
		super(faults.map(({ path, message, remedy }) => `${path}: ${message}. ${remedy}`).join("\n"), options);
		this.name = "ConfigError";
		this.faults = faults;
	}
}

/** Starts a proxy in this process. Throws `ConfigError` when the configuration has a fault. */
export async function createProxy(config: ProxyConfig = {}, options: ProxyOptions = {}): Promise<RunningProxy> {
	const { config: parsed, warnings } = parse(config);
	const { hooks, logger = createLogger(parsed.logging.level) } = options;
	logWarnings(warnings, logger);
	const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
	const started = await startProxy(parsed, { logger, version, ...(hooks && { hooks }), ...secretsOf(options) });
	if (!started.ok) throw new ConfigError(started.faults);
	return running(started.proxy, logger);
}

/** The program's own secret, or that of the environment as `serve` reads it. */
function secretsOf({ secret: own }: ProxyOptions): { readonly secret?: string; readonly previousSecret?: string } {
	const isOwn = own !== undefined && { SECURE_LLM_PROXY_SECRET_KEY: "", SECURE_LLM_PROXY_SECRET_KEY_COMMAND: "" };
	try {
		const { secret: found, previousSecret } = installationSecrets({ ...process.env, ...isOwn });
		const secret = own ?? found;
		return { ...(secret && { secret }), ...(previousSecret && { previousSecret }) };
	} catch (error) {
		throw new ConfigError([{ path: "environment", message: (error as Error).message, remedy: "Correct it and start again." }], {
			cause: error,
		});
	}
}

function running(proxy: Proxy, logger: Logger): RunningProxy {
	return {
		port: proxy.port,
		async reload(config) {
			const { config: parsed, warnings } = parse(config);
			const result = await proxy.reload(parsed);
			if (!result.ok) throw new ConfigError(result.faults);
			logWarnings(warnings, logger);
		},
		close: () => proxy.drain(),
	};
}

/** JSON is YAML, so a program's configuration goes the way of a file's: variables, validation, defaults. */
function parse(config: ProxyConfig): Extract<LoadedConfig, { ok: true }> {
	const loaded = parseConfig(JSON.stringify(config), process.env);
	if (!loaded.ok) throw new ConfigError(loaded.faults);
	return loaded;
}
