import { readRows } from "../../models/names/labelled-text.ts";
import { foldOf, REPORTED_FOLD } from "../../models/names/split.ts";
import { createTextInspector } from "../../src/inspect/inspect-text.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { LEARNED } from "../../src/recognizers/learned.ts";
import { goldOf, LABELLED, ORDINARY, print, sourceOf } from "./name-rows.ts";
import { addCounts, type Counts, emptyCounts, type Found, overlap, scoresOf } from "./score.ts";

/**
 * `npm run eval -- names [--misses SOURCE:TYPE]`: what the token model finds, at the default threshold, in the fifth of
 * every corpus that it was not trained on.
 */
export async function printNames(dir: string, misses: string | undefined): Promise<void> {
	const find = await finder();
	const results = new Map<string, Counts>();
	for (const corpus of LABELLED) addCorpus(results, { dir, corpus, find, misses });
	print(["", "gold", "found", "precision", "recall", "F1"]);
	for (const [name, counts] of [...results].sort(([a], [b]) => (a < b ? -1 : 1))) {
		if (counts.gold === 0) continue;
		const { precision, recall, f1 } = scoresOf(counts);
		print([name, counts.gold, counts.found, ...[precision, recall, f1].map((value) => (Number.isNaN(value) ? "-" : value.toFixed(3)))]);
	}
	print([]);
	print(["ordinary text", "texts", "touched", "1 in", "findings"]);
	for (const corpus of ORDINARY) {
		const rows = readRows(dir, corpus).filter((row) => foldOf(corpus, row) === REPORTED_FOLD);
		const found = rows.map(({ text }) => find(text));
		const touched = found.filter((findings) => findings.length > 0).length;
		print([corpus, rows.length, touched, touched === 0 ? "-" : Math.round(rows.length / touched), found.flat().length]);
		if (misses === corpus) for (const [i, findings] of found.entries()) explain(rows[i]?.text ?? "", [], findings);
	}
}

type Find = (text: string) => readonly Found[];

async function finder(): Promise<Find> {
	const rules = LEARNED.flatMap((recognizer) => rulesOf(recognizer, "redact"));
	const inspector = await createTextInspector({ rules, threshold: 0.5, strategy: "replace", allowList: [], normalize: false });
	if (!inspector.ok) throw new Error(JSON.stringify(inspector.faults));
	return (text) => inspector.inspect(Buffer.from(text)).findings;
}

interface CorpusRun {
	readonly dir: string;
	readonly corpus: string;
	readonly find: Find;
	readonly misses: string | undefined;
}

/** Counts by type and source, and by type over all English rows. */
function addCorpus(results: Map<string, Counts>, { dir, corpus, find, misses }: CorpusRun): void {
	const countsOf = (name: string): Counts => {
		const counts = results.get(name) ?? emptyCounts();
		results.set(name, counts);
		return counts;
	};
	for (const row of readRows(dir, corpus).filter((candidate) => foldOf(corpus, candidate) === REPORTED_FOLD)) {
		const found = find(row.text);
		const spans = goldOf(row);
		for (const { type } of LEARNED) {
			const gold = spans.filter((span) => span.type === type);
			const ours = found.filter((finding) => finding.type === type);
			addCounts(countsOf(`${type}: ${sourceOf(corpus, row)}`), gold, ours);
			if (row.lang === "en") addCounts(countsOf(`${type}: all English`), gold, ours);
			if (misses === `${corpus}:${type}` || misses === `${row.corpus}:${type}`) explain(row.text, gold, ours);
		}
	}
}

function explain(text: string, gold: readonly Found[], found: readonly Found[]): void {
	const bytes = Buffer.from(text);
	const show = (verdict: string, { from, to, type }: Found): void => {
		const parts = [bytes.subarray(Math.max(0, from - 60), from), bytes.subarray(from, to), bytes.subarray(to, to + 30)].map(String);
		process.stderr.write(`${verdict} ${type}: ${JSON.stringify(`${parts[0]}⟦${parts[1]}⟧${parts[2]}`)}\n`);
	};
	for (const span of gold) if (!found.some((finding) => overlap(span, finding) > 0)) show("MISSED", span);
	for (const finding of found) if (!gold.some((span) => overlap(span, finding) > 0)) show("FALSE", finding);
}
