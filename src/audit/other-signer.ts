import { join } from "node:path";
import { holderOf, type LockOwner } from "../core/file-lock.ts";
import type { AuditKeys } from "./audit-keys.ts";
import { LOCK, verifierKeysIn } from "./audit-log.ts";
import { createSigner } from "./checkpoint.ts";
import { logsIn } from "./log-reader.ts";

/** A process that is writing a log of this folder with a secret other than the one of `keys`. Undefined: none is. */
export function otherSigner(dir: string, keys: AuditKeys): { readonly log: string; readonly owner: LockOwner } | undefined {
	for (const log of logsIn(dir)) {
		const owner = holderOf(join(dir, log, LOCK));
		const [signer] = verifierKeysIn(join(dir, log));
		if (owner !== undefined && signer !== createSigner(log, keys.signingSeed).verifierKey) return { log, owner };
	}
	return undefined;
}
