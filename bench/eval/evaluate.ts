import type { TextInspection } from "../../src/inspect/inspect-text.ts";
import { type Row, readCorpus } from "./corpora.ts";
import { LABELLED, UNIT_NAMES, WEAK_SECRET } from "./labels.ts";
import { addCounts, type Counts, emptyCounts, type Found, overlap } from "./score.ts";

export interface KindResult extends Counts {
	readonly corpus: string;
	readonly kind: string;
	/** Only values that obey the standard of their kind. */
	readonly isWellFormed?: true;
}

export interface BenignResult {
	readonly corpus: string;
	readonly policy: string;
	readonly texts: number;
	readonly characters: number;
	readonly touched: number;
	readonly byType: Readonly<Record<string, number>>;
}

export interface EvalContext {
	readonly dir: string;
	/** Rows per corpus. */
	readonly limit: number;
	readonly inspect: (bytes: Uint8Array) => TextInspection;
	readonly typesOf: (names: readonly string[]) => ReadonlySet<string>;
	/** Kind, or type for benign text, whose misses and false findings are written to stderr: for tuning by eye. */
	readonly misses: string | undefined;
}

const BENIGN = ["benign-prompts", "benign-replies", "benign-hard-negatives"];

/** Two lines for a kind with a standard: all labelled values, and those that obey it. */
export function evaluateLabelled({ dir, limit, inspect, typesOf, misses }: EvalContext): KindResult[] {
	return LABELLED.flatMap(({ name, kinds }) => {
		const rows = readCorpus(dir, name, limit);
		if (rows === undefined) return [];
		const states = kinds.map((kind) => ({ kind, types: typesOf(kind.ours), all: emptyCounts(), wellFormed: emptyCounts() }));
		for (const row of rows) {
			const { findings } = inspect(row.bytes);
			for (const { kind, types, all, wellFormed } of states) {
				const isFormed = ({ from, to }: Found): boolean => kind.isWellFormed?.(row.bytes.toString("utf8", from, to)) ?? true;
				const gold = row.spans.filter(({ type }) => kind.labels.some((label) => type === label || type.startsWith(`${label}/`)));
				const found = findings.filter(({ type }) => types.has(type));
				const provesItself = (finding: Found): boolean => kind.provesItself === true && isFormed(finding);
				addCounts(all, gold, found, provesItself);
				const odd = gold.filter((span) => !isFormed(span));
				addCounts(
					wellFormed,
					gold.filter(isFormed),
					found.filter((finding) => !odd.some((span) => overlap(span, finding) > 0)),
					provesItself,
				);
				if (misses === kind.kind) explain(row, gold, found);
			}
		}
		return states.flatMap(({ kind, all, wellFormed }) => [
			{ corpus: name, kind: kind.kind, ...all },
			...(kind.isWellFormed === undefined
				? []
				: [{ corpus: name, kind: `${kind.kind}, well-formed`, isWellFormed: true as const, ...wellFormed }]),
		]);
	});
}

/** Structured personal data in one line: all kinds that have a standard, over all corpora. */
export function togetherOf(kinds: readonly KindResult[]): Counts {
	const sum = emptyCounts();
	for (const kind of kinds.filter(({ isWellFormed }) => isWellFormed === true))
		for (const name of ["gold", "hit", "found", "right", "unlabelled"] as const) sum[name] += kind[name];
	return sum;
}

/** CredData: a finding is right on a labelled value, wrong anywhere else; weak identifiers are reported apart and cost nothing. */
export function evaluateCredData({ dir, limit, inspect, typesOf, misses }: EvalContext): KindResult[] {
	const name = "secrets-creddata";
	const secrets = typesOf(["secrets"]);
	const rows = readCorpus(dir, name, limit) ?? [];
	const strong = emptyCounts();
	const categories = new Map<string, Counts>();
	for (const row of rows) {
		const found = inspect(row.bytes).findings.filter(({ type }) => secrets.has(type));
		const weak = row.spans.filter(({ type }) => WEAK_SECRET.test(type));
		const gold = row.spans.filter(({ type }) => !WEAK_SECRET.test(type));
		const judged = found.filter((finding) => !weak.some((span) => overlap(span, finding) > 0));
		addCounts(strong, gold, judged);
		if (misses === "creddata") explain(row, gold, judged);
		for (const type of new Set(row.spans.map((span) => span.type))) {
			const counts = categories.get(type) ?? emptyCounts();
			categories.set(type, counts);
			addCounts(
				counts,
				row.spans.filter((span) => span.type === type),
				found,
			);
			counts.found = 0;
			counts.right = 0;
		}
	}
	if (rows.length === 0) return [];
	const perCategory = [...categories]
		.filter(([, { gold }]) => gold >= 20)
		.sort((a, b) => b[1].gold - a[1].gold)
		.map(([kind, counts]) => ({ corpus: name, kind: `  ${kind}`, ...counts }));
	return [{ corpus: name, kind: "without UUID, nonce, salt, bucket, domain", ...strong }, ...perCategory];
}

