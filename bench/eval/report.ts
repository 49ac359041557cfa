import type { DetectionReport } from "./detection.ts";
import { togetherOf } from "./evaluate.ts";
import { type Counts, scoresOf } from "./score.ts";

/** The report as text: one table of kinds, one of benign text. */
export function printReport({ recognizers, kinds, benign }: DetectionReport): string {
	const lines = [`${recognizers} recognizers`, ""];
	let corpus = "";
	for (const kind of kinds) {
		if (kind.corpus !== corpus) {
			corpus = kind.corpus;
			lines.push("", row(corpus, ["gold", "found", "unlabelled", "precision", "recall", "F1", "F2"]));
		}
		lines.push(row(`  ${kind.kind}`, cellsOf(kind)));
	}
	lines.push("", row("structured personal data, well-formed, all", cellsOf(togetherOf(kinds))));
	lines.push("", row("benign text", ["texts", "touched", "1 in", "findings", "per 1M chars"]));
	for (const { corpus: name, policy, texts, characters, touched, byType } of benign) {
		const findings = Object.values(byType).reduce((sum, count) => sum + count, 0);
		const perMillion = ((findings / characters) * 1e6).toFixed(2);
		lines.push(row(`  ${name}, ${policy}`, [texts, touched, touched === 0 ? "-" : Math.round(texts / touched), findings, perMillion]));
		const types = Object.entries(byType).sort((a, b) => b[1] - a[1]);
		if (types.length > 0) lines.push(`      ${types.map(([type, count]) => `${type} ${count}`).join(", ")}`);
	}
	return `${lines.join("\n")}\n`;
}

function cellsOf(counts: Counts): (string | number)[] {
	const { precision, recall, f1, f2 } = scoresOf(counts);
	return [counts.gold, counts.found, counts.unlabelled, ...[precision, recall, f1, f2].map(ratio)];
}

const ratio = (value: number): string => (Number.isNaN(value) ? "-" : value.toFixed(3));

function row(name: string, cells: readonly (string | number)[]): string {
	return name.padEnd(48) + cells.map((cell) => String(cell).padStart(12)).join("");
}
