/** Seconds that random tests go on for, each with new seeds; 0: as long as in every run of the suite. */
export const FUZZ_SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 0);

/** The seed that random tests begin with. */
export const FIRST_SEED = FUZZ_SECONDS > 0 ? Date.now() % 2 ** 31 : 1;

/** At least so many, and then as many as `FUZZ_SECONDS` has time for. */
export function* seeds(least: number): Generator<number> {
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	for (let seed = FIRST_SEED; seed < FIRST_SEED + least || Date.now() < deadline; seed++) yield seed;
}

/** How many cases fast-check makes: so many, or as many as it can in `FUZZ_SECONDS`. */
export function runs(least: number): { readonly numRuns: number; readonly interruptAfterTimeLimit?: number } {
	return FUZZ_SECONDS > 0 ? { numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: FUZZ_SECONDS * 1000 } : { numRuns: least };
}
