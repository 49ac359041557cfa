import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../src/config/load.ts";
import { createProxy, type Proxy } from "../../src/proxy.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A running proxy in front of an OpenAI-compatible base URL, or of these `llm_providers`, with further YAML. */
export async function startProxy(upstream: string | Record<string, object>, yaml = "", workerUrl?: URL): Promise<Proxy> {
	const providers = typeof upstream === "string" ? { up: { type: "openai", base_url: upstream, api_key: "test" } } : upstream;
	const audit = yaml.includes("audit:") ? "" : `audit: { dir: "${mkdtempSync(join(tmpdir(), "audit-"))}" }`;
	const loaded = parseConfig(
		`server: { host: 127.0.0.1, port: 0, workers: 2, drain_timeout_ms: 500, lane_deadline_ms: 2000 }\n${audit}\nllm_providers: ${JSON.stringify(providers)}\n${yaml}`,
		{},
	);
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const started = await createProxy(loaded.config, { logger: silent, ...(workerUrl && { workerUrl }) });
	if (!started.ok) throw new Error(JSON.stringify(started.faults));
	return started.proxy;
}
