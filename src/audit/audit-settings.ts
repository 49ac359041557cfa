import { DAY_MS } from "../core/units.ts";
import type { Secrets } from "./audit-keys.ts";
import type { AuditWriterOptions } from "./audit-writer.ts";
import type { SinkSettings } from "./sinks/sink.ts";

/** What the audit trail takes from the configuration, with its names. */
export interface AuditSettings {
	readonly dir: string;
	readonly log_name: string;
	readonly max_segment_bytes: number;
	readonly checkpoint_interval_ms: number;
	readonly retention_days: number;
	readonly content_retention_days: number;
	readonly admin_retention_days: number;
	readonly on_failure: "closed" | "buffer";
	readonly max_unwritten_records: number;
	readonly sinks: readonly SinkSettings[];
}

export function auditOptions(audit: AuditSettings, secrets: Secrets): Omit<AuditWriterOptions, "onEvent"> {
	return {
		dir: audit.dir,
		origin: audit.log_name,
		...secrets,
		maxSegmentBytes: audit.max_segment_bytes,
		checkpointEveryMs: audit.checkpoint_interval_ms,
		retentionMs: audit.retention_days * DAY_MS,
		contentRetentionMs: audit.content_retention_days * DAY_MS,
		adminRetentionMs: audit.admin_retention_days * DAY_MS,
		onFailure: audit.on_failure,
		maxUnwritten: audit.max_unwritten_records,
		sinks: audit.sinks,
	};
}
