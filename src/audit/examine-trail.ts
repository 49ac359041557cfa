import { accessSync, constants, lstatSync } from "node:fs";
import { join } from "node:path";
import { holderOf } from "../core/file-lock.ts";
import { existingKeys, type Secrets } from "./audit-keys.ts";
import { heldBy, LOCK, verifierKeysIn } from "./audit-log.ts";
import { readLogEnd } from "./log-end.ts";
import { ownVerifierKeys } from "./own-verifier-keys.ts";
import { CONTENT_SUFFIX } from "./recorder.ts";

/** What a look at the logs of one process shows. */
export interface TrailFault {
	/** `held`: another process writes them. `unusable`: they cannot be gone on with. `secret`: they will be, with another key than so far. */
	readonly kind: "held" | "unusable" | "secret";
	readonly message: string;
}

/**
 * Looks at the logs that a process with this `origin` will write in the folder of all logs, as it does itself when it opens them,
 * and changes nothing. Empty: it will go on with them.
 */
export function examineTrail(dir: string, origin: string, secrets: Secrets): TrailFault[] {
	try {
		const keys = existingKeys(dir, secrets);
		return [origin, origin + CONTENT_SUFFIX]
			.filter((log) => lstatSync(join(dir, log), { throwIfNoEntry: false }) !== undefined)
			.flatMap((log) => examineLog(join(dir, log), ownVerifierKeys(log, keys)));
	} catch (error) {
		return [unusable(error)];
	}
}

function examineLog(dir: string, verifierKeys: readonly string[]): TrailFault[] {
	const owner = holderOf(join(dir, LOCK));
	if (owner !== undefined) return [{ kind: "held", message: heldBy(owner, dir) }];
	try {
		accessSync(dir, constants.W_OK | constants.X_OK);
		const { segment } = readLogEnd(dir);
		if (segment !== undefined) accessSync(join(dir, segment), constants.W_OK);
		const known = verifierKeysIn(dir);
		if (known.length === 0 || known.some((key) => verifierKeys.includes(key))) return [];
		return [{ kind: "secret", message: `${dir} was signed with another secret than the present one` }];
	} catch (error) {
		return [unusable(error)];
	}
}

function unusable(error: unknown): TrailFault {
	return { kind: "unusable", message: (error as Error).message };
}
