import { modelMatcherOf } from "../core/globs.ts";

/** US dollars per million tokens. */
export interface Price {
	readonly input: number;
	readonly output: number;
}

export interface PriceList {
	/** Undefined: the configuration has none. `others`: models that may have answered in its place, so the dearest counts. */
	of(attempt: { readonly provider: string; readonly model: string } | undefined, others: readonly string[]): Price | undefined;
}

/** `llm_providers.*.prices`, by provider and glob. */
export function createPriceList(providers: Readonly<Record<string, { readonly prices: Readonly<Record<string, Price>> }>>): PriceList {
	const known = new Map(
		Object.entries(providers).map(([name, { prices }]) => [
			name,
			Object.entries(prices).map(([glob, price]) => ({ matches: modelMatcherOf([glob]), price })),
		]),
	);
	return {
		of(attempt, others) {
			const prices = attempt && known.get(attempt.provider);
			const priceOf = (model: string): Price | undefined => prices?.find(({ matches }) => matches(model))?.price;
			const possible = (attempt === undefined ? [] : [attempt.model, ...others]).map(priceOf).filter((price) => price !== undefined);
			if (possible.length === 0) return undefined;
			return { input: Math.max(...possible.map(({ input }) => input)), output: Math.max(...possible.map(({ output }) => output)) };
		},
	};
}
