/** How often and how soon a request is tried again before its answer has begun. */
export interface RetryPolicy {
	/** Most attempts of one request, all providers together. */
	readonly attempts: number;
	/** How often the same provider is tried again before the next one. */
	readonly sameProvider: number;
	readonly baseDelayMs: number;
	readonly maxDelayMs: number;
	/** ms after the first attempt in which another may begin. */
	readonly deadlineMs: number;
	/** Of 100 requests, how many may be tried again at the same provider. */
	readonly budgetPercent: number;
}

/**
 * ms to wait before try number `again` (from 1) at the same provider: full jitter under a doubling bound, so that clients
 * that failed together do not come back together. What the provider asks for counts; undefined: it asks for more than
 * the policy waits.
 */
export function retryDelayMs(policy: RetryPolicy, again: number, askedMs: number | undefined, random: number): number | undefined {
	const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (again - 1));
	if (askedMs === undefined) return Math.round(bound * random);
	return askedMs <= policy.maxDelayMs ? askedMs : undefined;
}

/** ms that `Retry-After` (RFC 9110, 10.2.3: seconds or a date) or `retry-after-ms` ask for. `now`: ms since 1970. */
export function askedDelayMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
	const precise = headers["retry-after-ms"] ?? "";
	if (/^\d{1,9}(?:\.\d+)?$/.test(precise)) return Math.ceil(Number(precise));
	const text = (headers["retry-after"] ?? "").trim();
	if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
	// `Date.parse` takes much for a date; HTTP has one form of it.
	const date = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Retries that may be saved up: a quiet proxy can retry the first failures it meets. */
const MAX_SAVED = 10;

/** Keeps retries a small part of the load, so that a provider in trouble is not buried under them. */
export class RetryBudget {
	#saved = MAX_SAVED;

	/** A request began. */
	earn({ budgetPercent }: RetryPolicy): void {
		this.#saved = Math.min(MAX_SAVED, this.#saved + budgetPercent / 100);
	}

	trySpend(): boolean {
		if (this.#saved < 1) return false;
		this.#saved--;
		return true;
	}
}
