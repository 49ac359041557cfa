import { readFileSync } from "node:fs";
import { loadConfig, parseConfig } from "../config/load.ts";
import { createTextInspector, type TextInspection } from "../inspect/inspect-text.ts";
import { compilePolicy } from "../policy/compile-policy.ts";
import { printFaults } from "./serve.ts";

export interface ScanOptions {
	readonly json?: boolean;
	readonly redact?: boolean;
	readonly config?: string;
}

/** `scan`: files or stdin with the engine of the lanes. Exit 0 clean, 1 findings, 2 error. */
export async function scan(files: readonly string[], options: ScanOptions): Promise<number> {
	const loaded = options.config === undefined ? parseConfig("{}", process.env) : loadConfig(options.config);
	if (!loaded.ok) {
		printFaults(loaded.faults);
		return 2;
	}
	const { response } = compilePolicy(loaded.config.security);
	// Every finding is wanted, so nothing ends the text early.
	const inspector = await createTextInspector({
		...response,
		rules: response.rules.map((rule) => ({ ...rule, action: "redact" as const })),
	});
	if (!inspector.ok) {
		printFaults(
			inspector.faults.map(({ pattern, reason, remedy }) => ({ path: `security pattern '${pattern}'`, message: reason, remedy })),
		);
		return 2;
	}
	let code = 0;
	for (const file of files.length > 0 ? files : ["-"]) {
		let bytes: Buffer;
		try {
			bytes = readFileSync(file === "-" ? 0 : file);
		} catch (error) {
			process.stderr.write(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code}) — give a readable file, or - for stdin\n`);
			code = 2;
			continue;
		}
		const inspection = inspector.inspect(bytes);
		process.stdout.write(render(file, bytes, inspection, options));
		if (inspection.findings.length > 0) code = Math.max(code, 1);
	}
	return code;
}

function render(file: string, bytes: Buffer, { findings, redacted }: TextInspection, options: ScanOptions): string {
	if (options.redact === true) return redacted;
	if (options.json === true) return `${JSON.stringify({ file, findings })}\n`;
	return findings.map(({ type, from, score }) => `${file}:${position(bytes, from)}\t${type}\t${score.toFixed(2)}\n`).join("");
}

/** `line:column`, both from 1, the column in bytes. */
function position(bytes: Buffer, at: number): string {
	const before = bytes.subarray(0, at);
	return `${before.filter((byte) => byte === 10).length + 1}:${at - before.lastIndexOf(10)}`;
}
