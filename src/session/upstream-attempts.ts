import type { AttemptRecord } from "../audit/audit-record.ts";
import { replay } from "../cache/replay.ts";
import type { AnswerMode } from "../core/api.ts";
import { type ErrorCode, isErrorCode } from "../core/errors.ts";
import type { UpstreamClient, UpstreamExchange } from "../edge/upstream-types.ts";
import type { UpstreamPolicy } from "../routing/configured-router.ts";
import type { Target } from "../routing/model-router.ts";
import type { Permit, ProviderHealthBook } from "../routing/provider-health.ts";
import { askedDelayMs, type RetryBudget, retryDelayMs } from "../routing/retry-policy.ts";
import type { RequestTrace } from "../telemetry/tracing.ts";
import type { ErrorOverrides } from "./error-body.ts";
import type { Preparation, PreparedRequest } from "./prepare-request.ts";
import { answerFault, modeGiven } from "./stream-framing.ts";

/** What all sessions share for their attempts. */
export interface AttemptDeps extends UpstreamPolicy {
	readonly health: ProviderHealthBook;
	readonly budget: RetryBudget;
	readonly countAttempt: (attempt: AttemptRecord) => void;
}

/** In this order: head, data*, then end or error once; or refused alone. */
export interface AttemptEvents {
	/** An answer for the client: 2xx in a form that it can read, `mode`, or the refusal that stays after the last attempt. */
	onHead(status: number, headers: Readonly<Record<string, string>>, prepared: PreparedRequest, mode: AnswerMode): void;
	onData(chunk: Uint8Array): void;
	onEnd(): void;
	onError(code: ErrorCode): void;
	/** Nothing was sent, or nothing more can be. */
	onRefused(code: ErrorCode, detail?: ErrorOverrides): void;
}

export interface AttemptPlan {
	/** At least one, in the order to try them. */
	readonly targets: readonly Target[];
	/** As the client asked for it. */
	readonly mode: AnswerMode;
	readonly trace: RequestTrace;
	prepare(target: Target): Promise<Preparation>;
}

/** Statuses beside 5xx after which another attempt may succeed. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 429]);

/** The attempt that is under way: it is recorded once, and gives its permit back once. */
interface Attempt {
	readonly target: Target;
	readonly permit: Permit;
	/** Absent: nothing was sent yet. */
	exchange?: UpstreamExchange;
	sentAt: number;
	isRecorded: boolean;
}

interface Entrance {
	readonly index: number;
	readonly permit: Permit;
}

/**
 * One request's attempts at its targets, one after the other, until an answer begins. Owns the exchange, the permit and
 * the timer of the wait between two attempts. Once `onHead` was called there is no further attempt.
 */
export class UpstreamAttempts {
	readonly #plan: AttemptPlan;
	readonly #deps: AttemptDeps & { readonly upstream: UpstreamClient };
	readonly #events: AttemptEvents;
	readonly #startedAt = performance.now();
	readonly #records: AttemptRecord[] = [];
	#attempt: Attempt | undefined;
	#wait: NodeJS.Timeout | undefined;
	/** Which target has its turn, and how often it was tried again. */
	#index = 0;
	#again = 0;
	#done = false;

	constructor(plan: AttemptPlan, deps: AttemptDeps & { readonly upstream: UpstreamClient }, events: AttemptEvents) {
		this.#plan = plan;
		this.#deps = deps;
		this.#events = events;
	}

	/** Every attempt that was made; complete once `abort` or `finish` was called. */
	get records(): readonly AttemptRecord[] {
		return this.#records;
	}

	start(): void {
		this.#deps.budget.earn(this.#deps.retries);
		this.#startAt(this.#enterFrom(0) ?? (this.#deps.circuit.refuse ? undefined : this.#enterFrom(0, true)), "providers_unavailable");
	}

	pause(): void {
		this.#attempt?.exchange?.pause();
	}

	resume(): void {
		this.#attempt?.exchange?.resume();
	}

	/** Lets everything go at once; no event follows. */
	abort(): void {
		this.#done = true;
		clearTimeout(this.#wait);
		this.#leave((exchange) => exchange.abort());
	}

	/** The answer is complete; no event follows. */
	finish(): void {
		this.#done = true;
		clearTimeout(this.#wait);
		this.#leave((exchange) => exchange.finish());
	}

	#enter(index: number, isForced: boolean): Entrance | undefined {
		const route = this.#plan.targets[index]?.route;
		if (route === undefined) return undefined;
		const { circuit, health } = this.#deps;
		const permit = health.of(route.provider).enter({ isForced, maxConcurrent: route.maxConcurrent, ...circuit });
		return permit && { index, permit };
	}

	/** The first target from `from` on that may be asked now. */
	#enterFrom(from: number, isForced = false): Entrance | undefined {
		for (let index = from; index < this.#plan.targets.length; index++) {
			const entrance = this.#enter(index, isForced);
			if (entrance !== undefined) return entrance;
		}
		return undefined;
	}

