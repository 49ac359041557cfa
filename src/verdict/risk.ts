import type { Category } from "../recognizers/recognizer.ts";
import { noisyOr } from "./injection.ts";

/** How much a certain finding of the category says about the risk of the whole text. Harm is judged of the whole beside them. */
const WEIGHTS: Readonly<Record<Category, number>> = { pii: 0.4, secret: 0.8, phrase: 1, injection: 1, harm: 0 };

/** Risk 0…1 of a text by its findings and the chance that it is an attack, two decimals. */
export function riskScore(findings: readonly { readonly category: Category; readonly score: number }[], attack = 0): number {
	return Math.round(noisyOr([...findings.map(({ category, score }) => WEIGHTS[category] * score), attack]) * 100) / 100;
}
