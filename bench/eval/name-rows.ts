import { type CorpusRow, labelledText } from "../../models/names/labelled-text.ts";
import type { Found } from "./score.ts";

/** Corpora with labelled names, and ordinary texts in which nothing is to be found. */
export const LABELLED = ["pii-presidio-synth", "pii-anon-eval", "pii-ner-real", "pii-meddocan-es", "pii-pl-bench"];
export const ORDINARY = ["benign-prompts", "benign-replies", "benign-hard-negatives"];

const LANGUAGES: ReadonlySet<string> = new Set(["en", "de", "es", "fr", "it", "pl"]);

/** Corpus and language of a row; of the languages without training sentences all are one. */
export function sourceOf(corpus: string, row: CorpusRow): string {
	return `${corpus}${row.corpus === undefined ? "" : `/${row.corpus}`}, ${LANGUAGES.has(row.lang) ? row.lang : "other"}`;
}

/** Persons, addresses and organisations of a row, in bytes. */
export function goldOf(row: CorpusRow): Found[] {
	const byteOf = (index: number): number => Buffer.byteLength(row.text.slice(0, index));
	return labelledText(row).spans.map(({ entity, from, to }) => ({ type: entity, from: byteOf(from), to: byteOf(to) }));
}

export function print(cells: readonly (string | number)[]): void {
	const [name = "", ...rest] = cells;
	process.stdout.write(`${String(name).padEnd(48)}${rest.map((cell) => String(cell).padStart(11)).join("")}\n`);
}
