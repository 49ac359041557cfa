import type { Token } from "./token-text.ts";
import type { WordPieces } from "./word-pieces.ts";

/** Pieces that the names encoder reads at once, its two edges among them. */
export const TOKEN_WINDOW = 256;
const MAX_PIECES = TOKEN_WINDOW - 2;
/** The first pieces of a token say enough: an address of the net has a hundred. */
const MAX_TOKEN_PIECES = 8;
/** Two windows that follow each other share so many pieces at least, so that no token is read at an edge only. */
const SHARED_PIECES = 64;

/** How a token is written: the pieces are in small letters. 0 is an edge. */
const LETTERS = { small: 1, capital: 2, capitals: 3, initial: 4, mixed: 5, digits: 6, code: 7, sign: 8 } as const;
/** Added where a token begins a line. */
const BEGINS_LINE = 8;

/** Tokens in a row, as the encoder reads them. */
export interface TokenWindow {
	/** The pieces, with the edges, and how the token of each is written. */
	readonly ids: readonly number[];
	readonly shapes: readonly number[];
	/** Tokens whose labels are taken from this window. The windows' ranges make up the text. */
	readonly from: number;
	readonly to: number;
	/** Index of the first piece of each of them. */
	readonly at: readonly number[];
}

interface PieceToken {
	readonly ids: readonly number[];
	readonly shape: number;
}

/** All tokens of a text in windows. Every token is taken from the window in which it is farther from an edge. */
export function tokenWindows(pieces: WordPieces, tokens: readonly Token[]): TokenWindow[] {
	const read = tokens.map((token) => ({ ids: pieces.of(token.text).slice(0, MAX_TOKEN_PIECES), shape: shapeOf(token) }));
	const ranges: { first: number; last: number }[] = [];
	for (let first = 0; first < read.length; ) {
		const last = endOf(read, first);
		ranges.push({ first, last });
		if (last === read.length) break;
		first = Math.max(first + 1, backFrom(read, last));
	}
	return ranges.map(({ first, last }, i) => {
		const from = i === 0 ? 0 : middle(first, ranges[i - 1]?.last as number);
		const to = i === ranges.length - 1 ? read.length : middle(ranges[i + 1]?.first as number, last);
		return windowOf(pieces, read, { first, last, from, to });
	});
}

const middle = (from: number, to: number): number => (from + to) >> 1;

function windowOf(
	pieces: WordPieces,
	read: readonly PieceToken[],
	{ first, last, from, to }: { first: number; last: number; from: number; to: number },
): TokenWindow {
	const ids = [pieces.begin];
	const shapes = [0];
	const at: number[] = [];
	for (let i = first; i < last; i++) {
		const token = read[i] as PieceToken;
		if (i >= from && i < to) at.push(ids.length);
		for (const id of token.ids) {
			ids.push(id);
			shapes.push(token.shape);
		}
	}
	return { ids: [...ids, pieces.end], shapes: [...shapes, 0], from, to, at };
}

/** Index behind the last token that fits into a window from `first` on. */
function endOf(read: readonly PieceToken[], first: number): number {
	let count = 0;
	let at = first;
	while (at < read.length) {
		count += (read[at] as PieceToken).ids.length;
		if (count > MAX_PIECES) break;
		at++;
	}
	return at;
}

/** Where the next window begins, to share enough with one that ends at `last`. */
function backFrom(read: readonly PieceToken[], last: number): number {
	let count = 0;
	let at = last;
	while (at > 0 && count < SHARED_PIECES) count += (read[--at] as PieceToken).ids.length;
	return at;
}

function shapeOf({ text, beginsLine }: Token): number {
	return LETTERS[lettersOf(text)] + (beginsLine ? BEGINS_LINE : 0);
}

function lettersOf(text: string): keyof typeof LETTERS {
	if (/^\p{N}+$/u.test(text)) return "digits";
	if (/\p{N}/u.test(text)) return "code";
	if (!/\p{L}/u.test(text)) return "sign";
	if (!/\p{Lu}/u.test(text)) return "small";
	if (/^\p{Lu}$/u.test(text)) return "initial";
	if (!/\p{Ll}/u.test(text)) return "capitals";
	return /^\p{Lu}[^\p{Lu}]*$/u.test(text) ? "capital" : "mixed";
}
