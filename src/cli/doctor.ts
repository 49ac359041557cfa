import { deriveAuditKeys, existingKeys, type Secrets } from "../audit/audit-keys.ts";
import type { TrailFault } from "../audit/examine-trail.ts";
import { createNameCipher } from "../audit/name-cipher.ts";
import { takesKeys } from "../config/auth-schema.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { counted } from "../core/counted.ts";
import { addressFault } from "../edge/address-fault.ts";
import { CERTIFICATE_REMEDY, certificateDates } from "../edge/certificate-dates.ts";
import { readTls } from "../edge/tls.ts";
import { isInForce, readConsents } from "../identity/consent-file.ts";
import { readKeyFile } from "../identity/key-file.ts";
import { cacheFault } from "../open-stores.ts";
import { pingRedis } from "../redis/redis-link.ts";
import { adminLogFaults, auditFolderFault, roomFault, trailFaults } from "./audit-folder.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";
import { cacheFinding, machineFindings } from "./machine-findings.ts";
import { providerFindings } from "./provider-findings.ts";
import { remoteFindings } from "./remote-findings.ts";
import { installationSecrets } from "./secret.ts";

/** Days before its end at which a certificate is worth a word. */
const EXPIRY_DAYS = 14;
/** ms for Redis to answer. */
const TIMEOUT_MS = 5000;

/** `doctor`: whether the proxy could serve here with this configuration. Exit 0, or 1 when something would fail. */
export async function doctor(file: string, options: { readonly json?: boolean }): Promise<number> {
	const findings = await examine(file);
	if (options.json) process.stdout.write(`${JSON.stringify(findings)}\n`);
	else
		for (const { state, what, remedy } of findings)
			process.stdout.write(`${state.padEnd(8)} ${what}${remedy === "" ? "" : ` — ${remedy}`}\n`);
	return findings.some(({ state }) => state === "failure") ? 1 : 0;
}

async function examine(file: string): Promise<Finding[]> {
	const loaded = loadConfig(file);
	if (!loaded.ok) return loaded.faults.map(({ path, message, remedy }) => failure(`${path || "configuration"}: ${message}`, remedy));
	const { config, warnings } = loaded;
	const address = await port(config);
	return [
		ok(`configuration ${file}`),
		...warnings.map(({ path, message, remedy }) => warning(`${path} ${message}`, remedy)),
		...machineFindings(config),
		...certificates(config),
		...(await policies(config)),
		address,
		...auditTrail(config, address.state !== "ok"),
		...keyFiles(config),
		...consents(config),
		...(await sharedState(config)),
		...(await remoteFindings(config)),
		...(await providerFindings(config)),
	];
}

function certificates({ server: { tls } }: Config): Finding[] {
	const reading = readTls(tls);
	if (!reading.ok) return [failure(`${reading.fault.path}: ${reading.fault.message}`, reading.fault.remedy)];
	if (reading.material === undefined) return [];
	const { days, fault } = certificateDates(reading.material.cert);
	if (fault !== undefined) return [failure(fault, CERTIFICATE_REMEDY)];
	return [
		days < EXPIRY_DAYS
			? warning(`the certificate ends in ${counted(days, "day")}`, "Renew it and send SIGHUP.")
			: ok(`the certificate is valid for ${counted(days, "day")}`),
	];
}

/** The native addon is loaded here: where it is missing, all else is still looked at. */
async function policies(config: Config): Promise<Finding[]> {
	try {
		const { compilePolicies } = await import("../compile-policies.ts");
		const { cacheFolder } = await import("../scanner/pattern-database.ts");
		const result = await compilePolicies(config, {});
		if (!result.ok) return result.faults.map(({ path, message, remedy }) => failure(`${path}: ${message}`, remedy));
		return [ok(`${counted(result.value.compiled.length, "policy", "policies")} compiled, the scanner loads`), cacheFinding(cacheFolder())];
	} catch (error) {
		return [failure("the scanner does not load", (error as Error).message)];
	}
}

async function port({ server }: Config): Promise<Finding> {
	const fault = await addressFault(server);
	if (fault === undefined) return ok(`${server.host}:${server.port} is free`);
	return fault.isTaken
		? warning(fault.message, "Fine if the proxy runs already; else choose another server.port.")
		: failure(fault.message, fault.remedy);
}

