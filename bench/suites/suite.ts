import type { Table } from "../report/table.ts";

/** How long and how often; a smoke only shows that everything works. */
export interface Effort {
	readonly kind: "full" | "smoke";
	/** Runs of which the median counts. */
	readonly repetitions: number;
	/** Of those that a suite has, by their ids; none: all. */
	readonly loads: readonly string[];
}

export interface SuiteResult {
	readonly tables: readonly Table[];
	/** SVG documents by file name. */
	readonly charts?: Readonly<Record<string, string>>;
	/** Everything measured, for the JSON record. */
	readonly data: unknown;
}

/** One subject of measurement. `log` tells what is being done. */
export type Suite = (effort: Effort, log: (line: string) => void) => Promise<SuiteResult>;
