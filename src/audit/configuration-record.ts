import { recordAdminActions } from "./admin-log.ts";
import type { AuditKeys } from "./audit-keys.ts";

/** What became of a configuration that a running proxy was told to take over. */
export interface ConfigurationRecord {
	readonly action: "taken" | "refused";
	readonly file: string;
	/** Where it is wrong and why, without values of the file. */
	readonly faults: readonly { readonly path: string; readonly message: string }[];
}

/** Faults that are recorded; a file that is something else altogether has thousands. */
const MAX_FAULTS = 20;

/** Records it, done by the account that the proxy runs as: a signal has no name. Throws when it cannot be written. */
export async function recordConfiguration(dir: string, keys: AuditKeys, { action, file, faults }: ConfigurationRecord): Promise<void> {
	const said = faults.slice(0, MAX_FAULTS).map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
	if (faults.length > MAX_FAULTS) said.push(`${faults.length - MAX_FAULTS} more`);
	await recordAdminActions(dir, keys, [{ type: "configuration", action, file, faults: said }]);
}
