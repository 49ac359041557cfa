import { test } from "vitest";

/** What can become of a request, and every client must understand. */
export const OUTCOMES = [
	"clean",
	"tools",
	"n = 2",
	"reasoning",
	"structured",
	"redacted",
	"cut early",
	"cut in the middle",
	"cut in a tool argument",
	"blocked",
	"upstream 429",
	"upstream 500",
	"upstream hang",
	"upstream truncation",
	"overload",
] as const;

/** A test of one client and one outcome, or why there can be none. */
export type Cell = (() => Promise<void>) | { readonly none: string };

/** A client's row of the matrix: the compiler refuses one in which a cell is missing. */
export type Cells = Readonly<Record<(typeof OUTCOMES)[number], Cell>>;

export function runCells(cells: Cells): void {
	for (const outcome of OUTCOMES) {
		const cell = cells[outcome];
		if (typeof cell === "function") test(outcome, cell);
	}
}
