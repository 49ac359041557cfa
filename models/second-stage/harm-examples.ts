import { pieceWindows } from "../../src/models/piece-windows.ts";
import type { WordPieces } from "../../src/models/word-pieces.ts";
import { HARM_WEIGHTS, someParts } from "../harm/harm-data.ts";
import type { Text } from "../injection/corpus.ts";
import type { WindowExample } from "./examples.ts";

/** Of a text in parts it is not known which part is the harmful one, and all of its fine parts are alike. */
const PART_WEIGHTS = { harmful: 0.5, fine: 0.7 } as const;
/** This project's own sentences are many and like each other. */
const OWN_WEIGHT = 0.3;

/** The parts of one text as windows, with what they teach. */
export function harmWindowExamples(pieces: WordPieces, row: Text): WindowExample[] {
	const windows = harmWindows(pieces, row);
	const ofPart = windows.length === 1 ? 1 : row.label === 1 ? PART_WEIGHTS.harmful : PART_WEIGHTS.fine;
	const weight = (HARM_WEIGHTS[row.kind.split(":")[0] as string] ?? 1) * ofPart * (row.set === "own" ? OWN_WEIGHT : 1);
	return windows.map((ids) => ({ ids, target: row.label === 1 ? 1 : 0, weight }));
}

/** The beginning of each part that is learned, or judged, by itself. */
export function harmWindows(pieces: WordPieces, { text }: Text): (readonly number[])[] {
	return someParts(text).flatMap((part) =>
		pieceWindows(pieces, part, 1)
			.slice(0, 1)
			.map(({ ids }) => ids),
	);
}
