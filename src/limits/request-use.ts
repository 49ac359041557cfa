import type { AnswerUsage } from "../core/answer-usage.ts";
import type { Price } from "./price-list.ts";
import type { Use } from "./scope.ts";

/** Usual text, for what no provider has counted: bytes of a request, UTF-16 units of an answer. */
export const UNITS_PER_TOKEN = 4;

export interface RequestUse extends Use {
	/** Absent: not both are counted by the provider. */
	readonly reported?: { readonly input: number; readonly output: number };
	/** Absent: there is no price. */
	readonly costUsd?: number;
}

export const NO_USE: RequestUse = { tokens: 0, usd: 0 };

/**
 * What a request used; nothing where there was no answer. What the answer does not report is estimated. An answer that did
 * not end by itself was not reported to its end, so its text counts where that is more.
 */
export function useOf(usage: AnswerUsage | undefined, isComplete: boolean, promptBytes: number, price: Price | undefined): RequestUse {
	if (usage === undefined) return NO_USE;
	const said = Math.ceil(usage.units / UNITS_PER_TOKEN);
	const input = usage.input ?? Math.ceil(promptBytes / UNITS_PER_TOKEN);
	const output = isComplete ? (usage.output ?? said) : Math.max(usage.output ?? 0, said);
	const costUsd = price && (input * price.input + output * price.output) / 1e6;
	const isReported = usage.input !== undefined && usage.output !== undefined;
	return {
		tokens: input + output,
		usd: costUsd ?? 0,
		...(isReported && { reported: { input: usage.input, output: usage.output } }),
		...(costUsd !== undefined && { costUsd }),
	};
}
