import { foldCase } from "../recognizers/fold-case.ts";

export const MAX_WORDS = 100_000;
const MAX_WORD_UNITS = 128;
/** Faults told of one list. */
const SHOWN = 5;

/** What is wrong with entries of a word list; the first few. */
export function wordFaults(
	words: readonly string[],
	caseInsensitive: boolean,
): readonly { readonly index: number; readonly message: string }[] {
	const faults: { index: number; message: string }[] = [];
	const known = new Set<string>();
	for (const [index, word] of words.entries()) {
		if (faults.length === SHOWN) break;
		const plain = caseInsensitive ? foldCase(word.trim()) : word.trim();
		if (plain === "") faults.push({ index, message: "is blank" });
		else if (plain.length > MAX_WORD_UNITS) faults.push({ index, message: `is longer than ${MAX_WORD_UNITS} characters` });
		else if (known.has(plain)) faults.push({ index, message: "stands in the list already" });
		else known.add(plain);
	}
	return faults;
}
