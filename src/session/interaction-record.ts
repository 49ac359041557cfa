import type { AttemptRecord, InteractionRecord } from "../audit/audit-record.ts";
import type { CacheResult } from "../cache/response-cache.ts";
import type { HoldFacts } from "../core/answer-usage.ts";
import type { DownstreamRequest } from "../edge/listener.ts";
import type { Caller } from "../identity/caller.ts";
import type { ConsentGrant } from "../identity/consent-book.ts";
import type { RequestUse } from "../limits/request-use.ts";
import type { NamedPolicy } from "../policy/policy-book.ts";
import type { Endpoint } from "../routing/endpoints.ts";
import { type FindingReport, NOTHING_FOUND } from "../verdict/finding-report.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import type { SessionTiming } from "./session-clock.ts";

/** What a session knows at its end. */
export interface Interaction {
	readonly time: Date;
	readonly requestId: string;
	readonly caller: Caller;
	readonly request: DownstreamRequest;
	readonly endpoint: Pick<Endpoint, "api" | "path">;
	/** Empty: the request went to no provider. */
	readonly attempts: readonly AttemptRecord[];
	readonly policy: NamedPolicy;
	/** The consent that chose it. */
	readonly consent?: ConsentGrant | undefined;
	/** Absent: the prompt was not inspected to its end. */
	readonly verdict: PromptVerdict | undefined;
	/** Of the answer. */
	readonly found: FindingReport;
	readonly outcome: string;
	readonly status: number;
	/** Times that the answer went on with another lane. */
	readonly moves: number;
	readonly timing: SessionTiming;
	readonly use: RequestUse;
	/** Of the text of the answer. */
	readonly hold?: HoldFacts | undefined;
	/** Absent: the cache was not asked. */
	readonly cache?: CacheResult | undefined;
}

/** The audit record of a session. */
export function interactionRecord(interaction: Interaction): InteractionRecord {
	const {
		time,
		requestId,
		caller,
		request,
		endpoint: { api, path },
		attempts,
		policy,
		consent,
		verdict,
		found,
		outcome,
		status,
		moves,
		timing,
		use,
		hold,
		cache,
	} = interaction;
	const read = verdict === undefined || verdict.action === "invalid" ? undefined : verdict;
	const { counts, notes } = read?.found ?? NOTHING_FOUND;
	const would = read !== undefined && "would" in read ? read.would : undefined;
	return {
		type: "interaction",
		time: time.toISOString(),
		requestId,
		subject: caller.id,
		method: request.method,
		path,
		api,
		model: read?.model ?? "",
		provider: attempts.at(-1)?.provider ?? "",
		attempts,
		policy: { name: policy.name, version: policy.id },
		...(consent && { consent: consent.id }),
		...((policy.dryRun || would) && { would: { prompt: would ?? "none", response: policy.would(Object.keys(found.counts)) } }),
		prompt: {
			action: verdict?.action ?? "none",
			score: read?.score ?? 0,
			findings: counts,
			details: notes,
			...(read !== undefined && "traits" in read && { traits: read.traits }),
		},
		response: { findings: found.counts, details: found.notes },
		outcome,
		status,
		laneMoves: moves,
		...timing,
		...(hold && hold.bytes > 0 && { textBytes: hold.bytes, heldBytes: hold.held, mostHeldBytes: hold.mostHeld }),
		...(cache && { cache }),
		...(use.reported && { tokens: use.reported }),
		...(use.costUsd !== undefined && { costUsd: use.costUsd }),
	};
}
