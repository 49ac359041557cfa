import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../src/config/load.ts";
import { createProxy, type Proxy, type ProxyDeps } from "../../src/proxy.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface ProxyOptions {
	/** Further keys of `server`. */
	readonly server?: Readonly<Record<string, unknown>>;
	readonly logger?: ProxyDeps["logger"];
}

/** A running proxy in front of an OpenAI-compatible base URL, or of these `llm_providers`, with further YAML. */
export async function startProxy(
	upstream: string | Record<string, object>,
	yaml = "",
	workerUrl?: URL,
	options: ProxyOptions = {},
): Promise<Proxy> {
	const providers = typeof upstream === "string" ? { up: { type: "openai", base_url: upstream, api_key: "test" } } : upstream;
	const audit = yaml.includes("audit:") ? "" : `audit: { dir: "${mkdtempSync(join(tmpdir(), "audit-"))}" }`;
	const server = { host: "127.0.0.1", port: 0, workers: 2, drain_timeout_ms: 500, lane_deadline_ms: 2000, ...options.server };
	const loaded = parseConfig(
		`server: ${JSON.stringify(server)}
${audit}
llm_providers: ${JSON.stringify(providers)}
${yaml}`,
		{},
	);
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const started = await createProxy(loaded.config, { logger: options.logger ?? silent, ...(workerUrl && { workerUrl }) });
	if (!started.ok) throw new Error(JSON.stringify(started.faults));
	return started.proxy;
}
