import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";

/** Who may import whom; a folder always sees itself and core. Read it top to bottom. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	core: [],
	recognizers: ["normalize"],
	normalize: [],
	policy: ["recognizers"],
	verdict: ["policy", "recognizers"],
	models: ["normalize"],
	scanner: ["models", "normalize", "policy", "recognizers", "verdict"],
	wire: [],
	providers: ["wire"],
	inspect: ["models", "policy", "providers", "scanner", "verdict", "wire"],
	telemetry: [],
	lanes: ["policy", "verdict"],
	edge: [],
	routing: ["config"],
	config: ["recognizers", "policy"],
	packs: ["policy"],
	audit: ["verdict"],
	report: ["audit"],
	identity: [],
	redis: [],
	cache: ["redis"],
	limits: ["identity", "config", "redis"],
	hooks: ["audit", "identity"],
	session: ["audit", "cache", "edge", "hooks", "identity", "limits", "lanes", "policy", "routing", "telemetry", "verdict"],
	demo: [],
	cli: [
		"packs",
		"verdict",
		"audit",
		"config",
		"edge",
		"identity",
		"inspect",
		"policy",
		"scanner",
		"telemetry",
		"report",
		"routing",
		"redis",
		"session",
	],
};

/** Files of `lanes/` that run in the worker thread; the others run on the front-end thread and never see the scanner. */
const WORKER_FILES: ReadonlySet<string> = new Set([
	"lanes/lane-worker.ts",
	"lanes/lane-inspector.ts",
	"lanes/lane-answers.ts",
	"lanes/lane-prompts.ts",
	"lanes/packing.ts",
	"lanes/checkpoint.ts",
	"lanes/lane-policies.ts",
	"lanes/prompt-memory.ts",
	"lanes/second-look.ts",
	"lanes/serve-lane.ts",
]);
const WORKER_MAY_IMPORT = ["inspect", "models", "policy", "providers", "scanner", "verdict"];

/** Heavy things have one door each. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
	"uWebSockets.js": ["edge/listener-uws.ts", "edge/uws-downstream.ts"],
	undici: ["edge/upstream.ts"],
	"eventsource-parser": ["wire/sse-decoder.ts"],
	"@remix-run/multipart-parser": ["wire/form-data.ts"],
	piscina: ["lanes/lane-threads.ts"],
	"onnxruntime-node": ["models/onnx-session.ts"],
	msgpackr: ["lanes/codec.ts"],
	pino: ["telemetry/logger.ts"],
	entities: ["normalize/escape.ts", "report/report-html.ts"],
	echarts: ["report/charts.ts"],
	"@eslint-community/regexpp": ["scanner/byte-regex.ts", "scanner/engine-reference.ts"],
	"../native": ["cli/end-process.ts", "scanner/engine-hyperscan.ts", "scanner/compile-child.ts", "scanner/pattern-database.ts"],
	"libphonenumber-js/max": ["recognizers/contact.ts"],
	tldts: ["recognizers/contact.ts"],
	"ipaddr.js": ["edge/client-address.ts", "recognizers/network.ts"],
	"@scure/base": ["recognizers/wallets.ts"],
	"@noble/hashes/sha3.js": ["recognizers/wallets.ts"],
	"gpt-tokenizer/encoding/cl100k_base": ["providers/token-numbers.ts"],
	"gpt-tokenizer/encoding/r50k_base": ["recognizers/token-efficiency.ts"],
	commander: ["cli/program/command-line.ts"],
	yaml: ["config/load.ts", "config/yaml-faults.ts", "config/fault-lines.ts", "config/presets.ts"],
	zod: [
		"config/schema.ts",
		"config/admin-schema.ts",
		"config/audit-schema.ts",
		"config/cache-schema.ts",
		"config/sink-schema.ts",
		"config/consent-schema.ts",
		"identity/consent-file.ts",
		"config/auth-schema.ts",
		"identity/key-file.ts",
		"packs/pack.ts",
		"config/packs-schema.ts",
		"config/server-schema.ts",
		"config/prompt-schema.ts",
		"config/security-schema.ts",
		"config/provider-schema.ts",
		"config/policy-schema.ts",
		"config/limits-schema.ts",
		"config/duration-schema.ts",
		"config/routing-schema.ts",
		"config/telemetry-schema.ts",
		"config/redis-url-schema.ts",
		"config/known-keys.ts",
		"core/fault-words.ts",
		"core/json-file.ts",
	],
	"@faker-js/faker/locale/en": ["verdict/synthetic-words.ts"],
	picomatch: ["core/globs.ts"],
	jose: ["identity/issuer-keys.ts", "identity/jwt.ts"],
	"prom-client": ["telemetry/metrics.ts", "telemetry/metrics-in.ts", "telemetry/process-gauges.ts", "telemetry/shared-metrics.ts"],
	"node-sqlite3-wasm": ["audit/sqlite-index.ts"],
	pg: ["audit/postgres-index.ts"],
	"@opentelemetry/api": ["telemetry/otel.ts"],
	"@opentelemetry/core": ["telemetry/otel.ts"],
	"@opentelemetry/exporter-metrics-otlp-http": ["telemetry/otel.ts"],
	"@opentelemetry/exporter-trace-otlp-http": ["telemetry/otel.ts"],
	"@opentelemetry/resources": ["telemetry/otel.ts"],
	"@opentelemetry/sdk-metrics": ["telemetry/otel.ts"],
	"@opentelemetry/sdk-trace-base": ["telemetry/otel.ts"],
	iovalkey: ["redis/redis-link.ts"],
	"lru-cache": ["cache/memory-cache.ts", "core/globs.ts", "inspect/known-texts.ts"],
	"rate-limiter-flexible": ["identity/api-keys.ts"],
};

/** The composition root sees every layer; cli may start it. */
const ROOT: ReadonlySet<string> = new Set([
	"main.ts",
	"proxy.ts",
	"api.ts",
	"proxy-parts.ts",
	"proxy-settings.ts",
	"front-end.ts",
	"compile-policies.ts",
	"consent-settings.ts",
	"open-stores.ts",
	"process-facts.ts",
]);

