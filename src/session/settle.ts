import type { AttemptRecord, InteractionRecord } from "../audit/audit-record.ts";
import type { CacheVisit } from "../cache/response-cache.ts";
import type { ConsentGrant } from "../identity/consent-book.ts";
import { NO_USE, useOf } from "../limits/request-use.ts";
import type { NamedPolicy } from "../policy/policy-book.ts";
import { type FindingReport, NOTHING_FOUND } from "../verdict/finding-report.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import type { ContentKeeper } from "./content-keeper.ts";
import { interactionRecord } from "./interaction-record.ts";
import type { AnswerOnItsWay } from "./open-answer.ts";
import type { SessionClock } from "./session-clock.ts";
import { type SessionDeps, type SessionRequest, textIn } from "./session-request.ts";

/** How a session ended. */
export interface SessionEnd {
	readonly asked: SessionRequest;
	readonly time: Date;
	readonly clock: SessionClock;
	readonly policy: NamedPolicy;
	readonly consent: ConsentGrant | undefined;
	readonly verdict: PromptVerdict | undefined;
	readonly attempts: readonly AttemptRecord[];
	readonly lane: AnswerOnItsWay | undefined;
	readonly visit: CacheVisit | undefined;
	/** `complete`, `cut`, `client_abort`, `prompt_blocked`, or another error code. */
	readonly outcome: string;
	readonly status: number;
	readonly found: FindingReport;
	readonly content: ContentKeeper | undefined;
}

/** What is done once with every session that has ended: its use is charged, its answer kept for others, its record written. */
export function settle(end: SessionEnd, { prices, logger, record: write }: SessionDeps): InteractionRecord {
	const { asked, verdict, attempts, lane, visit, outcome, clock, content, found } = end;
	const { request, id, caller, endpoint, grant } = asked;
	const isComplete = outcome === "complete";
	if (isComplete) visit?.keep();
	const isRepeated = visit?.result === "hit";
	const others = verdict !== undefined && "stream" in verdict ? verdict.otherModels.map(({ model }) => model) : [];
	const promptBytes = textIn(request.body, endpoint.api).length;
	const use = isRepeated ? NO_USE : useOf(lane?.usage, isComplete, promptBytes, prices.of(attempts.at(-1), others));
	grant.end(use, outcome === "prompt_blocked");
	const record = interactionRecord({
		requestId: id,
		...end,
		caller,
		request,
		endpoint,
		// A prompt's own findings are not the answer's.
		found: lane === undefined ? NOTHING_FOUND : found,
		moves: lane?.moves ?? 0,
		timing: clock.timing(),
		use,
		hold: lane?.usage.hold,
		cache: visit?.result,
	});
	const { requestId, path, durationMs } = record;
	logger.info({ requestId, path, outcome, findings: found.counts, attempts, durationMs }, "request");
	write(record, content);
	return record;
}
