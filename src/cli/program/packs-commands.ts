import type { Command } from "commander";
import type { AddOptions, PackOptions, SignOptions } from "../packs.ts";
import { examples, finish, PACK_FOLDER, TRUSTED_KEYS, withPlaces } from "./command-line.ts";

/** `packs`. */
export function addPacksCommands(program: Command): void {
	const packs = program.command("packs").description("signed packs of patterns about threats, for threat_packs.dir");
	withPlaces(packs.command("verify <file-or-url>").description("prove signature, patterns and examples; exit 0 or 2"), TRUSTED_KEYS).action(
		async (source: string, options: PackOptions) => finish(await (await import("../packs.ts")).packsVerify(source, options)),
	);
	withPlaces(
		packs.command("add <file-or-url>").description("prove a pack and put it in use from the next start or SIGHUP on"),
		PACK_FOLDER,
		TRUSTED_KEYS,
	)
		.option("--anyway", "also a version from before the one in use, or one that was rolled back")
		.action(async (source: string, options: AddOptions) => finish(await (await import("../packs.ts")).packsAdd(source, options)));
	withPlaces(packs.command("list").description("packs and their versions"), PACK_FOLDER).action(async (options: PackOptions) =>
		finish(await (await import("../packs.ts")).packsList(options)),
	);
	withPlaces(packs.command("rollback <name>").description("put the version before in use again"), PACK_FOLDER).action(
		async (name: string, options: PackOptions) => finish(await (await import("../packs.ts")).packsRollback(name, options)),
	);
	packs
		.command("sign <file>")
		.description("check a pack and sign it")
		.requiredOption("--key <file>", "Ed25519 private key, PEM (openssl genpkey -algorithm ed25519)")
		.option("--out <file>", "write it there")
		.addHelpText("after", examples("packs sign pack.json --key signer.pem --out pack.signed.json"))
		.action(async (file: string, options: SignOptions) => finish((await import("../packs.ts")).packsSign(file, options)));
}
