import type { Secrets } from "./audit-keys.ts";
import type { AuditRecord } from "./audit-record.ts";
import type { ConfigurationRecord } from "./configuration-record.ts";
import type { ConsentRecord } from "./consent-record.ts";
import type { SinkState } from "./sinks/shipper.ts";
import type { SinkSettings } from "./sinks/sink.ts";

/** What the audit thread is started with. */
export interface AuditThreadData extends Secrets {
	/** Directory of all logs. */
	readonly dir: string;
	readonly origin: string;
	readonly maxSegmentBytes: number;
	/** ms between checkpoints that are kept for good. */
	readonly checkpointEveryMs: number;
	/** ms that records are kept, that content is, and that what operators did is. */
	readonly retentionMs: number;
	readonly contentRetentionMs: number;
	readonly adminRetentionMs: number;
	readonly sinks: readonly SinkSettings[];
}

/** What operators do with a proxy that runs. `by`: who. */
export type OperatorWork =
	| { readonly of: "consents"; readonly changes: readonly ConsentRecord[]; readonly by: string }
	| ({ readonly of: "configuration" } & ConfigurationRecord);

export type ToAuditThread =
	| { readonly kind: "append"; readonly records: readonly AuditRecord[] }
	/** For the log of what operators do; answered by `recorded` with the same number. */
	| { readonly kind: "record"; readonly id: number; readonly done: OperatorWork }
	/** Everything before it is on disk when `closed` comes back. */
	| { readonly kind: "close"; readonly timeoutMs: number };

export type FromAuditThread =
	/** The log is open. `recovered`: records of an earlier life that had not been signed. */
	| { readonly kind: "ready"; readonly recovered: number }
	/** The oldest `count` records are on disk, chained and signed. */
	| { readonly kind: "appended"; readonly count: number }
	/** They are not, and are tried again; `reason` names the file where it can. */
	| { readonly kind: "failing"; readonly reason: string }
	/** Something else than writing records did not work: keeping a checkpoint, removing old segments. It is tried again. */
	| { readonly kind: "overdue"; readonly reason: string }
	/** It is on disk or, with a fault, not. */
	| { readonly kind: "recorded"; readonly id: number; readonly fault?: string }
	/** A sink stands otherwise than before. */
	| { readonly kind: "sink"; readonly state: SinkState }
	| { readonly kind: "closed" };
