import { join } from "node:path";
import { DAY_MS } from "../core/units.ts";
import { AuditLog } from "./audit-log.ts";
import { createSigner } from "./checkpoint.ts";

/**
 * Opens or makes the log `origin` in the folder of all logs, for this process alone. A key it was not signed with before is
 * recorded first. Throws when it cannot be opened.
 */
export function openLog(dir: string, origin: string, signingSeed: Uint8Array, maxSegmentBytes: number): AuditLog {
	const signer = createSigner(origin, signingSeed);
	const log = new AuditLog({ dir: join(dir, origin), origin, signer, maxSegmentBytes, maxSegmentAgeMs: DAY_MS });
	if (log.isNewKey) log.append([{ type: "signer", time: new Date().toISOString(), key: signer.verifierKey }]);
	return log;
}
