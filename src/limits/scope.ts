import { createHash } from "node:crypto";
import type { Limits } from "../identity/limits.ts";
import type { Meter } from "./meter.ts";

/** What a request is expected to use, and what it used. */
export interface Use {
	/** Prompt and answer. */
	readonly tokens: number;
	readonly usd: number;
}

/** A meter and what people call it. */
export interface NamedMeter {
	readonly kind: "requests" | "tokens" | "concurrency" | "budget" | "suspension";
	/** `60 requests per minute`. */
	readonly text: string;
	readonly limit: number;
	/** Seconds; 0: no window. */
	readonly windowS: number;
	readonly meter: Meter;
}

/** Whoever shares limits: a caller, or everybody that a rule is for. */
export interface Scope {
	readonly name: string;
	readonly limits: Limits;
	/** Requests at once above the minute's rate. */
	readonly burst: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** ms after which a place is free again although nobody gave it back: its replica died. */
export const LEASE_MS = 120_000;
/** Quotas of money count in these. */
const MICRO_USD = 1e6;

/** Keys may leave the process, and an address is personal data. A store outside it hashes them once more, under a secret. */
export function keyOf(name: string): string {
	return createHash("sha256").update(name).digest("base64url").slice(0, 22);
}

/** What is measured before a request goes on. */
export function metersBefore(scope: Scope, holder: string, expected: number, now: Date): readonly NamedMeter[] {
	const { limits, burst } = scope;
	const key = keyOf(scope.name);
	const bucket = (
		kind: "requests" | "tokens",
		unit: string,
		rate: number,
		capacity: number,
		periodMs: number,
		cost: number,
	): NamedMeter => ({
		kind,
		text: `${rate} ${kind} per ${unit}`,
		limit: rate,
		windowS: periodMs / 1000,
		meter: { kind: "bucket", key: `${key}:${kind}:${unit}`, capacity, rate, periodMs, cost },
	});
	const { requestsPerMinute: rpm = 0, requestsPerHour: rph = 0, tokensPerMinute: tpm = 0, concurrentRequests: most = 0 } = limits;
	const lease = { kind: "lease", key: `${key}:open`, limit: most, holder, ttlMs: LEASE_MS } as const;
	return [
		...(rpm > 0 ? [bucket("requests", "minute", rpm, rpm + burst, MINUTE_MS, 1)] : []),
		...(rph > 0 ? [bucket("requests", "hour", rph, rph, HOUR_MS, 1)] : []),
		...(tpm > 0 ? [bucket("tokens", "minute", tpm, tpm, MINUTE_MS, Math.min(expected, tpm))] : []),
		...budgets(scope, { tokens: 0, usd: 0 }, now),
		...(most > 0 ? [{ kind: "concurrency", text: `${most} requests at once`, limit: most, windowS: 0, meter: lease } as const] : []),
	];
}

/** What is measured once it is over. */
export function metersAfter(scope: Scope, expected: number, used: Use, now: Date): readonly Meter[] {
	const tpm = scope.limits.tokensPerMinute ?? 0;
	const cost = used.tokens - Math.min(expected, tpm);
	const key = `${keyOf(scope.name)}:tokens:minute`;
	const rest: Meter[] = tpm > 0 ? [{ kind: "bucket", key, capacity: tpm, rate: tpm, periodMs: MINUTE_MS, cost }] : [];
	return [...rest, ...budgets(scope, used, now).map(({ meter }) => meter)];
}

function budgets({ name, limits }: Scope, used: Use, now: Date): readonly NamedMeter[] {
	const key = keyOf(name);
	const budget = (unit: "tokens" | "US dollars", period: "day" | "month", limit = 0): NamedMeter[] => {
		if (limit === 0) return [];
		const scale = unit === "tokens" ? 1 : MICRO_USD;
		const cost = unit === "tokens" ? used.tokens : Math.round(used.usd * MICRO_USD);
		const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
		const [begin, end] =
			period === "day" ? [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)] : [Date.UTC(year, month), Date.UTC(year, month + 1)];
		const meter = {
			kind: "quota",
			key: `${key}:${unit}:${begin}:${period}`,
			limit: limit * scale,
			lastsMs: end - now.getTime(),
			cost,
		} as const;
		return [{ kind: "budget", text: `${limit} ${unit} per ${period}`, limit, windowS: (end - begin) / 1000, meter }];
	};
	return [
		...budget("tokens", "day", limits.tokensPerDay),
		...budget("tokens", "month", limits.tokensPerMonth),
		...budget("US dollars", "day", limits.usdPerDay),
		...budget("US dollars", "month", limits.usdPerMonth),
	];
}
