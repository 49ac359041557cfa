#!/usr/bin/env -S node --max-semi-space-size=4
// A nursery of 4 MiB for each thread: what a collection of V8's own 16 takes, all streams wait for (bench/README.md).
import { readFileSync } from "node:fs";
import { faultLine } from "./cli/fault-line.ts";
import { addAuditCommands } from "./cli/program/audit-commands.ts";
import { CommandLine, examples, finish } from "./cli/program/command-line.ts";
import { addConsentCommands } from "./cli/program/consent-commands.ts";
import { addKeysCommands } from "./cli/program/keys-commands.ts";
import { addPacksCommands } from "./cli/program/packs-commands.ts";
import { addReportCommand } from "./cli/program/report-command.ts";
import { addScanCommand } from "./cli/program/scan-command.ts";
import { addServiceCommands } from "./cli/program/service-commands.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
/** What a shell says of a program that wrote to nobody. */
const SIGPIPE_STATUS = 141;
const program = new CommandLine("secure-llm-proxy")
	.description("Gateway between chat applications and LLM APIs that stops leaks while the tokens stream")
	.version(version)
	// Before the commands: they take both over.
	.showHelpAfterError("Add --help to see what it takes.")
	.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
	.addHelpText(
		"after",
		`
Exit status: 0 done, 1 the answer is no (findings, not healthy, not sound), 2 it cannot be done.
${examples("serve --config config/demo.yaml", "check --config config.yaml", "scan --redact notes.txt", "COMMAND --help")}`,
	);
// Who reads the output may have seen enough, as head has: a command then ends like any other program. The proxy serves on.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
	if (process.argv[2] === "serve") return;
	if (code === "EPIPE") process.exit(SIGPIPE_STATUS);
	process.stderr.write(`secure-llm-proxy: standard output cannot be written (${code}). What the command did besides is done.\n`);
	process.exit(2);
});
// Nobody can be told that nobody can be told.
process.stderr.on("error", () => undefined);
// Each loads what it does when it runs: --help and a revocation need not wait for the engine.
addServiceCommands(program, version);
addScanCommand(program, version);
addKeysCommands(program);
addAuditCommands(program);
addReportCommand(program);
addConsentCommands(program);
addPacksCommands(program);
await program.parseAsync().catch((error: NodeJS.ErrnoException) => {
	const line = faultLine(error);
	if (line === undefined) throw error;
	process.stderr.write(`secure-llm-proxy: ${line}\n`);
	finish(2);
});
