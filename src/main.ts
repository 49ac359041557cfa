#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { type AuditVerifyOptions, auditVerify } from "./cli/audit.ts";
import { check } from "./cli/check.ts";
import { health } from "./cli/health.ts";
import { type ScanOptions, scan } from "./cli/scan.ts";
import { serve } from "./cli/serve.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
const program = new Command("secure-llm-proxy")
	.description("Gateway between chat applications and LLM APIs that stops leaks while the tokens stream")
	.version(version)
	// Before the commands: they take it over.
	.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const finish = (code: number | undefined): void => {
	if (code !== undefined) process.exitCode = code;
};

program
	.command("serve")
	.description("run the proxy")
	.requiredOption("--config <file>", "YAML or JSON configuration")
	.action(async ({ config }: { config: string }) => finish(await serve(config)));
program
	.command("check")
	.description("validate configuration and policies")
	.requiredOption("--config <file>", "YAML or JSON configuration")
	.action(async ({ config }: { config: string }) => finish(await check(config)));
program
	.command("health")
	.description("ask the running proxy; exit 0 healthy, 1 not")
	.requiredOption("--config <file>", "the configuration it runs with")
	.action(async ({ config }: { config: string }) => finish(await health(config)));
program
	.command("scan [files...]")
	.description("inspect files, folders or stdin; exit 0 clean, 1 findings, 2 error")
	.addOption(new Option("--json", "one JSON object per file").conflicts(["redact", "sarif"]))
	.addOption(new Option("--redact", "print the redacted text").conflicts(["json", "sarif"]))
	.option("--sarif", "one SARIF 2.1.0 log")
	.option("--color", "colours, also where the output is no terminal")
	.option("--no-color", "no colours")
	.option("--show", "print what was found, not a mask of it")
	.option("--config <file>", "take patterns from this configuration")
	.action(async (files: string[], options: ScanOptions) => finish(await scan(files, { ...options, version })));
const audit = program.command("audit").description("the audit trail");
audit
	.command("verify")
	.description("prove that no record was changed, added or removed; exit 0 sound, 1 not, 2 cannot be read")
	.option("--dir <folder>", "the folder of audit.dir", "./data/audit")
	.option("--key <key>", "the log's public key or a file with it; default: the one beside the log")
	.option("--checkpoint <file...>", "signed checkpoints kept elsewhere: they reveal a removed tail")
	.option("--json", "one JSON object per log")
	.action((options: AuditVerifyOptions) => finish(auditVerify(options)));
await program.parseAsync();
