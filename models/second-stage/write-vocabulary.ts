import { readFileSync, writeFileSync } from "node:fs";
import { WordPieces } from "../../src/models/word-pieces.ts";
import { corporaDir } from "../corpora-dir.ts";
import { harmTexts } from "../harm/harm-data.ts";
import { injectionTexts } from "../injection/injection-data.ts";
import { ownTexts } from "../injection/own-texts/own-texts.ts";

/** Pieces that stand for no text; the rest of the base's are unused. */
const SPECIAL: ReadonlySet<string> = new Set(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]);
/** A piece that fewer places of the corpora use is left out: its words are spelled by smaller ones. */
const MIN_USES = 2;

/** `CORPORA_DIR=… tsx models/second-stage/write-vocabulary.ts BASE OUT`: the pieces of the base that the second stage keeps. */
const [base, out] = process.argv.slice(2);
const dir = corporaDir();
if (dir === undefined || base === undefined || out === undefined) {
	process.stderr.write("CORPORA_DIR=… write-vocabulary.ts BASE OUT — both have one piece a line\n");
	process.exit(2);
}
const all = readFileSync(base, "utf8").split("\n").filter(Boolean);
const pieces = new WordPieces(all);
const uses = new Uint32Array(all.length);
for (const { text } of [...injectionTexts(dir), ...ownTexts(), ...harmTexts(dir)])
	for (const { ids } of pieces.words(text)) for (const id of ids) uses[id] = (uses[id] ?? 0) + 1;
const isLetter = (piece: string): boolean => [...piece.replace(/^##/, "")].length === 1;
const kept = all.filter((piece, id) => SPECIAL.has(piece) || isLetter(piece) || (uses[id] ?? 0) >= MIN_USES);
writeFileSync(out, kept.map((piece) => `${piece}\n`).join(""));
process.stdout.write(`${kept.length} of ${all.length} pieces\n`);
