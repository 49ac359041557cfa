import { X509Certificate } from "node:crypto";
import { availableParallelism } from "node:os";
import { deriveAuditKeys, existingKeys } from "../audit/audit-keys.ts";
import { createNameCipher } from "../audit/name-cipher.ts";
import { compilePolicies } from "../compile-policies.ts";
import { takesKeys } from "../config/auth-schema.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { counted } from "../core/counted.ts";
import { DAY_MS } from "../core/units.ts";
import { addressFault } from "../edge/address-fault.ts";
import { hasUws } from "../edge/listener-uws.ts";
import { readTls } from "../edge/tls.ts";
import { isInForce, readConsents } from "../identity/consent-file.ts";
import { readKeyFile } from "../identity/key-file.ts";
import { pingRedis } from "../redis/redis-link.ts";
import { auditFolderFault } from "./audit-folder.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";
import { providerFindings } from "./provider-findings.ts";
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
	return [
		ok(`configuration ${file}`),
		...warnings.map(({ path, message, remedy }) => warning(`${path} ${message}`, remedy)),
		...machine(config),
		...certificates(config),
		await policies(config),
		await port(config),
		auditFolder(config),
		...keyFiles(config),
		...consents(config),
		await sharedState(config),
		...(await providerFindings(config)),
	];
}

function machine({ server }: Config): Finding[] {
	const lanes = (server.workers ?? 1) * server.processes;
	const cores = availableParallelism();
	return [
		ok(`Node ${process.versions.node}`),
		hasUws()
			? ok("uWebSockets.js loads")
			: server.listener === "uws"
				? failure("uWebSockets.js does not load", "It needs glibc 2.38 or Node 20. Set server.listener: node.")
				: warning("uWebSockets.js does not load, node:http serves", "Use a system with glibc 2.38 or newer for more requests a second."),
		lanes > cores
			? warning(`${counted(lanes, "lane")} on ${counted(cores, "core")}`, "Set server.workers to the cores less one.")
			: ok(counted(cores, "core")),
		installationSecret(),
	];
}

function installationSecret(): Finding {
	try {
		return installationSecrets().secret === ""
			? warning(
					"SECURE_LLM_PROXY_SECRET_KEY is not set",
					"Set it, the same on every replica: hashes and keys of the audit trail depend on it.",
				)
			: ok("a secret of the installation is set");
	} catch (error) {
		return failure((error as Error).message, "Until then the proxy does not start.");
	}
}

function certificates({ server: { tls } }: Config): Finding[] {
	const reading = readTls(tls);
	if (!reading.ok) return [failure(`${reading.fault.path}: ${reading.fault.message}`, reading.fault.remedy)];
	if (reading.material === undefined) return [];
	const { validTo } = new X509Certificate(reading.material.cert);
	const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY_MS);
	if (days < 0) return [failure(`the certificate ended on ${validTo}`, "Renew it and send SIGHUP.")];
	return [
		days < EXPIRY_DAYS
			? warning(`the certificate ends in ${counted(days, "day")}`, "Renew it and send SIGHUP.")
			: ok(`the certificate is valid for ${counted(days, "day")}`),
	];
}

async function policies(config: Config): Promise<Finding> {
	const result = await compilePolicies(config, {});
	if (result.ok) return ok(`${counted(result.value.compiled.length, "policy", "policies")} compiled, the scanner loads`);
	const [fault] = result.faults;
	return failure(`${fault?.path}: ${fault?.message}`, fault?.remedy ?? "");
}

async function port({ server }: Config): Promise<Finding> {
	const fault = await addressFault(server);
	if (fault === undefined) return ok(`${server.host}:${server.port} is free`);
	return fault.isTaken
		? warning(fault.message, "Fine if the proxy runs already; else choose another server.port.")
		: failure(fault.message, fault.remedy);
}

function auditFolder({ audit: { dir } }: Config): Finding {
	const fault = auditFolderFault(dir);
	return fault === undefined ? ok(`audit folder ${dir}`) : failure(`audit folder ${fault.message}`, fault.remedy);
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
				: failure(`${setting} ${file} ${reading.reason}`, `Make it with 'secure-llm-proxy keys create --file ${file}'.`),
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

async function sharedState({ shared_state: { redis_url }, server }: Config): Promise<Finding> {
	if (redis_url === "")
		return server.processes > 1
			? warning("limits are counted by each process alone", "Set shared_state.redis_url.")
			: ok("no Redis: limits are counted here");
	const fault = await pingRedis(redis_url, TIMEOUT_MS);
	return fault === undefined
		? ok("Redis answers")
		: failure(`Redis does not answer: ${fault}`, "Check shared_state.redis_url and the network.");
}
