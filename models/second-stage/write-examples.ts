import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { worstWindows } from "../../src/models/second-stage.ts";
import { WordPieces } from "../../src/models/word-pieces.ts";
import { crossValidate } from "../injection/cross-validate.ts";
import { leaveOneSourceOut } from "../injection/folds.ts";
import { injectionTexts } from "../injection/injection-data.ts";
import { ownTexts } from "../injection/own-texts/own-texts.ts";
import { unlearnedTexts } from "../injection/unlearned.ts";
import { windowExamples } from "./examples.ts";

/**
 * `CORPORA_DIR=… tsx models/second-stage/write-examples.ts VOCABULARY DIR`: what train.py reads. `examples.jsonl`: windows to
 * learn, each with the fold that leaves it out (-1: none). `judged.jsonl`: windows of the texts that are judged, by the model of
 * their fold.
 */
const [vocabulary, out] = process.argv.slice(2);
const dir = process.env["CORPORA_DIR"];
if (dir === undefined || vocabulary === undefined || out === undefined) {
	process.stderr.write("CORPORA_DIR=… write-examples.ts VOCABULARY DIR — the vocabulary has one piece a line\n");
	process.exit(2);
}
const pieces = new WordPieces(readFileSync(vocabulary, "utf8").split("\n").filter(Boolean));
mkdirSync(out, { recursive: true });
const write = (name: string, rows: readonly object[]): void =>
	writeFileSync(join(out, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

const learned = [...injectionTexts(dir), ...ownTexts()];
const folds = leaveOneSourceOut(learned);
const foldOf = new Map(folds.flatMap(({ judged }, fold) => judged.map((text) => [text, fold] as const)));
write(
	"examples.jsonl",
	learned.flatMap((text) => windowExamples(pieces, text).map((example) => ({ ...example, fold: foldOf.get(text) ?? -1 }))),
);
const judged = crossValidate(dir, unlearnedTexts(dir));
write(
	"judged.jsonl",
	judged.map(({ text, fold, scoreOf }) => ({
		set: text.set,
		id: text.id,
		label: text.label,
		fold,
		windows: worstWindows(pieces, text.text, scoreOf).map(({ ids }) => ids),
	})),
);
process.stdout.write(`${folds.length} folds: ${folds.map(({ origin }) => origin).join(", ")}\n`);
