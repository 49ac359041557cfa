import { textParts } from "../../src/models/text-parts.ts";
import { readSet, type Text } from "../injection/corpus.ts";
import { type Example, featuresOf } from "../injection/logistic.ts";
import { HARMS, harmsOf } from "./categories.ts";
import { ownTexts, refusalsOf } from "./own-texts/own-texts.ts";

/**
 * Requests that are to be refused but whose words are no harm in an answer (a neighbour's skin tone, advice about shares):
 * learned, they would make the model suspicious of everything.
 */
const NOT_HARM_IN_ANSWERS =
	/^(?:do-not-answer:(?:information_hazard|misinformation_harms|human_chatbox)|catqa:(?:Political Campaigning|Tailored Financial Advice))/;

/** Everything the model may learn from. */
export function harmTexts(dir: string): Text[] {
	const requests = readSet(dir, "harm-prompts").filter(
		({ label, kind, licence }) => label === 1 && !NOT_HARM_IN_ANSWERS.test(kind) && !licence.includes("eval only"),
	);
	const benign = ["benign-replies", "benign-prompts", "benign-hard-negatives"].flatMap((set) => readSet(dir, set));
	return [...readSet(dir, "harm-text"), ...requests, ...refusalsOf(requests), ...benign, ...ownTexts()];
}

/** Templates in ten languages, and comments, would outweigh answers. */
export const HARM_WEIGHTS: Readonly<Record<string, number>> = {
	"multi-hatecheck": 0.3,
	hatecheck: 0.5,
	"civil-comments-toxic": 0.5,
	"jailbroken-reply": 2,
};

/** The examples of one text: the whole and its parts. What is harmful in a long text may be a part of it only. */
export function harmExamples(row: Text, buckets: number): Example[] {
	const weight = HARM_WEIGHTS[row.kind.split(":")[0] as string] ?? 1;
	const example = (text: string, share: number): Example => ({
		features: featuresOf(text, buckets),
		targets: [row.label],
		weight: weight * share,
	});
	const parts = someParts(row.text);
	if (parts.length < 2) return [example(row.text, 1)];
	return [example(row.text, 1), ...parts.map((part) => example(part, row.label === 1 ? 0.3 : 0.7))];
}

/** The example of a harmful text of a known kind. */
export function kindExamples(row: Text, buckets: number): Example[] {
	const known = row.label === 1 ? harmsOf(row) : [];
	if (known.length === 0) return [];
	const weight = HARM_WEIGHTS[row.kind.split(":")[0] as string] ?? 1;
	return [{ features: featuresOf(row.text, buckets), targets: HARMS.map((harm) => Number(known.includes(harm))), weight }];
}

const MAX_PARTS = 10;

/** The parts of a text; of a long one some, all over it. */
export function someParts(text: string): string[] {
	const parts = textParts(text);
	const step = Math.max(1, parts.length / MAX_PARTS);
	return Array.from({ length: Math.min(parts.length, MAX_PARTS) }, (_, i) => parts[Math.floor(i * step)] as string);
}
