/** Seconds that random tests go on for, each with new seeds; 0: as long as in every run of the suite. */
export const FUZZ_SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 0);

/** The seed that random tests begin with. */
export const FIRST_SEED = FUZZ_SECONDS > 0 ? Date.now() % 2 ** 31 : 1;

/** How many cases fast-check makes: so many, or as many as it can in `FUZZ_SECONDS`. */
export function runs(least: number): { readonly numRuns: number; readonly interruptAfterTimeLimit?: number } {
	return FUZZ_SECONDS > 0 ? { numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: FUZZ_SECONDS * 1000 } : { numRuns: least };
}
