import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import type { z } from "zod";
import { detectionNames } from "../recognizers/registry.ts";
import { type Config, ConfigSchema } from "./schema.ts";

export interface ConfigFault {
	/** Dotted path of the key; empty for the file itself. */
	readonly path: string;
	readonly message: string;
	readonly remedy: string;
}

export type LoadedConfig =
	| { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
	| { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** Reads, interpolates and validates a YAML or JSON file as a whole. */
export function loadConfig(file: string, env: NodeJS.ProcessEnv = process.env): LoadedConfig {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		return {
			ok: false,
			faults: [{ path: "", message: `cannot read ${file}: ${(error as Error).message}`, remedy: "Give the path of a YAML or JSON file." }],
		};
	}
	return parseConfig(text, env);
}

export function parseConfig(text: string, env: NodeJS.ProcessEnv): LoadedConfig {
	const document = parseDocument(text);
	if (document.errors.length > 0)
		return {
			ok: false,
			faults: document.errors.map((error) => ({
				path: "",
				message: error.message.split("\n")[0] ?? "",
				remedy: "Correct the YAML syntax.",
			})),
		};
	const faults: ConfigFault[] = [];
	const raw = interpolate(document.toJS() ?? {}, [], env, faults);
	if (faults.length > 0) return { ok: false, faults };
	const parsed = ConfigSchema.safeParse(raw);
	if (!parsed.success) return { ok: false, faults: parsed.error.issues.flatMap(faultsOf) };
	const config = withEnvironment(parsed.data, env);
	const semantic = semanticFaults(config);
	return semantic.length > 0 ? { ok: false, faults: semantic } : { ok: true, config, warnings: warningsOf(raw) };
}

/** `${NAME}` and `${NAME:-default}` in strings. An unset name without default is empty for API keys, elsewhere a fault. */
function interpolate(value: unknown, path: readonly string[], env: NodeJS.ProcessEnv, faults: ConfigFault[]): unknown {
	if (Array.isArray(value)) return value.map((item, i) => interpolate(item, [...path, String(i)], env, faults));
	if (typeof value === "object" && value !== null)
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolate(item, [...path, key], env, faults)]));
	if (typeof value !== "string") return value;
	return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (_all, name: string, fallback: string | undefined) => {
		const found = env[name] || fallback;
		if (found === undefined && path.at(-1) !== "api_key")
			faults.push({
				path: path.join("."),
				message: `the environment variable ${name} is not set`,
				remedy: `Set ${name}, or write \${${name}:-default}.`,
			});
		return found ?? "";
	});
}

function faultsOf(issue: z.core.$ZodIssue): ConfigFault[] {
	const path = issue.path.join(".");
	if (issue.code !== "unrecognized_keys")
		return [{ path, message: issue.message, remedy: "See config/schema.json for what the key takes." }];
	return issue.keys.map((key) => ({
		path: [...issue.path, key].join("."),
		message: "is not a known key",
		remedy: "Check the spelling against config/schema.json, or remove it.",
	}));
}

function withEnvironment(config: Config, env: NodeJS.ProcessEnv): Config {
	const level = env["LOG_LEVEL"]?.toUpperCase();
	const known = level === "DEBUG" || level === "INFO" || level === "WARN" || level === "ERROR" ? level : config.logging.level;
	const providers = Object.fromEntries(
		Object.entries(config.llm_providers).map(([name, provider]) => [
			name,
			provider.type === "demo" || provider.api_key !== "" ? provider : { ...provider, api_key: env["LLM_API_KEY"] ?? "" },
		]),
	);
	return { ...config, logging: { ...config.logging, level: known }, llm_providers: providers };
}

function semanticFaults(config: Config): ConfigFault[] {
	const known = new Set([...detectionNames(), ...config.security.pii_protection.custom_patterns.map(({ name }) => name)]);
	const { pii_protection: pii, response_filtering: response } = config.security;
	const lists = {
		"security.pii_protection.detection_types": pii.detection_types,
		"security.pii_protection.block_types": pii.block_types,
		"security.response_filtering.detection_types": response.detection_types,
	};
	return Object.entries(lists).flatMap(([path, names]) =>
		names
			.filter((name) => !known.has(name))
			.map((name) => ({ path, message: `'${name}' is not a known type or group`, remedy: `Use one of: ${[...known].join(", ")}.` })),
	);
}

/** Sections that validate but that this version does not act on. */
const LATER = [
	"security.prompt_injection",
	"security.rate_limiting",
	"security.policies",
	"security.response_filtering.on_harmful",
	"security.pii_protection.restore",
	"server.tls",
	"server.trusted_proxies",
	"shared_state.redis_url",
	"audit",
];

function warningsOf(raw: unknown): string[] {
	const has = (path: string): boolean =>
		path
			.split(".")
			.reduce<unknown>(
				(node, key) => (typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined),
				raw,
			) !== undefined;
	return LATER.filter(has).map((path) => `${path} is not enforced in this version`);
}

/** Settings without which a start would be less safe than the file asks for. */
export function startFaults(config: Config): ConfigFault[] {
	const faults: ConfigFault[] = [];
	if (config.security.auth.mode !== "none")
		faults.push({
			path: "security.auth.mode",
			message: `'${config.security.auth.mode}' is not available in this version`,
			remedy: "Use none and put an authenticating proxy in front.",
		});
	if (config.server.tls.cert_file !== "")
		faults.push({ path: "server.tls", message: "TLS is not available in this version", remedy: "Terminate TLS in the load balancer." });
	for (const [name, provider] of Object.entries(config.llm_providers)) {
		if (provider.type === "anthropic" || provider.type === "gemini")
			faults.push({
				path: `llm_providers.${name}.type`,
				message: `'${provider.type}' is not available in this version`,
				remedy: "Remove the provider; only OpenAI-compatible ones are served.",
			});
	}
	return faults;
}
