import type { Command } from "commander";
import type { KeySettings } from "../keys.ts";
import { AUDIT_FOLDER, examples, finish, KEY_FILE, withPlaces } from "./command-line.ts";

/** `keys`. */
export function addKeysCommands(program: Command): void {
	const keys = program
		.command("keys")
		.description("client API keys of security.auth.keys_file; only hashes are stored, and every change is recorded in the audit trail");
	const withKeyPlaces = (command: Command): Command => withPlaces(command, KEY_FILE, AUDIT_FOLDER);
	withKeyPlaces(keys.command("create").description("make a key and print it, once"))
		.option("--name <name>", "who it is for")
		.option("--policy <name>", "the policy it gets, whatever security.policy_rules say")
		.option("--role <name>", "a role that security.policy_rules know")
		.option("--tenant <name>", "the tenant it belongs to, which may have given a consent")
		.option("--models, --model <glob...>", "models it may use; default: all")
		.option("--days <n>", "days until it expires")
		.option("--rpm, --requests-per-minute <n>", "requests per minute, instead of the configured limit; 0: no limit")
		.option("--rph, --requests-per-hour <n>", "requests per hour, likewise")
		.option("--tpm, --tokens-per-minute <n>", "tokens per minute, likewise")
		.option("--concurrent-requests <n>", "requests open at once, likewise")
		.option("--tokens-per-day <n>", "tokens per day, likewise")
		.option("--tokens-per-month <n>", "tokens per month, likewise")
		.option("--usd-per-day <amount>", "US dollars per day, likewise")
		.option("--budget, --usd-per-month <amount>", "US dollars per month, likewise")
		.option("--json", "print JSON")
		.addHelpText(
			"after",
			examples('keys create --config config.yaml --name "search team" --models "gpt-4o*" --rpm 120 --budget 50 --days 90'),
		)
		.action(async (settings: KeySettings) => finish(await (await import("../keys.ts")).keysCreate(settings)));
	withPlaces(keys.command("list").description("all keys, without the keys: id, state, when it was made, when it ends, name"), KEY_FILE)
		.option("--json", "print JSON")
		.action(async (settings: KeySettings) => finish(await (await import("../keys.ts")).keysList(settings)));
	withKeyPlaces(keys.command("revoke <id>").description("refuse a key from now on")).action(async (id: string, settings: KeySettings) =>
		finish(await (await import("../keys.ts")).keysRevoke(id, settings)),
	);
	withKeyPlaces(keys.command("rotate <id>").description("make a key that takes the place of another, for as long as that one was made for"))
		.option("--days <n>", "days that the old one stays valid; default: none")
		.option("--json", "print JSON")
		.action(async (id: string, settings: KeySettings) => finish(await (await import("../keys.ts")).keysRotate(id, settings)));
}
