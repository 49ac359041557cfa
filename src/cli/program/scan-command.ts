import type { Command } from "commander";
import type { ScanOptions } from "../scan.ts";
import { examples, finish } from "./command-line.ts";

/** `scan`; `version` is the package's, for SARIF. */
export function addScanCommand(program: Command, version: string): void {
	program
		.command("scan [files...]")
		.description("inspect files, folders or stdin; exit 0 clean, 1 findings, 2 error")
		.addOption(program.createOption("--json", "one JSON object per file").conflicts(["redact", "sarif"]))
		.addOption(program.createOption("--redact", "print the redacted text").conflicts(["json", "sarif"]))
		.option("--sarif", "one SARIF 2.1.0 log")
		.option("--color", "colours, also where the output is no terminal")
		.option("--no-color", "no colours")
		.option("--show", "print what was found, not a mask of it")
		.option("--prompt", "inspect as prompts, attacks included")
		.option("--config <file>", "take patterns from this configuration")
		.addHelpText("after", examples("scan --sarif src docs", "scan --redact letter.txt", "scan --prompt --json < prompt.txt"))
		.action(async (files: string[], options: ScanOptions) =>
			finish(await (await import("../scan.ts")).scan(files, { ...options, version })),
		);
}
