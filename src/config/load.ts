import { readFileSync } from "node:fs";
import { isScalar, parseDocument } from "yaml";
import type { z } from "zod";
import { detectionNames } from "../recognizers/registry.ts";
import type { ConfigFault } from "./config-fault.ts";
import { interpolate } from "./interpolate.ts";
import { notEnforcedIn } from "./not-enforced.ts";
import { routingFaults } from "./routing-faults.ts";
import { type Config, ConfigSchema } from "./schema.ts";

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
	const isUnquoted = (path: readonly string[]): boolean => {
		const node = document.getIn(path, true);
		return isScalar(node) && node.type === "PLAIN";
	};
	const { value: raw, faults } = interpolate(document.toJS() ?? {}, env, isUnquoted);
	if (faults.length > 0) return { ok: false, faults };
	const parsed = ConfigSchema.safeParse(raw);
	if (!parsed.success) return { ok: false, faults: parsed.error.issues.flatMap(faultsOf) };
	const config = withEnvironment(parsed.data, env);
	const semantic = [...semanticFaults(config), ...routingFaults(config)];
	return semantic.length > 0
		? { ok: false, faults: semantic }
		: { ok: true, config, warnings: notEnforcedIn(raw).map((path) => `${path} is not enforced in this version`) };
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
		"security.pii_protection.redaction_strategies": Object.keys(pii.redaction_strategies),
		"security.pii_protection.mask": Object.keys(pii.mask),
		"security.pii_protection.thresholds": Object.keys(pii.thresholds),
		"security.response_filtering.redaction_strategies": Object.keys(response.redaction_strategies),
	};
	const unknown = Object.entries(lists).flatMap(([path, names]) =>
		names
			.filter((name) => !known.has(name))
			.map((name) => ({
				path,
				message: `'${name}' is not a known type or group`,
				remedy: `Use ${nearest(name, [...known])}; docs/recognizers.md lists them all.`,
			})),
	);
	const strategies = [pii.redaction_strategy, ...Object.values(pii.redaction_strategies)];
	const hasNothingToRestore = pii.restore && !strategies.some((name) => name === "replace" || name === "synthetic");
	const { audit, logging } = config;
	return [
		...unknown,
		...(hasNothingToRestore ? [NOTHING_TO_RESTORE] : []),
		...(audit.record_full_text && !logging.sensitive_data_logging ? [FULL_TEXT_ALONE] : []),
	];
}

const FULL_TEXT_ALONE: ConfigFault = {
	path: "audit.record_full_text",
	message: "has no effect while logging.sensitive_data_logging is off",
	remedy: "Set both to record prompts and answers as they came, or remove it.",
};

const NOTHING_TO_RESTORE: ConfigFault = {
	path: "security.pii_protection.restore",
	message: "needs surrogates, and no redaction strategy makes any",
	remedy: "Set redaction_strategy, or one of redaction_strategies, to replace or synthetic, or remove restore.",
};

/** The names that look most like a wrong one. */
function nearest(name: string, known: readonly string[]): string {
	const pairs = (text: string): Set<string> => new Set(Array.from({ length: text.length - 1 }, (_, i) => text.slice(i, i + 2)));
	const wanted = pairs(name);
	const likeness = (candidate: string): number =>
		[...pairs(candidate)].filter((pair) => wanted.has(pair)).length / (candidate.length + name.length);
	return [...known]
		.sort((a, b) => likeness(b) - likeness(a))
		.slice(0, 3)
		.join(", ");
}
