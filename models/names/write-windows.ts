import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { tokenWindows } from "../../src/models/token-windows.ts";
import { WordPieces } from "../../src/models/word-pieces.ts";
import { encoderTexts } from "./encoder-texts.ts";

/**
 * `CORPORA_DIR=… tsx models/names/write-windows.ts BASE DIR`: what train-encoder.py reads. `vocabulary.txt`: the pieces of the base
 * that are kept. `windows.bin.gz`: all windows, one behind the other: six bytes of head (length as u16, fold, times, recased,
 * 1 for an ordinary text and 2 more for a judged one), then ids (u16), shapes (u8) and labels (u8; 255 where no token begins that is taken from this window).
 */
const [base, out] = process.argv.slice(2);
const dir = process.env["CORPORA_DIR"];
if (dir === undefined || base === undefined || out === undefined) {
	process.stderr.write("CORPORA_DIR=… write-windows.ts BASE DIR — BASE has one piece a line\n");
	process.exit(2);
}
/** Pieces that stand for no text; the rest of the base's are unused. */
const SPECIAL: ReadonlySet<string> = new Set(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]);
/** A piece that fewer places of the corpora use is left out: its words are spelled by smaller ones. */
const MIN_USES = 3;
const UNLABELLED = 255;

mkdirSync(out, { recursive: true });
const texts = [...encoderTexts(dir)];
const all = readFileSync(base, "utf8").split("\n").filter(Boolean);
const every = new WordPieces(all);
const uses = new Uint32Array(all.length);
for (const { tokens } of texts) for (const { text } of tokens) for (const id of every.of(text)) uses[id] = (uses[id] ?? 0) + 1;
const isLetter = (piece: string): boolean => [...piece.replace(/^##/, "")].length === 1;
const kept = all.filter((piece, id) => SPECIAL.has(piece) || isLetter(piece) || (uses[id] ?? 0) >= MIN_USES);
writeFileSync(join(out, "vocabulary.txt"), kept.map((piece) => `${piece}\n`).join(""));
process.stdout.write(`${kept.length} of ${all.length} pieces\n`);

const pieces = new WordPieces(kept);
const parts: Buffer[] = [];
let read = 0;
for (const { tokens, labels, fold, times, recased, isOrdinary, isJudged } of texts)
	for (const { ids, shapes, from, at } of tokenWindows(pieces, tokens)) {
		const head = Buffer.from([ids.length & 255, ids.length >> 8, fold, times, Number(recased), Number(isOrdinary) + 2 * Number(isJudged)]);
		const gold = Buffer.alloc(ids.length, UNLABELLED);
		for (const [i, place] of at.entries()) gold[place] = labels[from + i] as number;
		parts.push(head, Buffer.from(Uint16Array.from(ids).buffer), Buffer.from(shapes), gold);
		read += ids.length;
	}
const file = gzipSync(Buffer.concat(parts), { level: 9 });
writeFileSync(join(out, "windows.bin.gz"), file);
process.stdout.write(`${texts.length} texts, ${parts.length / 4} windows, ${read} pieces, ${(file.length / 1e6).toFixed(1)} MB\n`);
