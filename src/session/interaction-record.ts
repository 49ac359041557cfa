import type { InteractionRecord } from "../audit/audit-record.ts";
import type { ApiName } from "../core/api.ts";
import type { DownstreamRequest } from "../edge/listener.ts";
import type { Caller } from "../identity/caller.ts";
import type { FindingCounts, PromptVerdict } from "../verdict/prompt-verdict.ts";

/** What a session knows at its end. */
export interface Interaction {
	readonly time: Date;
	readonly requestId: string;
	readonly caller: Caller;
	readonly request: DownstreamRequest;
	readonly api: ApiName;
	/** Empty: the request went to none. */
	readonly provider: string;
	readonly policy: string;
	/** Absent: the prompt was not inspected to its end. */
	readonly verdict: PromptVerdict | undefined;
	/** Of the answer. */
	readonly findings: FindingCounts;
	readonly outcome: string;
	readonly status: number;
	readonly durationMs: number;
}

/** The audit record of a session. */
export function interactionRecord(interaction: Interaction): InteractionRecord {
	const { time, requestId, caller, request, api, provider, policy, verdict, findings, outcome, status, durationMs } = interaction;
	const read = verdict === undefined || verdict.action === "invalid" ? undefined : verdict;
	return {
		type: "interaction",
		time: time.toISOString(),
		requestId,
		subject: caller.id,
		method: request.method,
		path: request.path,
		api,
		model: read?.model ?? "",
		provider,
		policy,
		prompt: { action: verdict?.action ?? "none", score: read?.score ?? 0, findings: read?.findings ?? {} },
		response: { findings },
		outcome,
		status,
		durationMs,
	};
}
