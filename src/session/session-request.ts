import type { InteractionRecord } from "../audit/audit-record.ts";
import type { ResponseCache } from "../cache/response-cache.ts";
import { type ApiName, takesForm } from "../core/api.ts";
import type { Downstream, DownstreamRequest } from "../edge/listener.ts";
import type { UpstreamClient } from "../edge/upstream-types.ts";
import type { HookRunner } from "../hooks/run-hook.ts";
import type { Caller } from "../identity/caller.ts";
import type { ConsentBook } from "../identity/consent-book.ts";
import type { LanePool } from "../lanes/lane-pool.ts";
import type { Grant } from "../limits/caller-limiter.ts";
import type { PriceList } from "../limits/price-list.ts";
import type { PolicyBook } from "../policy/policy-book.ts";
import type { Endpoint } from "../routing/endpoints.ts";
import type { ModelRouter } from "../routing/model-router.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import type { ContentKeeper } from "./content-keeper.ts";
import type { ModelDirectory } from "./model-directory.ts";
import type { AttemptDeps } from "./upstream-attempts.ts";

/** What every session of one configuration shares. */
export interface SessionDeps {
	readonly pool: LanePool;
	readonly upstream: UpstreamClient;
	readonly attempts: AttemptDeps;
	readonly hooks: HookRunner;
	readonly tracing: Tracing;
	readonly logger: Logger;
	/** Takes the record of a session at its end: audit and metrics. */
	readonly record: (record: InteractionRecord, content?: ContentKeeper) => void;
	/** Undefined: what is said is not recorded. */
	readonly keepContent: () => ContentKeeper | undefined;
	readonly policies: PolicyBook;
	readonly consents: ConsentBook;
	/** Undefined: every request is sent. */
	readonly cache: ResponseCache | undefined;
	readonly router: ModelRouter;
	readonly models: ModelDirectory;
	readonly passCredential: boolean;
	readonly keepAliveMs: number;
	readonly prices: PriceList;
}

/** One request that was admitted. */
export interface SessionRequest {
	readonly request: DownstreamRequest;
	readonly endpoint: Endpoint;
	readonly downstream: Downstream;
	/** The `X-Request-Id` of everything that belongs to it. */
	readonly id: string;
	readonly caller: Caller;
	/** What it has of the caller's limits; ended with the session. */
	readonly grant: Grant;
	/** Sent with every answer: what is left of the caller's limits. */
	readonly headers: Readonly<Record<string, string>>;
}

const NO_TEXT = new Uint8Array(0);

/** What of a request's body is kept as text, and counts as tokens where nobody has counted: nothing of a form, most of which is sound. */
export function textIn(body: Uint8Array, api: ApiName): Uint8Array {
	return takesForm(api) ? NO_TEXT : body;
}
