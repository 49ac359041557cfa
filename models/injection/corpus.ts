import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One row of a corpus, or of the project's own sentences. */
export interface Text {
	readonly id: string;
	readonly text: string;
	/** 1 attack or harmful, 0 fine, -1 not known. */
	readonly label: number;
	readonly kind: string;
	readonly lang: string;
	readonly set: string;
	readonly licence: string;
	readonly categories: readonly string[];
	/** The attack inside the text, where it is known. */
	readonly payload: string | undefined;
	/** Of an answer: what was asked, by number. */
	readonly question?: string | undefined;
}

interface RawRow {
	readonly id: string;
	readonly text: string;
	readonly label: number;
	readonly kind?: string;
	readonly lang?: string;
	readonly licence?: string;
	readonly categories?: readonly string[];
	readonly payload?: string;
	readonly question?: string;
}

/** All rows of a set. Throws where it is not there: a model trained on half the data is another model. */
export function readSet(dir: string, set: string): Text[] {
	return readFileSync(join(dir, set, "dev.jsonl"), "utf8")
		.split("\n")
		.filter(Boolean)
		.map((line) => {
			const row = JSON.parse(line) as RawRow;
			const { id, text, label, kind = "", lang = "", licence = "", categories = [], payload, question } = row;
			return { id, text, label, kind, lang, set, licence, categories, payload, question };
		});
}

/** The origin of a row: what is left out as one in leave-one-source-out. */
export function sourceOf({ set, kind }: Text): string {
	return `${set}/${kind.split(/[:(]/)[0] ?? ""}`;
}
