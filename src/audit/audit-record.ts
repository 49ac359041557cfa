import type { FindingCounts } from "../verdict/prompt-verdict.ts";

/** One request and what was decided about it. Never holds text of a prompt or an answer. */
export interface InteractionRecord {
	readonly type: "interaction";
	/** When the request arrived, ISO 8601 in UTC. */
	readonly time: string;
	readonly requestId: string;
	/** Who asked, as known to the proxy; only a keyed hash of it is written. */
	readonly subject: string;
	readonly method: string;
	readonly path: string;
	readonly api: string;
	/** Empty when the request was refused before it was read. */
	readonly model: string;
	readonly provider: string;
	/** Content hash of the policy that decided. */
	readonly policy: string;
	readonly prompt: { readonly action: string; readonly score: number; readonly findings: FindingCounts };
	readonly response: { readonly findings: FindingCounts };
	/** `complete`, `cut`, `client_abort`, or an error code of the catalogue. */
	readonly outcome: string;
	/** HTTP status sent; 0 when none was. */
	readonly status: number;
	/** Whole request, ms. */
	readonly durationMs: number;
}

/** Something that happened to the proxy itself. */
export interface SystemRecord {
	readonly type: "start" | "stop" | "reload" | "lane" | "recovered";
	readonly time: string;
	readonly [detail: string]: string | number | boolean;
}

export type AuditRecord = InteractionRecord | SystemRecord;
