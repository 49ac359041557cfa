import { INJECTION_WINDOWS } from "../../src/models/injection-model.ts";
import { readSet, type Text } from "./corpus.ts";
import { type Example, featuresOf } from "./logistic.ts";

/** Everything the injection model may learn from. */
export function injectionTexts(dir: string): Text[] {
	const benign = ["benign-prompts", "benign-hard-negatives", "benign-replies"].flatMap((set) => readSet(dir, set));
	// A harmful question is no injection: without these the model would become a filter of harm.
	const harmful = readSet(dir, "harm-prompts").map((row) => ({ ...row, label: 0 }));
	const attacks = ["injection-direct", "injection-indirect"].flatMap((set) => readSet(dir, set));
	return [...attacks, ...benign, ...harmful].filter(isForTraining);
}

/**
 * BIPIA's payloads are ordinary requests: a model that learns them learns that e-mail is an attack. What quotes attacks
 * to explain them is ambiguous by nature. Texts whose own licence nobody states are left out.
 */
export function isForTraining({ kind, licence }: Text): boolean {
	return !kind.startsWith("bipia:") && kind !== "doc-about-attacks" && !licence.includes("unlicensed");
}

/** A harmful question is fine here, but says less of what is asked for in earnest than other benign texts do. */
const HARMFUL_WEIGHT = 0.3;
/** Windows of one long benign text that are learned from. */
const MAX_WINDOWS = 6;

/** The examples of one text: the whole, and what its windows say for themselves. */
export function injectionExamples(row: Text, buckets: number): Example[] {
	const share = row.set === "harm-prompts" ? HARMFUL_WEIGHT : 1;
	const example = (text: string, target: number, weight: number): Example => ({
		features: featuresOf(text, buckets),
		targets: [target],
		weight: weight * share,
	});
	if (row.label === 0) {
		const parts = windowsOf(row.text);
		return [example(row.text, 0, 1), ...parts.slice(0, MAX_WINDOWS).map((part) => example(part, 0, 0.5))];
	}
	const at = row.payload === undefined ? -1 : row.text.indexOf(row.payload);
	if (row.payload !== undefined && at >= 0) {
		const carrier = row.text.slice(0, at) + row.text.slice(at + row.payload.length);
		return [example(row.text, 1, 1), example(row.payload, 1, 1), example(carrier, 0, 1)];
	}
	const parts = windowsOf(row.text);
	return [example(row.text, 1, 1), ...parts.slice(0, 2).map((part) => example(part, 1, 0.3))];
}

/** The windows of a text that has more than one, as text. */
function windowsOf(text: string): string[] {
	const words = text.split(/(?<=\s)(?=\S)/);
	if (words.length <= INJECTION_WINDOWS.words) return [];
	const parts: string[] = [];
	for (let from = 0; from + INJECTION_WINDOWS.stride < words.length; from += INJECTION_WINDOWS.words)
		parts.push(words.slice(from, from + INJECTION_WINDOWS.words).join(""));
	return parts;
}
