import type { GoldSpan } from "./corpora.ts";

export interface Found {
	readonly from: number;
	readonly to: number;
	readonly type: string;
}

export interface Counts {
	/** Labelled spans, and how many of them a finding covers by half at least. */
	gold: number;
	hit: number;
	/** Findings, and how many of them lie on a labelled span of the kind. */
	found: number;
	right: number;
	/** Findings that prove themselves where the corpus has no label of the kind: left out of the precision. */
	unlabelled: number;
}

export interface Scores {
	readonly precision: number;
	readonly recall: number;
	readonly f1: number;
	readonly f2: number;
}

export const emptyCounts = (): Counts => ({ gold: 0, hit: 0, found: 0, right: 0, unlabelled: 0 });

/** Adds one text. `gold` are the spans of the kind, `found` the findings of the kind. */
export function addCounts(
	counts: Counts,
	gold: readonly GoldSpan[],
	found: readonly Found[],
	provesItself: (finding: Found) => boolean = () => false,
): void {
	counts.gold += gold.length;
	counts.hit += gold.filter((span) => covered(span, found) * 2 >= span.to - span.from).length;
	counts.found += found.length;
	for (const finding of found) {
		if (gold.some((span) => overlap(span, finding) > 0)) counts.right++;
		else if (provesItself(finding)) counts.unlabelled++;
	}
}

/** An empty denominator gives NaN, printed as a dash. */
export function scoresOf({ gold, hit, found, right, unlabelled }: Counts): Scores {
	const precision = right / (found - unlabelled);
	const recall = hit / gold;
	const f = (beta: number): number => ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
	return { precision, recall, f1: f(1), f2: f(2) };
}

/** Bytes of the span that findings cover. Findings do not overlap. */
function covered(span: GoldSpan, found: readonly Found[]): number {
	return found.reduce((sum, finding) => sum + overlap(span, finding), 0);
}

export function overlap(a: { from: number; to: number }, b: { from: number; to: number }): number {
	return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));
}
