import { Command, type ParseOptionsResult } from "commander";

/**
 * A command that says which option it does not know before it says which one is missing: often the first is the second,
 * misspelt. Commander by itself asks in the other order.
 */
export class CommandLine extends Command {
	override createCommand(name?: string): Command {
		return new CommandLine(name);
	}

	override parseOptions(words: string[]): ParseOptionsResult {
		const parsed = super.parseOptions(words);
		// With one of these the command is refused in any case.
		if (parsed.unknown.length > 0) for (const option of this.options) option.makeOptionMandatory(false);
		return parsed;
	}
}

export const auditFolder = ["--dir <folder>", "the folder of audit.dir", "./data/audit"] as const;

/** The places that a command about subjects changes or reads. */
export function withPlaces(command: Command): Command {
	return command
		.option(...auditFolder)
		.option("--file <file>", "the file of security.consent.file", "./data/consent.json")
		.option("--config <file>", "take both from this configuration");
}

/** Takes a command's exit status; undefined while it goes on. */
export function finish(code: number | undefined): void {
	if (code !== undefined) process.exitCode = code;
}

/** Command lines below the help of a command. */
export function examples(...lines: readonly string[]): string {
	return ["", "Examples:", ...lines.map((line) => `  secure-llm-proxy ${line}`)].join("\n");
}

/**
 * What an operator is told of an error that ended a command: what the system refuses, or an installation that lacks a part.
 * Undefined: it is a fault of ours and keeps its trace.
 */
export function faultLine({ code, syscall, message }: NodeJS.ErrnoException): string | undefined {
	if (code === "SCANNER_NOT_BUILT") return message;
	if (syscall === undefined) return undefined;
	const isOutOfFiles = code === "EMFILE" || code === "ENFILE";
	return `${message} — ${isOutOfFiles ? "raise the limit of open files (ulimit -n)" : "check the path, and whether this user may use it"}`;
}
