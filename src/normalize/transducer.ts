/**
 * Takes one byte of a shadow text and the span `[from, to)` of original offsets that it stands for. Bytes of the
 * original that no shadow byte stands for were left out by the view.
 */
export type ShadowSink = (byte: number, from: number, to: number) => void;

/** Plain data: what a transducer has read and not yet decided. It is packed with every checkpoint, so what is empty is not there. */
export interface TransducerState {
	readonly undecided?: { readonly bytes: readonly number[]; readonly from: readonly number[]; readonly to: readonly number[] };
	/** Small integers that only the transducer understands. */
	readonly memory?: readonly number[];
}

/**
 * Reads a text byte by byte and writes its shadow into the sink that it was made with. Deterministic: what is written
 * after n bytes depends on these n bytes only, so no chunk border can matter. What it holds undecided is bounded.
 */
export interface Transducer {
	/** Reads the next byte, which stands for `[from, to)` of the original. */
	push(byte: number, from: number, to: number): void;
	/** End of the text: what is undecided is read as it stands. */
	finish(): void;
	/**
	 * The transducer must have nothing undecided. Index of the first of `window[from, end)` that must be pushed: every
	 * byte before it stands for itself, so it is neither pushed nor written.
	 */
	skip(window: Uint8Array, from: number, end: number): number;
	/** Original offset of the first byte that is not decided yet, Infinity when all are. */
	readonly undecidedFrom: number;
	state(): TransducerState[];
}

/** Whether the name of a column says something of what stands in it. */
export type IsTelling = (name: string) => boolean;

/** Makes a transducer that writes into `sink`; goes on from `states` (one for each part of a chain). */
export type TransducerFactory = (sink: ShadowSink, states?: readonly TransducerState[], isTelling?: IsTelling) => Transducer;
