import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { worstWindows } from "../../src/models/second-stage.ts";
import { WordPieces } from "../../src/models/word-pieces.ts";
import { corporaDir } from "../corpora-dir.ts";
import { harmTexts } from "../harm/harm-data.ts";
import type { Text } from "../injection/corpus.ts";
import { crossValidate } from "../injection/cross-validate.ts";
import { type Fold, leaveOneSourceOut, originOf } from "../injection/folds.ts";
import { injectionTexts } from "../injection/injection-data.ts";
import { ownTexts } from "../injection/own-texts/own-texts.ts";
import { unlearnedTexts } from "../injection/unlearned.ts";
import { type WindowExample, windowExamples } from "./examples.ts";
import { harmWindowExamples, harmWindows } from "./harm-examples.ts";

/**
 * `CORPORA_DIR=… tsx models/second-stage/write-examples.ts VOCABULARY DIR`: what train.py reads. `examples.jsonl`: windows to
 * learn for one task, with the encoders that leave their text out. `judged.jsonl`: windows of the texts that are judged, by the
 * encoder of their fold.
 */
const [vocabulary, out] = process.argv.slice(2);
const dir = corporaDir();
if (dir === undefined || vocabulary === undefined || out === undefined) {
	process.stderr.write("CORPORA_DIR=… write-examples.ts VOCABULARY DIR — the vocabulary has one piece a line\n");
	process.exit(2);
}
const pieces = new WordPieces(readFileSync(vocabulary, "utf8").split("\n").filter(Boolean));
mkdirSync(out, { recursive: true });
const write = (name: string, rows: readonly object[]): void =>
	writeFileSync(join(out, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

interface Task {
	readonly task: "injection" | "harm";
	readonly texts: readonly Text[];
	readonly folds: readonly Fold[];
	readonly examplesOf: (pieces: WordPieces, text: Text) => WindowExample[];
}

const taskOf = (task: Task["task"], texts: readonly Text[], examplesOf: Task["examplesOf"]): Task => {
	const folds = leaveOneSourceOut(texts);
	process.stdout.write(`${task}, ${folds.length} folds: ${folds.map(({ origin }) => origin).join(", ")}\n`);
	return { task, texts, folds, examplesOf };
};
const injection = taskOf("injection", [...injectionTexts(dir), ...ownTexts()], windowExamples);
const harm = taskOf("harm", harmTexts(dir), harmWindowExamples);

/** A text that one task judges is left out of the other too: the encoder that judges it has not read it. */
const leftOut = new Map<string, Set<number>>();
const keyOf = ({ set, id }: Text): string => `${set}/${id}`;
for (const { folds } of [injection, harm])
	for (const [fold, { judged }] of folds.entries())
		for (const text of judged) leftOut.set(keyOf(text), (leftOut.get(keyOf(text)) ?? new Set()).add(fold));
write(
	"examples.jsonl",
	[injection, harm].flatMap(({ task, texts, examplesOf }) =>
		texts.flatMap((text) => {
			const folds = text.set === "own" ? [] : [...(leftOut.get(keyOf(text)) ?? [])];
			const origin = text.set !== "own" && text.label === 1 ? originOf(text) : null;
			return examplesOf(pieces, text).map((example) => ({ task, ...example, folds, origin }));
		}),
	),
);
const judged = crossValidate(dir, unlearnedTexts(dir));
write("judged.jsonl", [
	...judged.map(({ text, fold, scoreOf }) => ({
		task: injection.task,
		set: text.set,
		id: text.id,
		label: text.label,
		fold,
		windows: worstWindows(pieces, text.text, scoreOf).map(({ ids }) => ids),
	})),
	...harm.folds.flatMap(({ judged }, fold) =>
		judged.map((text) => ({
			task: harm.task,
			set: text.set,
			id: text.id,
			label: text.label,
			fold,
			windows: harmWindows(pieces, text),
		})),
	),
]);
