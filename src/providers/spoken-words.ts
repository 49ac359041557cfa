import type { Fields } from "./field-table.ts";
import { isObject, objectsOf, valueAt } from "./json-object.ts";
import type { Amendment } from "./provider.ts";

/**
 * Each of the words that a transcript lists with their times is too short to be a finding. They go with the first change of
 * the text beside them, and at once where they say anything else. The fields must have the spans of the lists.
 */
export function wordAmendments({ places, spans }: Fields, root: unknown): Amendment[] {
	return spans
		.filter(({ path }) => path.at(-1) === "words")
		.map(({ path, from, to }) => {
			const text = [...path.slice(0, -1), "text"];
			const beside = places.flatMap((place, i) => (JSON.stringify(place.path) === JSON.stringify(text) ? [i] : []));
			const isSaid = beside.length > 0 && areWordsOf(valueAt(root, path), valueAt(root, text));
			return { places: isSaid ? beside : "always", edit: { from, to, source: "[]" } };
		});
}

const isSkipped = (character: string): boolean => /^[^\p{L}\p{N}]$/u.test(character);

/** Whether the words are those of the text in their order; blanks and marks of the text may be left out. */
function areWordsOf(words: unknown, text: unknown): boolean {
	if (!Array.isArray(words) || typeof text !== "string" || !words.every(isObject)) return false;
	const left = Array.from(text);
	let at = 0;
	for (const { word: said, ...times } of objectsOf(words)) {
		if (typeof said !== "string" || !Object.values(times).every(isTime)) return false;
		for (const character of said.replace(/\s/g, "")) {
			while (at < left.length && left[at] !== character && isSkipped(left[at] as string)) at++;
			if (left[at++] !== character) return false;
		}
	}
	return true;
}

/** In seconds; Gemini writes `1.500s`. */
function isTime(value: unknown): boolean {
	return typeof value === "number" || (typeof value === "string" && /^\d{1,6}(?:\.\d{1,9})?s$/.test(value));
}
