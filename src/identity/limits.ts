/** What one caller may use; absent: not said here, 0: no limit. */
export interface Limits {
	readonly requestsPerMinute?: number | undefined;
	readonly requestsPerHour?: number | undefined;
	/** Of prompt and answer. */
	readonly tokensPerMinute?: number | undefined;
	readonly concurrentRequests?: number | undefined;
	/** Calendar days and months in UTC. */
	readonly tokensPerDay?: number | undefined;
	readonly tokensPerMonth?: number | undefined;
	readonly usdPerDay?: number | undefined;
	readonly usdPerMonth?: number | undefined;
}

/** The names of limits in files and tokens. */
export const LIMIT_NAMES = {
	requests_per_minute: "requestsPerMinute",
	requests_per_hour: "requestsPerHour",
	tokens_per_minute: "tokensPerMinute",
	concurrent_requests: "concurrentRequests",
	tokens_per_day: "tokensPerDay",
	tokens_per_month: "tokensPerMonth",
	usd_per_day: "usdPerDay",
	usd_per_month: "usdPerMonth",
} as const satisfies Readonly<Record<string, keyof Limits>>;

export type LimitName = keyof typeof LIMIT_NAMES;

/** The limits among named values; others are left out. */
export function limitsOf(values: { readonly [name in LimitName]?: number | undefined }): Limits {
	const entries = Object.entries(LIMIT_NAMES).map(([name, member]) => [member, values[name as LimitName]] as const);
	return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The limits that a claim of a token has; undefined: it has another form. */
export function limitsInClaim(claim: unknown): Limits | undefined {
	if (claim === undefined) return {};
	if (typeof claim !== "object" || claim === null || Array.isArray(claim)) return undefined;
	const entries = Object.entries(claim);
	const isLimit = ([name, value]: [string, unknown]): boolean =>
		Object.hasOwn(LIMIT_NAMES, name) && typeof value === "number" && value >= 0 && Number.isFinite(value);
	return entries.every(isLimit) ? limitsOf(claim) : undefined;
}
