import { styleText } from "node:util";
import { printable } from "./printable.ts";
import type { LocatedFinding, ScanResult } from "./scan-result.ts";

export interface TableOptions {
	readonly color: boolean;
	/** Print what was found, not a mask of it. */
	readonly show: boolean;
}

/** Characters of the same line shown on each side, and of the finding itself. */
const CONTEXT_UNITS = 24;
const MAX_FOUND_UNITS = 40;

/** `file:line:column  type  score  excerpt`, a line per finding. */
export function scanTable(result: ScanResult, { color, show }: TableOptions): string {
	const { file } = result.input;
	const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
		color ? styleText(format, text, { validateStream: false }) : text;
	const rows = result.findings.map((finding) => ({
		place: `${printable(file)}:${finding.from.line}:${finding.from.column}`,
		finding,
	}));
	const width = { place: longest(rows.map(({ place }) => place)), type: longest(rows.map(({ finding }) => finding.type)) };
	return rows
		.map(({ place, finding }) => {
			const { before, found, after } = excerpt(result, finding, show);
			const type = paint(finding.isSecret ? "red" : "yellow", finding.type.padEnd(width.type));
			const text = paint("dim", before) + paint(["bold", finding.isSecret ? "red" : "yellow"], found) + paint("dim", after);
			return `${paint("bold", place)}${" ".repeat(width.place - place.length)}  ${type}  ${finding.score.toFixed(2)}  ${text}\n`;
		})
		.join("");
}

/** The finding within its line. The context is masked as well: another finding may stand in it. */
function excerpt(result: ScanResult, { from, to }: LocatedFinding, show: boolean): { before: string; found: string; after: string } {
	const { text } = result.input;
	const start = Math.max(from.unit - CONTEXT_UNITS, text.lastIndexOf("\n", from.unit - 1) + 1, 0);
	const lineEnd = text.indexOf("\n", to.unit);
	const end = Math.min(to.unit + CONTEXT_UNITS, lineEnd < 0 ? text.length : lineEnd);
	const shown = show ? text.slice(start, end) : masked(result, start, end);
	const found = printable(shown.slice(from.unit - start, to.unit - start));
	return {
		before: printable(shown.slice(0, from.unit - start)),
		found: found.length > MAX_FOUND_UNITS && !show ? `${found.slice(0, MAX_FOUND_UNITS)}…` : found,
		after: printable(shown.slice(to.unit - start)),
	};
}

/** `text[start, end)` with the letters and digits of every finding as `*`. */
function masked({ input, findings }: ScanResult, start: number, end: number): string {
	let out = "";
	let at = start;
	for (const { from, to } of findings) {
		if (to.unit <= at || from.unit >= end) continue;
		const open = Math.max(at, from.unit);
		const close = Math.min(end, to.unit);
		out += input.text.slice(at, open) + input.text.slice(open, close).replace(/[\p{L}\p{N}_]/gu, (symbol) => "*".repeat(symbol.length));
		at = close;
	}
	return out + input.text.slice(at, end);
}

function longest(texts: readonly string[]): number {
	return texts.reduce((most, { length }) => Math.max(most, length), 0);
}
