import { isUtf8 } from "node:buffer";
import { resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { errorCode } from "../core/error-code.ts";
import { faultWords } from "../core/fault-words.ts";
import { readFileOrPipe } from "../core/whole-file.ts";
import { takesKeys } from "./auth-schema.ts";
import { cacheFaults } from "./cache-faults.ts";
import type { ConfigFault } from "./config-fault.ts";
import { withLines } from "./fault-lines.ts";
import { interpolate } from "./interpolate.ts";
import { keyWarnings } from "./key-warnings.ts";
import { keysAt } from "./known-keys.ts";
import { nearest } from "./nearest.ts";
import { policyFaults } from "./policy-faults.ts";
import { isPreset } from "./presets.ts";
import { type ResolvedPolicy, resolvePolicies, withBase } from "./resolve-policies.ts";
import { routingFaults } from "./routing-faults.ts";
import { type Config, ConfigSchema } from "./schema.ts";
import { typeVariables } from "./typed-variables.ts";
import { unknownPolicies } from "./unknown-policies.ts";
import { warningsOf } from "./warnings.ts";
import { insertWordFiles } from "./word-files.ts";
import { yamlFaults } from "./yaml-faults.ts";

export type LoadedConfig =
	| { readonly ok: true; readonly config: Config; readonly warnings: readonly ConfigFault[] }
	| { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** Reads, interpolates and validates a YAML or JSON file as a whole; `read`: `readWholeFile` where nothing may wait for a pipe. */
export function loadConfig(file: string, env: NodeJS.ProcessEnv = process.env, read = readFileOrPipe): LoadedConfig {
	let bytes: Buffer;
	try {
		bytes = read(file);
	} catch (error) {
		const remedy = READ_REMEDIES[errorCode(error)] ?? "Give the path of a YAML or JSON file that this user may read.";
		return { ok: false, faults: [{ path: "", message: `cannot read ${file} (${reasonOf(error)})`, remedy }] };
	}
	// Letters of another encoding would become others without a word, and a pattern that has one would find nothing.
	if (!isUtf8(bytes)) return { ok: false, faults: [{ path: "", message: `${file} is not UTF-8`, remedy: "Save it in UTF-8." }] };
	const text = bytes.toString();
	// To the parser of YAML they end no line, so all behind a comment would be one.
	if (/\r(?!\n)/.test(text)) {
		const remedy = "Save it with line feeds, or with both as Windows does.";
		return { ok: false, faults: [{ path: "", message: `${file} has lines that end with a carriage return alone`, remedy }] };
	}
	const loaded = parseConfig(text, env);
	return loaded.ok ? { ...loaded, warnings: withLines(loaded.warnings, text) } : { ok: false, faults: withLines(loaded.faults, text) };
}

/** Without the path, which the message has already. */
function reasonOf(error: unknown): string {
	return (error as Error).message.replace(/, .*/s, "");
}

export function parseConfig(text: string, env: NodeJS.ProcessEnv): LoadedConfig {
	// A key that is a section would be written out, with all that is in it.
	const lines = new LineCounter();
	const document = parseDocument(text, { stringKeys: true, logLevel: "error", lineCounter: lines });
	const syntax = yamlFaults(document, lines);
	if (syntax.length > 0) return { ok: false, faults: syntax };
	let written: unknown;
	try {
		written = document.toJS() ?? {};
	} catch {
		return { ok: false, faults: [BAD_ALIASES] };
	}
	const { value: raw, faults: unset, unsetApiKeys, variables } = interpolate(written, env);
	const unread = [...unset, ...insertWordFiles(securityOf(raw))];
	const { parsed, policies = [], faults } = validate(raw, new Map(variables), unread);
	if (parsed === undefined || faults.length > 0) return { ok: false, faults };
	const config = { ...withEnvironment(parsed, env), policies };
	const semantic = [
		...unknownPolicies(config),
		...fullTextAlone(config),
		...adminKeysShared(config),
		...routingFaults(config),
		...cacheFaults(config),
	];
	if (semantic.length > 0) return { ok: false, faults: semantic };
	return { ok: true, config, warnings: [...keyWarnings(config, unsetApiKeys), ...warningsOf(config, raw, env["LOG_LEVEL"])] };
}

interface Validated {
	readonly parsed?: Omit<Config, "policies">;
	readonly policies?: readonly ResolvedPolicy[];
	readonly faults: readonly ConfigFault[];
}

/** `unread`: what is wrong with values that come from elsewhere. They are missing here, so no rule about them is asked. */
function validate(raw: unknown, variables: Map<string, string>, unread: readonly ConfigFault[]): Validated {
	const security = securityOf(raw);
	const { data: parsed, error } = ConfigSchema.safeParse(
		security === undefined ? raw : { ...(raw as object), security: withBase(security) },
		{ error: faultWords, reportInput: true },
	);
	const own = (error?.issues ?? []).map((issue) => ({ path: issue.path, issue }));
	const resolved = own.some(({ path }) => path[0] === "security" || path.length === 0) ? undefined : resolvePolicies(security ?? {});
	const issues = [...own, ...(resolved?.issues ?? [])];
	if (typeVariables(raw, issues, variables)) return validate(raw, variables, unread);
	const invalid = issues
		.filter(({ issue }) => unread.length === 0 || issue.code !== "custom")
		.flatMap(({ path, issue }) => faultsOf(issue, path))
		.filter(({ path }) => !unread.some((fault) => fault.path === path));
	const policies = resolved?.policies ?? [];
	const faults = [
		...unread,
		...invalid,
		...(resolved?.faults ?? []),
		...policies.filter(({ name }) => !isPreset(name)).flatMap(policyFaults),
	];
	return { faults, policies, ...(parsed !== undefined && { parsed }) };
}

function securityOf(root: unknown): Readonly<Record<string, unknown>> | undefined {
	const { security } = Object(root) as { readonly security?: unknown };
	return typeof security === "object" && security !== null ? (security as Record<string, unknown>) : undefined;
}

function faultsOf(issue: z.core.$ZodIssue, at: readonly PropertyKey[] = issue.path): ConfigFault[] {
	const path = at.map(nameOf).join(".");
	if (issue.code === "invalid_key")
		return issue.issues.flatMap((inner) => faultsOf(inner, [...at.slice(0, -1), wordOf(String(at.at(-1)))]));
	if (issue.code !== "unrecognized_keys")
		return [{ path, message: issue.message, remedy: path === "" ? NO_SECTIONS : "docs/configuration.md says what the key takes." }];
	// A named policy has the keys of `security`.
	const place = at[1] === "policies" && at.length > 3 ? ["security", ...at.slice(3)] : at;
	return issue.keys.map((key) => ({
		path: [...at.map(nameOf), wordOf(key)].join("."),
		message: "is not a known key",
		remedy: `Use ${nearest(key, keysAt(ConfigSchema, place, issue.input))}, or remove it; docs/configuration.md lists all keys.`,
	}));
}

/** The name of an entry as it may be said: a key that holds a credential, without a blank behind its colon, is one with it. */
function nameOf(key: PropertyKey): string {
	return String(key)
		.replace(/^(\w*(?:key|password|secret|token|url)):.*/is, "$1…")
		.slice(0, 100);
}

/** A key as it may be said: without a blank behind its colon, its value is part of it. */
function wordOf(key: string): string {
	return /^[\w-]{1,100}$/.test(key) ? key : `${/^\w{0,100}/.exec(key)?.[0]}…`;
}

function withEnvironment<T extends Omit<Config, "policies">>(config: T, env: NodeJS.ProcessEnv): T {
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

function fullTextAlone({ audit, logging }: Config): ConfigFault[] {
	return audit.record_full_text && !logging.sensitive_data_logging ? [FULL_TEXT_ALONE] : [];
}

/** A client's key must not make an administrator of its holder. */
function adminKeysShared({ admin, security: { auth } }: Config): ConfigFault[] {
	return admin.keys_file !== "" && takesKeys(auth) && resolve(admin.keys_file) === resolve(auth.keys_file) ? [ADMIN_KEYS_SHARED] : [];
}

const ADMIN_KEYS_SHARED: ConfigFault = {
	path: "admin.keys_file",
	message: "is the file of client keys: every client would be an administrator",
	remedy: "Make another file with 'secure-llm-proxy keys create --file FILE'.",
};

const READ_REMEDIES: Readonly<Record<string, string>> = {
	EISDIR: "Give the path of a file; where one that is to be mounted is not there, Docker makes a folder of its name.",
	NOT_A_FILE: "Give the path of a file. A pipe gives what it holds once: a proxy that was started with one is restarted, not reloaded.",
};

const NO_SECTIONS = "A configuration has sections such as llm_providers; config/demo.yaml is a small one.";

const BAD_ALIASES: ConfigFault = {
	path: "",
	message: "has aliases (*name) that stand for too much",
	remedy: "Write the values out.",
};

const FULL_TEXT_ALONE: ConfigFault = {
	path: "audit.record_full_text",
	message: "has no effect while logging.sensitive_data_logging is off",
	remedy: "Set both to record prompts and answers as they came, or remove it.",
};
