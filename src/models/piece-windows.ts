import type { PieceWord, WordPieces } from "./word-pieces.ts";

/** Pieces that the transformer reads at once, its two edges among them. */
export const WINDOW_PIECES = 128;
const MAX_PIECES = WINDOW_PIECES - 2;
/** Two windows that follow each other share the rest of the first. */
const STEP = 0.6;

/** A stretch of a text as the transformer reads it. */
export interface PieceWindow {
	/** UTF-16 units of the text. */
	readonly from: number;
	readonly to: number;
	/** With the edges; `WINDOW_PIECES` at most. */
	readonly ids: readonly number[];
}

/** A text in windows of whole words. Empty for a text without words. `step`: share of a window after which the next begins. */
export function pieceWindows(pieces: WordPieces, text: string, step = STEP): PieceWindow[] {
	const words = [...pieces.words(text)];
	const windows: PieceWindow[] = [];
	for (let first = 0; first < words.length; ) {
		const last = endOf(words, first);
		const within = words.slice(first, last);
		const ids = [pieces.begin, ...within.flatMap((word) => word.ids).slice(0, MAX_PIECES), pieces.end];
		windows.push({ from: within[0]?.from ?? 0, to: within.at(-1)?.to ?? 0, ids });
		if (last === words.length) break;
		first += Math.max(1, Math.floor((last - first) * step));
	}
	return windows;
}

/** Index after the last word that fits into a window from `first` on; one word always does. */
function endOf(words: readonly PieceWord[], first: number): number {
	let count = 0;
	let at = first;
	while (at < words.length) {
		count += (words[at] as PieceWord).ids.length;
		if (count > MAX_PIECES && at > first) break;
		at++;
	}
	return at;
}
