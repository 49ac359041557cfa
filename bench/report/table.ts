/** A table as the suites make it: numbers are formatted here, so that JSON records keep them whole. */
export interface Table {
	readonly title: string;
	/** What the numbers are, how to read them. */
	readonly note?: string;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly (string | number)[])[];
}

/** Three significant digits; nothing after the point for large numbers. */
export function shown(value: string | number): string {
	if (typeof value === "string") return value;
	if (Number.isNaN(value)) return "–";
	if (value !== 0 && Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
	return Math.round(value).toLocaleString("en-US");
}

export function render({ title, note, columns, rows }: Table): string {
	const cells = [columns, ...rows].map((row) => row.map(shown));
	const widths = columns.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? "")].length)));
	const line = (row: readonly string[]): string =>
		row
			.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
			.join("  ")
			.trimEnd();
	const [head = [], ...body] = cells;
	return [
		`\n${title}`,
		...(note === undefined ? [] : [note]),
		line(head),
		widths.map((width) => "─".repeat(width)).join("  "),
		...body.map(line),
		"",
	].join("\n");
}
