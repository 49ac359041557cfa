import { readSet, type Text } from "./corpus.ts";
import { isForTraining } from "./injection-data.ts";

const SETS = ["injection-direct", "injection-indirect", "benign-hard-negatives"];

/** Texts that are judged and that no model learns: what is not for training, and documents without the attack put into them. */
export function unlearnedTexts(dir: string): Text[] {
	const unlearned = SETS.flatMap((set) => readSet(dir, set)).filter((text) => !isForTraining(text));
	const carriers = readSet(dir, "injection-indirect").flatMap((row) => {
		if (row.kind !== "spliced" || row.payload === undefined) return [];
		return [{ ...row, id: `${row.id}-carrier`, label: 0, text: row.text.replace(row.payload, "") }];
	});
	return [...unlearned, ...carriers];
}
