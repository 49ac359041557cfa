import { loadConfig } from "../config/load.ts";
import { readTls } from "../edge/tls.ts";
import { compilePolicy } from "../policy/compile-policy.ts";
import { type HoldCost, type HoldReport, reportHold } from "../scanner/hold-report.ts";
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
	const tls = readTls(loaded.config.server.tls);
	if (!tls.ok) {
		printFaults([tls.fault]);
		return 2;
	}
	const policy = compilePolicy(loaded.config.security);
	const faults = [await loadArtifact(policy.prompt.rules, { onCompile }), await loadArtifact(policy.response.rules, { onCompile })].flatMap(
		(result) => (result.ok ? [] : result.faults),
	);
	const unique = [...new Map(faults.map((fault) => [fault.pattern, fault])).values()];
	printFaults(unique.map(({ pattern, reason, remedy }) => ({ path: `security pattern '${pattern}'`, message: reason, remedy })));
	if (unique.length > 0) return 2;
	process.stdout.write(
		`OK: ${policy.prompt.rules.length} prompt and ${policy.response.rules.length} response patterns, policy ${policy.id}\n`,
	);
	process.stdout.write(holdTable(await reportHold(policy.response.rules)));
	return 0;
}

const onCompile = (patterns: number): void => {
	process.stderr.write(`compiling ${patterns} patterns, once for this set…\n`);
};

const SHOWN = 5;

/** What answers wait for: all patterns together, the most expensive ones, and those that could be cheaper. */
function holdTable({ together, patterns }: HoldReport): string {
	const shown = patterns.filter(({ hint }, i) => i < SHOWN || hint !== undefined);
	const row = ({ pattern, delayed, hint }: HoldCost): string =>
		`  ${pattern.padEnd(32)}${[delayed.prose, delayed.code, delayed.data].map((share) => `${(share * 100).toFixed(1)} %`.padStart(9)).join("")}${hint === undefined ? "" : `   ${hint}`}\n`;
	return `Pieces of an answer that wait for the next one, in samples of\n${" ".repeat(34)}${["prose", "code", "data"].map((name) => name.padStart(9)).join("")}\n${[together, ...shown].map(row).join("")}`;
}
