import { modelMatcherOf } from "../core/globs.ts";

/** US dollars per million tokens. */
export interface Price {
	readonly input: number;
	readonly output: number;
}

export interface PriceList {
	/** Undefined: the configuration has none. */
	of(attempt: { readonly provider: string; readonly model: string } | undefined): Price | undefined;
}

/** `llm_providers.*.prices`, by provider and glob. */
export function createPriceList(providers: Readonly<Record<string, { readonly prices: Readonly<Record<string, Price>> }>>): PriceList {
	const known = new Map(
		Object.entries(providers).map(([name, { prices }]) => [
			name,
			Object.entries(prices).map(([glob, price]) => ({ matches: modelMatcherOf([glob]), price })),
		]),
	);
	return { of: (attempt) => attempt && known.get(attempt.provider)?.find(({ matches }) => matches(attempt.model))?.price };
}
