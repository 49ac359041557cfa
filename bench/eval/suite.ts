import type { Policy } from "../../src/policy/policy.ts";

/** What a suite is asked for. */
export interface EvalOptions {
	/** The default policy. */
	readonly policy: Policy;
	/** The folder of the corpora; empty for a suite that reads none. */
	readonly dir: string;
	/** Rows of a set at the most. */
	readonly limit: number;
	/** Whose errors are listed one by one on standard error. */
	readonly misses: string | undefined;
	/** Train anew for each part of the data and ask about that part. */
	readonly folds: boolean;
	/** JSON instead of tables. */
	readonly json: boolean;
}

/** One thing that `npm run eval` measures. */
export interface EvalSuite {
	/** Half a line for the help. */
	readonly about: string;
	/** A set of the corpora that it needs; absent: it makes its texts up. */
	readonly corpus?: string;
	run(options: EvalOptions): void | Promise<void>;
}
