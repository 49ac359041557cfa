import { describe, expect, test } from "vitest";
import { keyRows } from "../../../script/reference/configuration-page.ts";
import { configJsonSchema } from "../../../script/reference/json-schema.ts";
import { parseConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { isStartOnly, reloadedConfig } from "../../../src/config/start-only.ts";

function configOf(yaml: string): Config {
	const loaded = parseConfig(yaml, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return loaded.config;
}

/** Another value for every key that is read at start only. */
const OTHER: Readonly<Record<string, unknown>> = {
	"server.host": "127.0.0.2",
	"server.port": 8001,
	"server.listener": "node",
	"server.workers": 7,
	"server.processes": 2,
	"server.max_request_size": 4096,
	"server.request_timeout_ms": 1,
	"server.client_stall_timeout_ms": 1,
	"server.idle_connection_timeout_ms": 1,
	"server.max_sessions": 1,
	"server.max_wait_ms": 1,
	"server.max_memory_percent": 1,
	"server.drain_delay_ms": 1,
	"server.drain_timeout_ms": 1,
	"server.lane_deadline_ms": 1,
	"server.proxy_protocol": true,
	"security.rate_limiting.on_store_failure": "closed",
	"shared_state.redis_url": "redis://other",
	"cache.store": "redis",
	"cache.redis_url": "redis://other",
	"cache.max_bytes": 1_048_577,
	"telemetry.otlp_endpoint": "http://other:4318",
	"telemetry.sample_ratio": 0.5,
	"telemetry.export_interval_ms": 1,
	"audit.dir": "./elsewhere",
	"audit.log_name": "other",
	"audit.retention_days": 1,
	"audit.content_retention_days": 1,
	"audit.admin_retention_days": 1,
	"audit.on_failure": "buffer",
	"audit.max_unwritten_records": 1,
	"audit.max_segment_bytes": 4096,
	"audit.checkpoint_interval_ms": 1,
	"audit.sinks": [{ name: "siem", type: "file", path: "./siem.jsonl" }],
};

/** A configuration in which the key has that value, and nothing else stands but what it needs. */
function withKey(path: string, value: unknown): Config {
	const [section = "", ...keys] = path.split(".");
	const inner = keys.reduceRight((below, key) => ({ [key]: below }), value);
	const balancers = path === "server.proxy_protocol" && { trusted_proxies: ["10.0.0.1"] };
	const redis = path === "cache.store" && { shared_state: { redis_url: "redis://same" } };
	return configOf(JSON.stringify({ ...redis, [section]: { ...balancers, ...(inner as object) } }));
}

test("every key that is read at start only is known here", () => {
	const rows = Object.entries(configJsonSchema().properties ?? {}).flatMap(([name, node]) => keyRows(name, node));
	const leaves = rows.filter(({ path, type }) => type !== "section" && !path.includes("[]") && !path.includes("<name>"));
	expect(leaves.map(({ path }) => path).filter(isStartOnly)).toEqual(Object.keys(OTHER));
});

describe("a reload keeps the value of the start, and says so", () => {
	test.each(Object.entries(OTHER))("%s", (path, value) => {
		const next = withKey(path, value);
		const started = { ...configOf("{}"), ...(path === "cache.store" && { shared_state: next.shared_state }) };
		const { config, deferred } = reloadedConfig(started, next);
		expect(deferred).toEqual([path]);
		const at = (root: Config): unknown => path.split(".").reduce((node: unknown, key) => (node as Record<string, unknown>)[key], root);
		expect(at(config)).toEqual(at(started));
		expect(at(next)).not.toEqual(at(started));
	});
});

test("everything else is taken over, also from the same sections", () => {
	const next = configOf(`
server: { trusted_proxies: [10.0.0.0/8], keepalive_interval_ms: 1000, tls: { cert_file: a.pem, key_file: b.pem } }
security: { rate_limiting: { requests_per_minute: 7 }, policies: { lax: { extends: permissive } } }
llm_providers: { demo: { type: demo } }
cache: { enabled: true, ttl_seconds: 7 }
logging: { level: DEBUG, sensitive_data_logging: true }
audit: { record_full_text: true, index_url: "postgres://other/db" }
admin: { keys_file: a.json }
`);
	expect(reloadedConfig(configOf("{}"), next)).toEqual({ config: next, deferred: [] });
});

test("a configuration that says the same defers nothing", () => {
	expect(reloadedConfig(withKey("audit.sinks", OTHER["audit.sinks"]), withKey("audit.sinks", OTHER["audit.sinks"])).deferred).toEqual([]);
});
