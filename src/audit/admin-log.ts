import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditKeys } from "./audit-keys.ts";
import { AuditLog } from "./audit-log.ts";
import { createSigner } from "./checkpoint.ts";

/** The log of what operators do with commands; a running proxy holds its own. */
const ADMIN_LOG = "admin";
const MAX_SEGMENT_BYTES = 64 << 20;
const DAY_MS = 86_400_000;
/** Another command may have it for a moment. */
const ATTEMPTS = 40;
const PAUSE_MS = 50;

export interface AdminAction {
	readonly type: "erasure" | "access" | "rotation" | "consent";
	readonly [detail: string]: string | number | boolean | readonly string[];
}

/** Records what an operator did, with the name of the account. Throws when it cannot be written. */
export async function recordAdminAction(dir: string, keys: AuditKeys, action: AdminAction): Promise<void> {
	const log = await openAdminLog(dir, keys);
	const result = log.append([{ ...action, time: new Date().toISOString(), by: userInfo().username }]);
	if (result.ok) log.keepCheckpoint();
	log.close();
	if (!result.ok) throw new Error(`the ${ADMIN_LOG} log cannot be written (${result.reason})`);
}

async function openAdminLog(dir: string, keys: AuditKeys): Promise<AuditLog> {
	for (let attempt = 1; ; attempt++) {
		try {
			return new AuditLog({
				dir: join(dir, ADMIN_LOG),
				origin: ADMIN_LOG,
				signer: createSigner(ADMIN_LOG, keys.signingSeed),
				maxSegmentBytes: MAX_SEGMENT_BYTES,
				maxSegmentAgeMs: DAY_MS,
			});
		} catch (error) {
			if (attempt === ATTEMPTS) throw error;
			await sleep(PAUSE_MS);
		}
	}
}
