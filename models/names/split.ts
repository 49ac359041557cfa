import { hashWord } from "../../src/models/token-features.ts";

/** The part of a corpus row that the split looks at. */
export interface SplitRow {
	readonly id: string;
	readonly text: string;
	readonly template?: string;
	readonly cluster?: string | number;
	readonly spans?: readonly { readonly start: number; readonly end: number; readonly type: string }[];
}

/** Every corpus falls into so many parts. */
export const FOLDS = 5;

/** The part a row belongs to, 0…4. Rows that are made from one template or are parts of one document are in the same. */
export function foldOf(corpus: string, row: SplitRow): number {
	return (hashWord(`${corpus}/${groupOf(corpus, row)}`) >>> 8) % FOLDS;
}

/** The part that the shipped model was not trained on. */
export const REPORTED_FOLD = 0;

function groupOf(corpus: string, row: SplitRow): string {
	switch (corpus) {
		case "pii-presidio-synth":
			return row.template ?? row.id;
		case "pii-anon-eval":
			return shapeOf(row);
		case "pii-meddocan-es":
			return row.id.split("-").slice(0, 3).join("-");
		case "pii-ner-real":
			return row.id.replace(/\d\d?$/, "");
		default:
			return String(row.cluster ?? row.id);
	}
}

/** The first words with values and digits taken out: what rows of one template have in common. */
function shapeOf({ text, spans = [] }: SplitRow): string {
	const chars = [...text];
	let shape = "";
	let end = 0;
	for (const span of [...spans].sort((a, b) => a.start - b.start)) {
		if (span.start < end) continue;
		shape += `${chars.slice(end, span.start).join("")}<${span.type}>`;
		end = span.end;
	}
	shape += chars.slice(end).join("");
	return shape.replace(/\d+/g, "0").replace(/\s+/g, " ").trim().slice(0, 24);
}