/** `isServing`: something has the port. */
function auditTrail(config: Config, isServing: boolean): Finding[] {
	const { dir } = config.audit;
	const fault = auditFolderFault(dir) ?? roomFault(dir);
	if (fault !== undefined) return [failure(`audit folder ${fault.message}`, fault.remedy)];
	const secrets = trySecrets();
	// Said already.
	if (secrets === undefined) return [];
	const own = trailFaults(config, secrets);
	// What is wrong with the secret is wrong for both.
	const admin = adminLogFaults(dir, secrets).filter(({ message }) => !own.some((fault) => fault.message === message));
	if (own.length + admin.length === 0) return [ok(`audit folder ${dir}`)];
	return [
		...own.map((fault) => trailFinding(fault, "Until then the proxy does not start.", isServing && "Fine if the proxy runs already.")),
		...admin.map((fault) =>
			trailFinding(
				fault,
				"Until then no key and no consent can be changed, and no reload is recorded.",
				"Fine if a command is at work just now.",
			),
		),
	];
}

/** `effect`: of what keeps a log from being written. `ifHeld`: when it is fine that somebody else writes it. */
function trailFinding({ kind, message }: TrailFault, effect: string, ifHeld: string | false): Finding {
	if (kind === "secret")
		return warning(message, "Give SECURE_LLM_PROXY_SECRET_KEY, or the folder its secret.key, as it was; else what it names stays unknown.");
	return kind === "held" && ifHeld !== false ? warning(message, ifHeld) : failure(message, effect);
}

function keyFiles({ admin, security: { auth } }: Config): Finding[] {
	const files = [
		["security.auth.keys_file", takesKeys(auth) ? auth.keys_file : ""],
		["admin.keys_file", admin.keys_file],
	] as const;
	return files.flatMap(([setting, file]) => {
		if (file === "") return [];
		const reading = readKeyFile(file);
		return [
			reading.ok
				? ok(`${setting}: ${counted(reading.keys.length, "key")}`)
				: failure(`${setting} ${file} ${reading.reason}`, reading.remedy),
		];
	});
}

function consents({ admin, audit, security: { consent } }: Config): Finding[] {
	if (consent.file === "")
		return admin.keys_file === "" ? [] : [warning("admin.keys_file opens nothing", "Set security.consent.file, or leave it out.")];
	try {
		const keys = existingKeys(audit.dir, installationSecrets());
		// Without a secret nothing can be opened, and the file says so.
		const names = createNameCipher(keys ?? deriveAuditKeys(""));
		const inForce = readConsents({ path: consent.file, names }).filter((one) => isInForce(one));
		return [ok(`security.consent.file: ${counted(inForce.length, "consent")} in force`)];
	} catch (error) {
		return [failure((error as Error).message, "Correct it: until then nobody has consented to anything.")];
	}
}

async function sharedState(config: Config): Promise<Finding[]> {
	const { shared_state, server, cache } = config;
	const alone =
		server.processes > 1
			? warning("limits are counted by each process alone", "Set shared_state.redis_url.")
			: ok("no Redis: limits are counted here");
	const unusable = cacheFault(config, trySecrets()?.secret);
	return [
		shared_state.redis_url === "" ? alone : await redis("Redis", "shared_state.redis_url", shared_state.redis_url),
		...(unusable === undefined ? [] : [failure(`${unusable.path}: ${unusable.message}`, unusable.remedy)]),
		...(cache.enabled && cache.store === "redis" && cache.redis_url !== ""
			? [await redis("Redis of the cache", "cache.redis_url", cache.redis_url)]
			: []),
	];
}

async function redis(name: string, setting: string, url: string): Promise<Finding> {
	const fault = await pingRedis(url, TIMEOUT_MS);
	return fault === undefined ? ok(`${name} answers`) : failure(`${name} does not answer: ${fault}`, `Check ${setting} and the network.`);
}

/** Undefined: there is a fault, which is a finding of the machine. */
function trySecrets(): Secrets | undefined {
	try {
		return installationSecrets();
	} catch {
		return undefined;
	}
}