	/** Without an entrance the request ends with the error. */
	#startAt(entrance: Entrance | undefined, code: ErrorCode, detail?: ErrorOverrides): void {
		if (entrance === undefined) return this.#events.onRefused(code, detail);
		this.#send(entrance).catch(() => this.#events.onRefused("internal_error"));
	}

	async #send({ index, permit }: Entrance): Promise<void> {
		const target = this.#plan.targets[index] as Target;
		const attempt: Attempt = { target, permit, sentAt: 0, isRecorded: false };
		this.#index = index;
		this.#attempt = attempt;
		const preparation = await this.#plan.prepare(target);
		if (this.#done) return;
		if (!preparation.ok) {
			this.#leave();
			// This target cannot take the request, perhaps another one can.
			return this.#startAt(this.#enterFrom(index + 1), preparation.code, preparation.detail);
		}
		const { prepared, kept } = preparation;
		if (kept !== undefined) return this.#replay(attempt, kept, prepared);
		attempt.sentAt = performance.now();
		const { url, headers } = prepared.request;
		const { type, provider } = target.route;
		const traced = { type, provider, model: target.model, api: target.api, url, isStreamed: this.#plan.mode !== "body" };
		const request = { ...prepared.request, headers: Object.assign({}, headers, this.#plan.trace.attempt(traced)) };
		attempt.exchange = this.#deps.upstream.send(request, {
			onHead: (status, headers) => this.#onHead(attempt, status, headers, prepared),
			onData: (chunk) => this.#events.onData(chunk),
			onEnd: () => {
				permit.release();
				this.#events.onEnd();
			},
			onError: (code, cause) => this.#onError(attempt, isErrorCode(code) ? code : "upstream_unreachable", cause),
		});
	}

	/** The target is not asked: it has answered this before. */
	#replay(attempt: Attempt, kept: Uint8Array, prepared: PreparedRequest): void {
		attempt.permit.release();
		attempt.isRecorded = true;
		attempt.exchange = replay(kept, { onData: (chunk) => this.#events.onData(chunk), onEnd: () => this.#events.onEnd() });
		this.#events.onHead(200, {}, prepared, this.#plan.mode);
	}

	#onHead(attempt: Attempt, status: number, headers: Readonly<Record<string, string>>, prepared: PreparedRequest): void {
		const isGood = status >= 200 && status <= 299;
		const mode = modeGiven(this.#plan.mode, prepared.endpoint.api, headers);
		const fault = isGood ? answerFault(headers, mode) : undefined;
		if (fault !== undefined) return this.#onError(attempt, fault);
		this.#record(attempt, String(status));
		if (isGood) attempt.permit.answered(performance.now() - attempt.sentAt);
		else if (this.#isTriedAgain(attempt, status, headers)) return;
		this.#events.onHead(status, headers, prepared, mode);
	}

	#isTriedAgain({ permit }: Attempt, status: number, headers: Readonly<Record<string, string>>): boolean {
		const askedMs = askedDelayMs(headers, Date.now());
		if (status === 429) permit.busy(askedMs);
		else if (status >= 500) permit.failed();
		return (status >= 500 || RETRYABLE.has(status)) && this.#tryAgain(askedMs);
	}

	#onError(attempt: Attempt, code: ErrorCode, cause?: string): void {
		attempt.permit.failed();
		const isBegun = attempt.isRecorded;
		this.#record(attempt, code, cause);
		if (!isBegun && this.#tryAgain(undefined)) return;
		attempt.permit.release();
		this.#events.onError(code);
	}

	/** Another attempt, at the same provider or the next one; false when there is none to make. */
	#tryAgain(askedMs: number | undefined): boolean {
		const { retries, budget } = this.#deps;
		if (this.#records.length >= retries.attempts || performance.now() - this.#startedAt > retries.deadlineMs) return false;
		const delayMs = this.#again < retries.sameProvider ? retryDelayMs(retries, this.#again + 1, askedMs, Math.random()) : undefined;
		if (delayMs !== undefined && budget.trySpend()) {
			this.#again++;
			this.#leave();
			// Although its circuit may be open by now: that is what the wait was for.
			this.#wait = setTimeout(() => this.#startAt(this.#enter(this.#index, true), "providers_unavailable"), delayMs);
			return true;
		}
		const next = this.#enterFrom(this.#index + 1);
		if (next === undefined) return false;
		this.#again = 0;
		this.#leave();
		this.#startAt(next, "internal_error");
		return true;
	}

	#record(attempt: Attempt, result: string, cause?: string): void {
		if (attempt.isRecorded) return;
		attempt.isRecorded = true;
		this.#plan.trace.result(result);
		const { route, model } = attempt.target;
		const durationMs = Math.round(performance.now() - attempt.sentAt);
		const record = { provider: route.provider, model, result, ...(cause !== undefined && { cause }), durationMs };
		this.#records.push(record);
		this.#deps.countAttempt(record);
	}

	#leave(end: (exchange: UpstreamExchange) => void = (exchange) => exchange.abort()): void {
		const attempt = this.#attempt;
		if (attempt === undefined) return;
		this.#attempt = undefined;
		attempt.permit.release();
		if (attempt.exchange === undefined) return;
		this.#record(attempt, "abandoned");
		end(attempt.exchange);
	}
}
