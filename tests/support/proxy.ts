import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import type { Hooks } from "../../src/hooks/hooks.ts";
import { createProxy, type Proxy } from "../../src/proxy.ts";
import type { ProxyDeps } from "../../src/proxy-parts.ts";

/** Registered first, so it runs last. */
const auditFolders: string[] = [];
afterAll(() => {
	for (const folder of auditFolders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface ProxyOptions {
	/** Further keys of `server`. */
	readonly server?: Readonly<Record<string, unknown>>;
	readonly logger?: ProxyDeps["logger"];
	readonly hooks?: Hooks;
	/** Of the installation. */
	readonly secret?: string;
}

const UNLIMITED = { requests_per_minute: 0, requests_per_hour: 0, burst_allowance: 0 };

/** The configuration of a proxy in front of an OpenAI-compatible base URL, or of these `llm_providers`, with further YAML. Without limits unless that sets some. */
export function proxyConfig(upstream: string | Record<string, object>, yaml = "", options: ProxyOptions = {}): Config {
	const providers = typeof upstream === "string" ? { up: { type: "openai", base_url: upstream, api_key: "test" } } : upstream;
	const server = {
		host: "127.0.0.1",
		port: 0,
		workers: 1,
		drain_timeout_ms: 500,
		// Longer than a busy machine keeps a thread waiting: only what is about hanging lanes sets less.
		lane_deadline_ms: 20_000,
		max_wait_ms: 0,
		...options.server,
	};
	const loaded = parseConfig(
		`server: ${JSON.stringify(server)}
llm_providers: ${JSON.stringify(providers)}
${yaml}`,
		{},
	);
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const { security, audit } = loaded.config;
	return {
		...loaded.config,
		security: yaml.includes("rate_limiting") ? security : { ...security, rate_limiting: { ...security.rate_limiting, ...UNLIMITED } },
		audit: yaml.includes("audit:") ? audit : { ...audit, dir: auditFolder() },
	};
}

function auditFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "audit-"));
	auditFolders.push(folder);
	return folder;
}

/** A running proxy with `proxyConfig`. */
export async function startProxy(
	upstream: string | Record<string, object>,
	yaml = "",
	workerUrl?: URL,
	options: ProxyOptions = {},
): Promise<Proxy> {
	const config = proxyConfig(upstream, yaml, options);
	const { hooks, secret, logger = silent } = options;
	const started = await createProxy(config, {
		logger,
		...(hooks && { hooks }),
		...(secret !== undefined && { secret }),
		...(workerUrl && { workerUrl }),
	});
	if (!started.ok) throw new Error(JSON.stringify(started.faults));
	return started.proxy;
}
