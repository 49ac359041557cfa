import { existsSync } from "node:fs";
import { type AuditKeys, existingKeys } from "../audit/audit-keys.ts";
import { createNameCipher } from "../audit/name-cipher.ts";
import type { Config } from "../config/schema.ts";
import type { ConsentFile } from "../identity/consent-file.ts";
import { configIn } from "./config-in.ts";
import { installationSecrets } from "./secret.ts";

/** Where a command finds what it works on: in the configuration, or as it is told. */
export interface PlaceOptions {
	readonly config?: string;
	/** Folder of the audit trail. */
	readonly dir: string;
	/** File of consents. */
	readonly file: string;
}

export interface Places {
	/** That says where everything is; absent: it was told, or is the default. */
	readonly config: Config | undefined;
	readonly dir: string;
	readonly keys: AuditKeys;
	/** Its path may be empty or of no file: then there are no consents. */
	readonly consents: ConsentFile;
}

/** Throws when the configuration is not valid, or there is no secret. */
export async function placesOf({ config, dir: givenDir, file }: PlaceOptions): Promise<Places> {
	const configured = config === undefined ? undefined : await configIn(config);
	const dir = configured?.audit.dir ?? givenDir;
	const path = configured?.security.consent.file ?? file;
	const keys = existingKeys(dir, installationSecrets());
	if (keys === undefined)
		throw new Error("set SECURE_LLM_PROXY_SECRET_KEY as it is set for the proxy, and give its audit.dir with --dir or --config");
	return { config: configured, dir, keys, consents: { path, names: createNameCipher(keys) } };
}

/** The folder of the audit trail. Throws when the configuration is not valid. */
export async function auditFolderOf({ config, dir }: Pick<PlaceOptions, "config" | "dir">): Promise<string> {
	return config === undefined ? dir : (await configIn(config)).audit.dir;
}

export function hasConsents({ consents: { path } }: Places): boolean {
	return path !== "" && existsSync(path);
}