const IMPORT = /^(?:import|export)\b[^;"]*?\bfrom "([^"]+)"|\bimport\("([^"]+)"\)|^import "([^"]+)"/gm;
const TYPE_ONLY = /^import type [^;"]*?from "([^"]+)"/gm;

function mayImport(file: string, to: string): boolean {
	const folder = file.split("/")[0] ?? "";
	if (ROOT.has(file) || to === folder || to === "core") return true;
	if (ROOT.has(to)) return folder === "cli";
	if (WORKER_FILES.has(file)) return WORKER_MAY_IMPORT.includes(to);
	return MAY_IMPORT[folder]?.includes(to) === true;
}

function violation(file: string, specifier: string, isTypeOnly: boolean): string | undefined {
	if (specifier.startsWith("node:")) return undefined;
	const target = specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : specifier;
	const door = target.startsWith("../native") ? "../native" : target;
	if (!specifier.startsWith(".") || door === "../native") {
		const openers = DOORS[door];
		return openers?.includes(file) || (openers !== undefined && isTypeOnly) ? undefined : `${file} -> ${door}`;
	}
	const to = target.split("/")[0] ?? "";
	return mayImport(file, to) ? undefined : `${file} -> ${to}`;
}

function violations(files: readonly string[]): string[] {
	return files.flatMap((file) => {
		const source = readFileSync(posix.join("src", file), "utf8");
		const typeOnly = new Set([...source.matchAll(TYPE_ONLY)].map(([, specifier]) => specifier));
		return [...source.matchAll(IMPORT)].flatMap(([, from, dynamic, bare]) => {
			const specifier = from ?? dynamic ?? bare ?? "";
			return violation(file, specifier, typeOnly.has(specifier)) ?? [];
		});
	});
}

const FILES = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

test("imports follow the layer table and the one-door rule", () => {
	// A check that looked at nothing is not a check.
	expect(FILES.length).toBeGreaterThan(40);
	expect(violations(FILES)).toEqual([]);
});

test("the check sees a forbidden layer, a forbidden door and the scanner on the front-end thread", () => {
	expect(violation("edge/upstream.ts", "../session/session.ts", false)).toBeDefined();
	expect(violation("session/session.ts", "undici", false)).toBeDefined();
	expect(violation("lanes/lane-pool.ts", "../scanner/engine.ts", false)).toBeDefined();
	expect(violation("edge/upstream.ts", "undici", false)).toBeUndefined();
});

test("no folder and no file is a drawer for leftovers, and no file is long", () => {
	const drawers = FILES.filter((file) => /(?:^|\/)(?:utils?|helpers?|common|types|index)(?:\/|\.ts$)/.test(file));
	expect(drawers).toEqual([]);
	const long = FILES.filter((file) => readFileSync(posix.join("src", file), "utf8").split("\n").length > 301);
	expect(long).toEqual([]);
});
