import { compilePolicies } from "../compile-policies.ts";
import { takesKeys } from "../config/auth-schema.ts";
import type { ConfigFault } from "../config/config-fault.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { counted } from "../core/counted.ts";
import { readTls } from "../edge/tls.ts";
import { readKeyFile } from "../identity/key-file.ts";
import type { Policy } from "../policy/policy.ts";
import { reportHold } from "../scanner/hold-report.ts";
import { type ExplainedRequest, explain } from "./explain.ts";
import { holdTable } from "./hold-table.ts";
import { printFaults } from "./print-faults.ts";

/** `check`: every fault with its path and remedy, or which policy `request` would get and why. Exit 0 or 2. */
export async function check(file: string, request?: ExplainedRequest): Promise<number> {
	const loaded = loadConfig(file);
	if (!loaded.ok) {
		printFaults(loaded.faults);
		return 2;
	}
	for (const { path, message, remedy } of [...loaded.warnings, ...missingKeys(loaded.config)])
		process.stderr.write(`warning: ${path} ${message} — ${remedy}\n`);
	const tls = readTls(loaded.config.server.tls);
	if (!tls.ok) {
		printFaults([tls.fault]);
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

/** The keys may be elsewhere while a file is checked; the proxy does not start without them. */
function missingKeys({ security: { auth } }: Config): ConfigFault[] {
	const reading = takesKeys(auth) ? readKeyFile(auth.keys_file) : { ok: true as const };
	if (reading.ok) return [];
	const remedy = `The proxy does not start without it. ${reading.remedy}`;
	return [{ path: "security.auth.keys_file", message: `${auth.keys_file} ${reading.reason}`, remedy }];
}

const onCompile = (patterns: number): void => {
	process.stderr.write(`compiling ${counted(patterns, "pattern")}, once for this set…\n`);
};
