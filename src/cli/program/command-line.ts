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

/** An option that says where something is which a configuration says as well. */
type Place = readonly [flags: `--${string}`, description: string, byDefault?: string];

export const AUDIT_FOLDER: Place = ["--dir <folder>", "the folder of audit.dir", "./data/audit"];
export const CONSENT_FILE: Place = ["--file <file>", "the file of security.consent.file", "./data/consent.json"];
export const KEY_FILE: Place = ["--file <file>", "the key file", "./data/keys.json"];
export const PACK_FOLDER: Place = ["--dir <folder>", "the folder of threat_packs.dir", "./data/packs"];
export const TRUSTED_KEYS: Place = ["--key <key...>", "public keys that are trusted, base64"];

/** The options of these places, and in their place `--config`. */
export function withPlaces(command: Command, ...places: readonly Place[]): Command {
	for (const place of places) command.option(...place);
	const names = places.map(([flags]) => flags.slice(2, flags.indexOf(" ")));
	const told = `take ${places.length > 1 ? "both" : "it"} from this configuration`;
	return command.addOption(command.createOption("--config <file>", told).conflicts(names));
}

/** Takes a command's exit status; undefined while it goes on. */
export function finish(code: number | undefined): void {
	if (code !== undefined) process.exitCode = code;
}

/** Command lines below the help of a command. */
export function examples(...lines: readonly string[]): string {
	return ["", "Examples:", ...lines.map((line) => `  secure-llm-proxy ${line}`)].join("\n");
}
