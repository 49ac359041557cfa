import type { Category } from "../recognizers/recognizer.ts";

/** How much a certain finding of the category says about the risk of the whole text. */
const WEIGHTS: Readonly<Record<Category, number>> = { pii: 0.4, secret: 0.8, phrase: 1 };

/** Risk 0…1 of a text: one minus the chance that no finding is real (noisy or), two decimals. */
export function riskScore(findings: readonly { readonly category: Category; readonly score: number }[]): number {
	const harmless = findings.reduce((product, { category, score }) => product * (1 - WEIGHTS[category] * score), 1);
	return Math.round((1 - harmless) * 100) / 100;
}
