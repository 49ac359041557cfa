import { loadConfig, startFaults } from "../config/load.ts";
import { compilePolicy } from "../policy/compile-policy.ts";
import { loadArtifact } from "../scanner/pattern-database.ts";
import { printFaults } from "./serve.ts";

/** `check`: every fault with its path and remedy. Exit 0 or 2. */
export async function check(file: string): Promise<number> {
	const loaded = loadConfig(file);
	if (!loaded.ok) {
		printFaults(loaded.faults);
		return 2;
	}
	for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning}\n`);
	for (const { path, message } of startFaults(loaded.config)) process.stderr.write(`warning: ${path}: ${message}; serve refuses it\n`);
	const policy = compilePolicy(loaded.config.security);
	const faults = [await loadArtifact(policy.prompt.rules, {}), await loadArtifact(policy.response.rules, {})].flatMap((result) =>
		result.ok ? [] : result.faults,
	);
	const unique = [...new Map(faults.map((fault) => [fault.pattern, fault])).values()];
	printFaults(unique.map(({ pattern, reason, remedy }) => ({ path: `security pattern '${pattern}'`, message: reason, remedy })));
	if (unique.length > 0) return 2;
	process.stdout.write(
		`OK: ${policy.prompt.rules.length} prompt and ${policy.response.rules.length} response patterns, policy ${policy.id}\n`,
	);
	return 0;
}
