import type { Command } from "commander";
import type { PackOptions, SignOptions } from "../packs.ts";
import { examples, finish } from "./command-line.ts";

/** `packs`. */
export function addPacksCommands(program: Command): void {
	const packs = program.command("packs").description("signed packs of patterns about threats, for threat_packs.dir");
	const packDir = ["--dir <folder>", "the folder of threat_packs.dir", "./data/packs"] as const;
	const trusted = ["--key <key...>", "public keys that are trusted, base64"] as const;
	packs
		.command("verify <file-or-url>")
		.description("prove signature, patterns and examples; exit 0 or 2")
		.option(...trusted)
		.action(async (source: string, options: PackOptions) => finish(await (await import("../packs.ts")).packsVerify(source, options)));
	packs
		.command("add <file-or-url>")
		.description("prove a pack and put it in use from the next start or SIGHUP on")
		.option(...packDir)
		.option(...trusted)
		.action(async (source: string, options: PackOptions) => finish(await (await import("../packs.ts")).packsAdd(source, options)));
	packs
		.command("list")
		.description("packs and their versions")
		.option(...packDir)
		.action(async (options: PackOptions) => finish((await import("../packs.ts")).packsList(options)));
	packs
		.command("rollback <name>")
		.description("put the version before in use again")
		.option(...packDir)
		.action(async (name: string, options: PackOptions) => finish((await import("../packs.ts")).packsRollback(name, options)));
	packs
		.command("sign <file>")
		.description("check a pack and sign it")
		.requiredOption("--key <file>", "Ed25519 private key, PEM (openssl genpkey -algorithm ed25519)")
		.option("--out <file>", "write it there")
		.addHelpText("after", examples("packs sign pack.json --key signer.pem --out pack.signed.json"))
		.action(async (file: string, options: SignOptions) => finish((await import("../packs.ts")).packsSign(file, options)));
}
