import { isGroup } from "../core/subject-group.ts";
import { recordAdminActions } from "./admin-log.ts";
import type { AuditKeys } from "./audit-keys.ts";
import type { SubjectKeys } from "./subject-keys.ts";

/** A consent that was granted or revoked. */
export interface ConsentRecord {
	readonly action: "granted" | "revoked";
	readonly consent: {
		readonly id: string;
		/** A caller, or `tenant:NAME`, `role:NAME`. */
		readonly subject: string;
		readonly policy: string;
		readonly providers: readonly string[];
		readonly purpose: string;
		readonly source: string;
		readonly expires?: string | undefined;
	};
}

/** Records changes of consents, all or none, with pseudonyms in place of callers. Throws when they cannot be written. */
export async function recordConsents(
	dir: string,
	keys: AuditKeys,
	subjects: SubjectKeys,
	changes: readonly ConsentRecord[],
	by?: string,
): Promise<void> {
	const actions = changes.map(({ action, consent: { id, subject, policy, providers, purpose, source, expires = "" } }) => {
		const named = isGroup(subject) ? subject : subjects.obtain(subject).pseudonym;
		return { type: "consent" as const, action, consent: id, subject: named, policy, providers, purpose, source, expires };
	});
	await recordAdminActions(dir, keys, actions, by);
}
