import { recordAdminActions } from "./admin-log.ts";
import type { AuditKeys } from "./audit-keys.ts";
import { SubjectKeys } from "./subject-keys.ts";

/** A client API key that was made, revoked, or given a successor. */
export interface KeyChange {
	readonly action: "created" | "revoked" | "rotated";
	/** Public id of the key. */
	readonly id: string;
	/** Id of the key that takes its place. */
	readonly successor?: string;
	/** What the key is worth from now on: policy, models, limits, end. */
	readonly terms: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Records a change of the keys in `file`, with pseudonyms in place of ids. Throws when it cannot be written. */
export async function recordKeyChange(
	dir: string,
	keys: AuditKeys,
	file: string,
	{ action, id, successor, terms }: KeyChange,
): Promise<void> {
	const subjects = new SubjectKeys(dir, keys);
	const pseudonymOf = (key: string): string => subjects.obtain(`key:${key}`).pseudonym;
	const next = successor === undefined ? {} : { successor: pseudonymOf(successor) };
	await recordAdminActions(dir, keys, [{ ...terms, type: "key", action, subject: pseudonymOf(id), ...next, file }]);
}
