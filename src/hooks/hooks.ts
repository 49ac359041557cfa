import type { InteractionRecord } from "../audit/audit-record.ts";
import type { Limits } from "../identity/limits.ts";

/** A request as a program sees it. */
export interface HookRequest {
	/** The `X-Request-Id`. */
	readonly requestId: string;
	readonly method: string;
	/** Without query. */
	readonly path: string;
	/** Without `?`. */
	readonly query: string;
	/** Lower-case names. */
	readonly headers: Readonly<Record<string, string>>;
	/** The client's, after `server.trusted_proxies`. */
	readonly address: string;
}

/** Who asks, as an `authenticate` hook says. */
export interface HookCaller {
	/** Stable and not secret. Names limits and audit records. */
	readonly id: string;
	/** A policy by name, before `security.policy_rules`. */
	readonly policy?: string;
	/** To whom a consent may belong. */
	readonly tenant?: string;
	/** That `security.policy_rules` know. */
	readonly roles?: readonly string[];
	/** Globs of the models that may be used; default: all. */
	readonly models?: readonly string[];
	/** In place of `security.rate_limiting`. */
	readonly limits?: Limits;
}

/** The request ends here. `refuse`: the message that the client reads, so never what was found. */
export interface HookRefusal {
	readonly refuse: string;
	/** 400…499; default 403. */
	readonly status?: number;
}

/** What was decided about a prompt. Never its text. */
export interface JudgedPrompt {
	readonly requestId: string;
	/** Id of the caller. */
	readonly caller: string;
	readonly model: string;
	readonly action: "allow" | "flag" | "redact" | "block";
	/** Risk, 0…1. */
	readonly score: number;
	/** Counts by type. */
	readonly findings: Readonly<Record<string, number>>;
}

type Awaitable<T> = T | Promise<T>;

/**
 * What a program does at the named phases of a request, in this order. All run on the front-end thread: a hook that
 * computes for long holds up every stream. One that throws, rejects, takes longer than `timeoutMs` or returns nonsense
 * ends the request with 503 `hook_failed` (`finished` is too late for that; its failure is logged and counted).
 */
export interface Hooks {
	/** In place of `security.auth`: who asks. */
	authenticate?(request: HookRequest): Awaitable<HookCaller | HookRefusal>;
	/** The caller is known and within limits; nothing is inspected yet. `body` as it came. */
	request?(request: HookRequest & { readonly caller: string; readonly body: Uint8Array }): Awaitable<HookRefusal | undefined>;
	/** The prompt is judged and not blocked; nothing has gone upstream. */
	prompt?(prompt: JudgedPrompt): Awaitable<HookRefusal | undefined>;
	/** The request is over, however it ended. */
	finished?(record: InteractionRecord): Awaitable<void>;
	/** ms for each; default 5000. */
	readonly timeoutMs?: number;
}
