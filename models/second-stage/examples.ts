import { type PieceWindow, pieceWindows } from "../../src/models/piece-windows.ts";
import type { WordPieces } from "../../src/models/word-pieces.ts";
import type { Text } from "../injection/corpus.ts";

/** What the transformer learns from: one window of a text. */
export interface WindowExample {
	readonly ids: readonly number[];
	readonly target: 0 | 1;
	readonly weight: number;
}

/** A harmful question is fine here, but says less of what is asked for in earnest than other benign texts do. */
const HARMFUL_WEIGHT = 0.3;
/** This project's own sentences are many and like each other: at full weight the encoder learns their templates. */
const OWN_WEIGHT = 0.1;
const BENIGN_WINDOWS = { most: 6, weight: 0.5 } as const;
const ATTACK_WINDOWS = { most: 4, weight: 0.4 } as const;
const CARRIER_WINDOWS = { most: 2, weight: 0.5 } as const;

/** The windows of one text, with what they teach. */
export function windowExamples(pieces: WordPieces, row: Text): WindowExample[] {
	const share = row.set === "own" ? OWN_WEIGHT : row.set === "harm-prompts" ? HARMFUL_WEIGHT : 1;
	const example = (window: PieceWindow, target: 0 | 1, weight: number): WindowExample => ({
		ids: window.ids,
		target,
		weight: weight * share,
	});
	const windows = pieceWindows(pieces, row.text, 1);
	const firstCounts = (most: number, weight: number, target: 0 | 1): WindowExample[] =>
		windows.slice(0, most).map((window, i) => example(window, target, i === 0 ? 1 : weight));
	if (row.label === 0) return firstCounts(BENIGN_WINDOWS.most, BENIGN_WINDOWS.weight, 0);
	const at = row.payload === undefined ? -1 : row.text.indexOf(row.payload);
	if (row.payload === undefined || at < 0) return firstCounts(ATTACK_WINDOWS.most, ATTACK_WINDOWS.weight, 1);
	const end = at + row.payload.length;
	const carrier = pieceWindows(pieces, `${row.text.slice(0, at)} ${row.text.slice(end)}`, 1).slice(0, CARRIER_WINDOWS.most);
	const attacked = pieceWindows(pieces, row.text).filter(({ from, to }) => from < end && to > at);
	return [
		...pieceWindows(pieces, row.payload)
			.slice(0, 1)
			.map((window) => example(window, 1, 1)),
		// A window with the edge of the payload only says little.
		...attacked.filter(({ from, to }) => Math.min(to, end) - Math.max(from, at) >= (end - at) / 2).map((window) => example(window, 1, 0.5)),
		...carrier.map((window) => example(window, 0, CARRIER_WINDOWS.weight)),
	];
}
