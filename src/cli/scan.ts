import { loadConfig, parseConfig } from "../config/load.ts";
import { createTextInspector } from "../inspect/inspect-text.ts";
import { compilePolicy } from "../policy/compile-policy.ts";
import type { RuleSet } from "../policy/policy.ts";
import { redactionKey } from "../verdict/redaction-key.ts";
import { printFaults } from "./print-faults.ts";
import { type ScanInput, scanInputs } from "./scan-input.ts";
import { locate, type ScanResult, scanJson } from "./scan-result.ts";
import { scanSarif } from "./scan-sarif.ts";
import { scanTable } from "./scan-table.ts";
import { installationSecrets } from "./secret.ts";

export interface ScanOptions {
	readonly json?: boolean;
	readonly redact?: boolean;
	readonly sarif?: boolean;
	/** Absent: when stdout is a terminal that shows colours and NO_COLOR is not set. */
	readonly color?: boolean;
	readonly show?: boolean;
	readonly config?: string;
	/** The texts are prompts: the rules for prompts, attacks included. */
	readonly prompt?: boolean;
	/** Of this program, for SARIF. */
	readonly version: string;
}

type Fault = ScanInput & { readonly kind: "fault" };

/** `scan`: files, folders or stdin with the engine of the lanes. Exit 0 clean, 1 findings, 2 error. */
export async function scan(names: readonly string[], options: ScanOptions): Promise<number> {
	let key: Uint8Array;
	try {
		key = redactionKey(installationSecrets().secret);
	} catch (error) {
		printFaults([{ path: "environment", message: (error as Error).message, remedy: "Correct it and scan again." }]);
		return 2;
	}
	const loaded = options.config === undefined ? parseConfig("{}", process.env) : loadConfig(options.config);
	if (!loaded.ok) {
		printFaults(loaded.faults);
		return 2;
	}
	const policy = compilePolicy(loaded.config.security);
	const ruleSet = options.prompt === true ? policy.prompt : withoutMarks(policy.response);
	const judged = options.prompt === true ? { injection: policy.injection } : {};
	const inspector = await createTextInspector(ruleSet, key, judged);
	if (!inspector.ok) {
		printFaults(
			inspector.faults.map(({ pattern, reason, remedy }) => ({ path: `security pattern '${pattern}'`, message: reason, remedy })),
		);
		return 2;
	}
	const write = writerOf(options);
	const isSecret = (rule: number): boolean => ruleSet.rules[rule]?.category === "secret";
	const faults: Fault[] = [];
	let found = 0;
	if (names.length === 0 && process.stdin.isTTY)
		process.stderr.write("scan reads what you type; Ctrl-D ends it. Name files to read those.\n");
	for (const input of scanInputs(names)) {
		if (input.kind === "text") {
			const result = locate(input, inspector.inspect(Buffer.from(input.text)), isSecret);
			found += result.findings.length;
			write.result(result);
			continue;
		}
		if (input.kind === "fault") faults.push(input);
		process.stderr.write(`${input.file}: ${input.kind === "fault" ? `${input.reason} — ${input.remedy}` : `skipped (${input.reason})`}\n`);
	}
	write.end(faults);
	if (faults.length > 0) return 2;
	return found > 0 ? 1 : 0;
}

/** A file may hold control characters; only in an answer they are aimed at its reader. */
function withoutMarks(ruleSet: RuleSet): RuleSet {
	return { ...ruleSet, rules: ruleSet.rules.filter(({ category }) => category !== "injection") };
}

interface ScanWriter {
	result(result: ScanResult): void;
	end(faults: readonly Fault[]): void;
}

function writerOf(options: ScanOptions): ScanWriter {
	const print = (text: string): void => void process.stdout.write(text);
	const each = (render: (result: ScanResult) => string): ScanWriter => ({
		result: (result) => print(render(result)),
		end: () => undefined,
	});
	if (options.redact === true) return each(({ inspection }) => inspection.redacted);
	if (options.json === true) return each((result) => `${JSON.stringify(scanJson(result))}\n`);
	if (options.sarif === true) {
		const results: ScanResult[] = [];
		return {
			result: (result) => void results.push(result),
			end: (faults) => print(`${JSON.stringify(scanSarif(results, faults, options.version), undefined, "\t")}\n`),
		};
	}
	const color = options.color ?? (process.stdout.isTTY && process.stdout.hasColors());
	return each((result) => scanTable(result, { color, show: options.show === true }));
}
