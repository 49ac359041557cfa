import type { Recognizer } from "../recognizers/recognizer.ts";
import type { Action, Rule } from "./policy.ts";

/** By type: where its sensitive part begins, in the words of the settings. */
export type SensitiveFrom = Readonly<Record<string, string | undefined>>;

/** The rules of a recognizer. `sensitiveFrom` is for answers, where text waits for as long as it may be the beginning of a match; absent for prompts. */
export function rulesOf({ type, category, label, patterns }: Recognizer, action: Action, sensitiveFrom?: SensitiveFrom): Rule[] {
	return patterns.map(({ sensitiveFrom: later, inAnswers, ...pattern }) => {
		const part = sensitiveFrom && (later?.[sensitiveFrom[type] ?? "start"] ?? inAnswers);
		return { ...pattern, ...(part && { ...part, isPart: true as const }), type, category, label, action };
	});
}
