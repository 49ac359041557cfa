import { createHash } from "node:crypto";
import { BurstyRateLimiter, RateLimiterMemory, type RateLimiterRedis, type RateLimiterRes } from "rate-limiter-flexible";
import type { Caller } from "../identity/caller.ts";

/** Requests a caller may make; 0: no limit. */
export interface RequestLimits {
	readonly requestsPerMinute: number;
	readonly requestsPerHour: number;
	/** On top of the minute's requests, once every ten minutes. */
	readonly burst: number;
}

export interface LimitVerdict {
	readonly ok: boolean;
	/** `x-ratelimit-*` as OpenAI's API sends them, the IETF draft's `RateLimit`, and `retry-after` (s) when refused. */
	readonly headers: Readonly<Record<string, string>>;
}

export interface RequestLimiter {
	/** Counts one request. */
	take(caller: Caller): Promise<LimitVerdict>;
}

type Window = RateLimiterMemory | RateLimiterRedis;
/** Makes a fixed window: `points` requests in `duration` seconds. */
export type WindowFactory = (prefix: string, points: number, duration: number) => Window;

export const memoryWindow: WindowFactory = (keyPrefix, points, duration) => new RateLimiterMemory({ keyPrefix, points, duration });

const MINUTE_S = 60;
const HOUR_S = 3600;
const BURST_S = 600;

/** Limits by caller. Callers with limits of their own get windows of that size. */
export function createRequestLimiter(limits: RequestLimits, newWindow: WindowFactory): RequestLimiter {
	const minutes = new Map<number, BurstyRateLimiter>();
	const hours = new Map<number, Window>();
	const minute = (points: number): BurstyRateLimiter =>
		remembered(
			minutes,
			points,
			() => new BurstyRateLimiter(newWindow(`m${points}`, points, MINUTE_S), newWindow("b", limits.burst, BURST_S)),
		);
	const hour = (points: number): Window => remembered(hours, points, () => newWindow(`h${points}`, points, HOUR_S));
	return {
		async take(caller) {
			// Keys may leave the process, and an address is personal data.
			const key = createHash("sha256").update(caller.id).digest("base64url").slice(0, 22);
			const perMinute = caller.limits.requestsPerMinute ?? limits.requestsPerMinute;
			const perHour = caller.limits.requestsPerHour ?? limits.requestsPerHour;
			const inHour = perHour > 0 ? await consume(hour(perHour), key) : undefined;
			if (inHour?.ok === false) return { ok: false, headers: headersOf(inHour.state, perHour, HOUR_S, false) };
			const inMinute = perMinute > 0 ? await consume(minute(perMinute), key) : undefined;
			if (inMinute !== undefined) return { ok: inMinute.ok, headers: headersOf(inMinute.state, perMinute, MINUTE_S, inMinute.ok) };
			return { ok: true, headers: inHour === undefined ? {} : headersOf(inHour.state, perHour, HOUR_S, true) };
		},
	};
}

function remembered<T>(known: Map<number, T>, points: number, make: () => T): T {
	const found = known.get(points) ?? make();
	known.set(points, found);
	return found;
}

/** The library rejects with the state when the limit is reached, and with an Error when the store failed. */
async function consume(
	limiter: BurstyRateLimiter | Window,
	key: string,
): Promise<{ readonly ok: boolean; readonly state: RateLimiterRes }> {
	try {
		return { ok: true, state: await limiter.consume(key) };
	} catch (state) {
		if (state instanceof Error) throw state;
		return { ok: false, state: state as RateLimiterRes };
	}
}

function headersOf(state: RateLimiterRes, limit: number, windowS: number, ok: boolean): Record<string, string> {
	const resetS = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
	const remaining = Math.max(0, state.remainingPoints);
	return {
		"x-ratelimit-limit-requests": String(limit),
		"x-ratelimit-remaining-requests": String(remaining),
		"x-ratelimit-reset-requests": `${resetS}s`,
		"ratelimit-policy": `"requests";q=${limit};w=${windowS}`,
		ratelimit: `"requests";r=${remaining};t=${resetS}`,
		...(!ok && { "retry-after": String(resetS) }),
	};
}
