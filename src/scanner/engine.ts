/**
 * What a matching engine does for one text that arrives in pieces. Two engines implement it: Hyperscan with the
 * release-point automaton (`engine-hyperscan.ts`) and the slow reference (`engine-reference.ts`).
 *
 * The caller owns the bytes: `window[0, end)` holds the tail of the text, in place. All numbers are indices into
 * `window` unless the name says otherwise.
 */
export interface EngineStream {
	/**
	 * Scans the new bytes `window[newFrom, end)`.
	 * `heldFrom` (<= newFrom, except in the first scan of a stream that continues another's text) is the release index so far: no match that starts before it can still end.
	 * `window[0, heldFrom)` is left context (at least one byte unless the text begins at `heldFrom`).
	 * Every match `(pattern, from, to)` with `from >= heldFrom` that became decidable is added to `matches`,
	 * for every start of every end, in ascending `from` for one `(pattern, to)`. A trigger, whose bytes are never held,
	 * is reported when its last byte is read, once per end, wherever it starts.
	 * Returns the new release index: the smallest index >= heldFrom where a match could still begin.
	 */
	scan(window: Uint8Array, heldFrom: number, newFrom: number, end: number, matches: Matches): number;
	/** End of text: reports matches that only the end decides. The stream is closed afterwards. */
	finish(window: Uint8Array, heldFrom: number, end: number, matches: Matches): void;
	/** Frees native state; safe to call twice. */
	close(): void;
}

/** The numbers of all matches in one row: a text can have twelve a byte, too many for an object each. */
export class Matches {
	readonly #rows: ArrayLike<number>[] = [];

	get size(): number {
		return this.#rows.reduce((sum, { length }) => sum + length / 3, 0);
	}

	/** `pattern`: index of the distinct pattern (`distinctPatterns`). */
	add(pattern: number, from: number, to: number): void {
		this.#rows.push([pattern, from, to]);
	}

	/** Takes the same numbers of many, one after the other. */
	addRow(triples: ArrayLike<number>): void {
		this.#rows.push(triples);
	}

	forEach(take: (pattern: number, from: number, to: number) => void): void {
		for (const row of this.#rows)
			for (let i = 0; i < row.length; i += 3) take(row[i] as number, row[i + 1] as number, row[i + 2] as number);
	}
}

/** One compiled rule set, used by one thread. */
export interface Engine {
	openStream(): EngineStream;
	/** Bytes of the widest possible match; the hold never exceeds it. */
	readonly maxWidth: number;
}
