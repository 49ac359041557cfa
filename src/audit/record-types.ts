import type { AdminAction } from "./admin-log.ts";
import type { AuditRecord } from "./audit-record.ts";

/** Every type that a record may have, those of a log about itself included: none can be forgotten here. */
const TYPES: Readonly<Record<AuditRecord["type"] | AdminAction["type"] | "retention" | "signer", true>> = {
	interaction: true,
	content: true,
	refusal: true,
	start: true,
	stop: true,
	reload: true,
	lane: true,
	suspension: true,
	retention: true,
	signer: true,
	key: true,
	configuration: true,
	erasure: true,
	access: true,
	rotation: true,
	consent: true,
	dropped: true,
};

/** In the order of docs/audit.md. */
export const RECORD_TYPES: readonly string[] = Object.keys(TYPES);