/**
 * One snippet per rule of other scanners. Most have no spans: a row counts as hit when any secret is found in it. "Clean"
 * there means clean for one rule, so only the recall says something. secretlint's snippets have spans.
 */
export function evaluateExamples({ dir, limit, inspect, typesOf, misses }: EvalContext): KindResult[] {
	const name = "secrets-rule-examples";
	const secrets = typesOf(["secrets"]);
	const counts = emptyCounts();
	const spans = emptyCounts();
	const rows = readCorpus(dir, name, limit) ?? [];
	for (const row of rows) {
		const found = inspect(row.bytes).findings.filter(({ type }) => secrets.has(type));
		const isFound = found.length > 0;
		addRow(counts, row.label === "secret", isFound);
		if (row.id.startsWith("sl-")) addCounts(spans, row.spans, found);
		if (misses === "examples" && isFound !== (row.label === "secret"))
			process.stderr.write(`${isFound ? "FALSE" : "MISSED"} ${row.id}: ${clip(row.bytes.toString())}\n`);
		if (misses === "spans" && row.id.startsWith("sl-")) explain(row, row.spans, found);
	}
	if (rows.length === 0) return [];
	return [
		{ corpus: name, kind: "any secret in the snippet", ...counts },
		{ corpus: name, kind: "secretlint's spans (vendors' prefixes)", ...spans },
	];
}

export function evaluateUnit({ dir, limit, inspect, typesOf, misses }: EvalContext): KindResult[] {
	const name = "pii-presidio-unit";
	const results = new Map<string, Counts>();
	for (const row of readCorpus(dir, name, limit) ?? []) {
		const names = UNIT_NAMES[row.kind];
		if (names === undefined) continue;
		const types = typesOf(names);
		const counts = results.get(row.kind) ?? emptyCounts();
		results.set(row.kind, counts);
		const isFound = inspect(row.bytes).findings.some(({ type }) => types.has(type));
		addRow(counts, row.label === "pii", isFound);
		if (misses === "unit" && isFound !== (row.label === "pii"))
			process.stderr.write(`${isFound ? "FALSE" : "MISSED"} ${row.kind}: ${clip(row.bytes.toString())}\n`);
	}
	return [...results].sort().map(([kind, counts]) => ({ corpus: name, kind, ...counts }));
}

export function evaluateBenign({ dir, limit, inspect, misses }: EvalContext, policy: string): BenignResult[] {
	return BENIGN.flatMap((corpus) => {
		const rows = readCorpus(dir, corpus, limit);
		if (rows === undefined) return [];
		const byType: Record<string, number> = {};
		let characters = 0;
		let touched = 0;
		for (const row of rows) {
			characters += [...row.bytes.toString("utf8")].length;
			const { findings } = inspect(row.bytes);
			if (findings.length > 0) touched++;
			for (const finding of findings) {
				byType[finding.type] = (byType[finding.type] ?? 0) + 1;
				if (misses === finding.type || misses === "benign") explain(row, [], [finding]);
			}
		}
		return [{ corpus, policy, texts: rows.length, characters, touched, byType }];
	});
}

function addRow(counts: Counts, isGold: boolean, isFound: boolean): void {
	if (isGold) counts.gold++;
	if (isFound) counts.found++;
	if (isGold && isFound) {
		counts.hit++;
		counts.right++;
	}
}

function explain({ id, bytes }: Row, gold: readonly Found[], found: readonly Found[]): void {
	const show = (verdict: string, { from, to, type }: Found): void => {
		const [left, text, right] = [bytes.subarray(Math.max(0, from - 60), from), bytes.subarray(from, to), bytes.subarray(to, to + 30)];
		process.stderr.write(`${verdict} ${type} ${id}: ${clip(`${left}⟦${text}⟧${right}`)}\n`);
	};
	for (const span of gold) if (!found.some((finding) => overlap(span, finding) > 0)) show("MISSED", span);
	for (const finding of found) if (!gold.some((span) => overlap(span, finding) > 0)) show("FALSE", finding);
}

const clip = (text: string): string => JSON.stringify(text).slice(0, 260);
