import { compilePolicies } from "../compile-policies.ts";
import { takesKeys } from "../config/auth-schema.ts";
import type { ConfigFault } from "../config/config-fault.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { counted } from "../core/counted.ts";
import { readTls } from "../edge/tls.ts";
import { readKeyFile } from "../identity/key-file.ts";
import { cacheFault } from "../open-stores.ts";
import type { Policy } from "../policy/policy.ts";
import { reportHold } from "../scanner/hold-report.ts";
import { sinkFaults } from "./audit-folder.ts";
import { type ExplainedRequest, explain } from "./explain.ts";
import { holdTable } from "./hold-table.ts";
import { printFaults } from "./print-faults.ts";
import { namesSecret } from "./secret.ts";

/** `check`: every fault with its path and remedy, or which policy `request` would get and why. Exit 0 or 2. */
export async function check(file: string, request?: ExplainedRequest): Promise<number> {
	const loaded = loadConfig(file);
	if (!loaded.ok) {
		printFaults(loaded.faults);
		return 2;
	}
	for (const { path, message, remedy } of [...loaded.warnings, ...missing(loaded.config)])
		process.stderr.write(`warning: ${path} ${message} — ${remedy}\n`);
	const tls = readTls(loaded.config.server.tls);
	const unusable = [...(tls.ok ? [] : [tls.fault]), ...sinkFaults(loaded.config)];
	if (unusable.length > 0) {
		printFaults(unusable);
		return 2;
	}
	const result = await compilePolicies(loaded.config, { onCompile });
	if (!result.ok) {
		printFaults(result.faults);
		return 2;
	}
	if (request !== undefined) return explain(loaded.config, result.value.book, request);
	const { book, compiled } = result.value;
	const byId = new Map(compiled.map(({ policy }) => [policy.id, policy]));
	for (const { name, id, dryRun } of book.all) {
		const policy = byId.get(id) as Policy;
		const counts = `${policy.prompt.rules.length} prompt and ${policy.response.rules.length} response patterns`;
		process.stdout.write(`OK: ${counts}, policy ${name} ${id}${dryRun ? " (dry run)" : ""}\n`);
	}
	const { rules } = (byId.get(book.default.id) as Policy).response;
	const own = new Set(loaded.config.security.pii_protection.custom_patterns.map(({ name }) => name));
	const isOwn = (name: string): boolean => own.has(name) || rules.some((rule) => rule.name === name && rule.category === "phrase");
	process.stdout.write(holdTable(await reportHold(rules, isOwn)));
	return 0;
}

/** What a proxy with this configuration does not start without, and what may be elsewhere while the file is checked. */
function missing(config: Config): ConfigFault[] {
	const { admin, security } = config;
	const keyFiles = [
		["security.auth.keys_file", takesKeys(security.auth) ? security.auth.keys_file : ""],
		["admin.keys_file", admin.keys_file],
	] as const;
	const unread = keyFiles.flatMap(([path, file]) => {
		const reading = file === "" ? { ok: true as const } : readKeyFile(file);
		return reading.ok ? [] : [{ path, message: `${file} ${reading.reason}`, remedy: reading.remedy }];
	});
	const secret = namesSecret() ? undefined : cacheFault(config);
	return [...unread, ...(secret === undefined ? [] : [secret])].map((fault) => ({
		...fault,
		remedy: `The proxy does not start without it. ${fault.remedy}`,
	}));
}

const onCompile = (patterns: number): void => {
	process.stderr.write(`compiling ${counted(patterns, "pattern")}, once for this set…\n`);
};
