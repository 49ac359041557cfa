import type { MeterState } from "./meter.ts";
import type { NamedMeter } from "./scope.ts";

/** A meter and how it stands. */
export interface Reading {
	readonly of: NamedMeter;
	readonly state: MeterState;
}

/** `x-ratelimit-*` as OpenAI's API sends them, the IETF draft's `RateLimit` fields, and `Retry-After` (s) when refused. */
export function limitHeaders(readings: readonly Reading[], ok: boolean): Record<string, string> {
	const shown = (["requests", "tokens"] as const).flatMap((kind) => tightest(readings.filter(({ of }) => of.kind === kind)));
	const old = shown.map(({ of, state }) => ({
		[`x-ratelimit-limit-${of.kind}`]: String(of.limit),
		[`x-ratelimit-remaining-${of.kind}`]: left(of, state),
		[`x-ratelimit-reset-${of.kind}`]: `${seconds(state.resetMs)}s`,
	}));
	const list = (item: (reading: Reading) => string): string => shown.map(item).join(", ");
	const waits = readings.filter(({ state }) => state.isOver).map(({ state }) => seconds(state.resetMs));
	return Object.assign(
		{},
		...old,
		shown.length > 0 && {
			"ratelimit-policy": list(({ of }) => `"${of.kind}";q=${of.limit};w=${of.windowS}`),
			ratelimit: list(({ of, state }) => `"${of.kind}";r=${left(of, state)};t=${seconds(state.resetMs)}`),
		},
		!ok && { "retry-after": String(Math.max(1, ...waits)) },
	);
}

/** A burst may let more through, but no more than the limit is promised. */
function left({ limit }: NamedMeter, { remaining }: MeterState): string {
	return String(Math.min(limit, Math.floor(remaining)));
}

/** The one that refused, else the one of which the least is left. */
function tightest(readings: readonly Reading[]): readonly Reading[] {
	const over = readings.filter(({ state }) => state.isOver);
	return [...(over.length > 0 ? over : readings)].sort((a, b) => a.state.remaining - b.state.remaining).slice(0, 1);
}

function seconds(ms: number): number {
	return Math.max(1, Math.ceil(ms / 1000));
}
