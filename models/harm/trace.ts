import type { HarmModel } from "../../src/models/harm-model.ts";

/** How the score of one sentence grew. */
export interface SentenceTrace {
	/** UTF-16 units. */
	readonly units: number;
	/** At its end. */
	readonly score: number;
	/** Every word behind which the score was higher than before: how many units of the sentence were read, and the score. */
	readonly rises: readonly { readonly units: number; readonly score: number }[];
}

/** Reads a text as an answer is read. */
export function traceHarm(model: HarmModel, text: string): SentenceTrace[] {
	const traces: SentenceTrace[] = [];
	let rises: { units: number; score: number }[] = [];
	let from = 0;
	const onWord = (at: number, score: number): void => {
		if (score > (rises.at(-1)?.score ?? 0)) rises.push({ units: at - from, score });
	};
	const onSentence = (at: number, score: number): void => {
		traces.push({ units: at - from, score, rises });
		rises = [];
		from = at;
	};
	const reader = model.open();
	reader.read(text, onSentence, onWord);
	reader.finish(text.length, onSentence);
	return traces;
}
