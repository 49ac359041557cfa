import { CharacterCodes } from "./character-codes.ts";
import { Columns } from "./columns.ts";
import { Compact } from "./compact.ts";
import { Decode } from "./decode.ts";
import { FIELD_READINGS } from "./fields.ts";
import { Fold } from "./fold.ts";
import { HexDump } from "./hex-dump.ts";
import { Hidden } from "./hidden.ts";
import { HtmlColumns } from "./html-columns.ts";
import { NamedCell } from "./named-cell.ts";
import { RowLists } from "./row-lists.ts";
import type { ShadowSink, Transducer, TransducerFactory, TransducerState } from "./transducer.ts";

export type ViewName = "folded" | "compact" | "decoded" | "columns" | "fields";

export interface View {
	readonly name: ViewName;
	readonly open: TransducerFactory;
	/** It writes only what it makes of parts of the text, each part for itself. */
	readonly isPartial: boolean;
	/** Each part is read behind what stands before it in the text: the word that says what `CNIC: MzQyMDEwODkxMjMxOA==` is. */
	readonly isLed?: true;
	/** Only JSON source has it (the arguments of a call), and it says nothing of what stands within one field: a finding goes over so many seams. */
	readonly leastSeams?: number;
}

/** Twice, so that an escape of an escape, or an escape of a look-alike, is read as well. */
const openFold: TransducerFactory = (sink, [first, second] = []) => {
	const again = new Fold(sink, second);
	// What the first reads as it stands the second reads as it stands: the same bytes are special to both.
	const fold = new Fold((byte, from, to) => again.push(byte, from, to), first);
	return new Chain(fold, again, fold);
};

const openCompact: TransducerFactory = (sink, [first, second, third] = []) => {
	const compact = new Compact(sink, third);
	const fold = openFold((byte, from, to) => compact.push(byte, from, to), first && second && [first, second]);
	return new Chain(fold, compact, compact);
};

const openDecoded: TransducerFactory = (sink, [first, second, third, ...rest] = []) => {
	const inner = new Fold(sink, rest.pop());
	const write: ShadowSink = (byte, from, to) => inner.push(byte, from, to);
	const decode = new Decode(write, third);
	const codes = new CharacterCodes(write, rest);
	const both = new Beside(decode, codes);
	const fold = openFold((byte, from, to) => both.push(byte, from, to), first && second && [first, second]);
	return new Chain(fold, new Chain(both, inner, both), both);
};

const openHidden: TransducerFactory = (sink, [dumped, character, run, second] = []) => {
	const inner = new Fold(sink, second);
	const write: ShadowSink = (byte, from, to) => inner.push(byte, from, to);
	const both = new Beside(new HexDump(write, dumped), new Hidden(write, character && run && [character, run]));
	return new Chain(both, inner, both);
};

/** The views in which a text is scanned beside the text itself. */
export const VIEWS: readonly View[] = [
	{ name: "folded", open: openFold, isPartial: false },
	{ name: "compact", open: openCompact, isPartial: false },
	{ name: "decoded", open: openDecoded, isPartial: true, isLed: true },
	{ name: "decoded", open: openHidden, isPartial: true, isLed: true },
	{
		name: "columns",
		open: (sink, [cell, state] = [], isTelling) => new Columns(new NamedCell(sink, isTelling, cell), state),
		isPartial: true,
	},
	{
		name: "columns",
		open: (sink, [cell, state] = [], isTelling) => new HtmlColumns(new NamedCell(sink, isTelling, cell), state),
		isPartial: true,
	},
	{
		name: "columns",
		open: (sink, [cell, state] = [], isTelling) => new RowLists(new NamedCell(sink, isTelling, cell), state),
		isPartial: true,
	},
	...FIELD_READINGS.map((reading) => ({ name: "fields", isPartial: false, ...reading }) as const),
];

/**
 * Two transducers as one, the first writing into the second; `skipper` knows which bytes are special to either. A class: an object
 * literal with a getter gets a hidden class of its own, which lives in the old generation and keeps the whole view alive with it.
 */
class Chain implements Transducer {
	readonly #first: Transducer;
	readonly #second: Transducer;
	readonly #skipper: Pick<Transducer, "skip">;

	constructor(first: Transducer, second: Transducer, skipper: Pick<Transducer, "skip">) {
		this.#first = first;
		this.#second = second;
		this.#skipper = skipper;
	}

	get undecidedFrom(): number {
		return Math.min(this.#first.undecidedFrom, this.#second.undecidedFrom);
	}

	push(byte: number, from: number, to: number): void {
		this.#first.push(byte, from, to);
	}

	finish(): void {
		this.#first.finish();
		this.#second.finish();
	}

	skip(window: Uint8Array, from: number, end: number): number {
		return this.#skipper.skip(window, from, end);
	}

	state(): TransducerState[] {
		return [...this.#first.state(), ...this.#second.state()];
	}
}

/** What is read beside another transducer. */
interface Peer extends Omit<Transducer, "skip"> {
	/** Index of the first of `window[from, end)` that must be pushed. */
	next(window: Uint8Array, from: number, end: number): number;
	/** Nothing of `window[from, at)` is pushed. */
	skipped?(window: Uint8Array, from: number, at: number): void;
}

/** Two that never write of one place: a run of a code is longer than what stands in a list of codes, and nothing in a dump is invisible. */
class Beside implements Transducer {
	readonly #first: Transducer;
	readonly #second: Peer;

	constructor(first: Transducer, second: Peer) {
		this.#first = first;
		this.#second = second;
	}

	get undecidedFrom(): number {
		return Math.min(this.#first.undecidedFrom, this.#second.undecidedFrom);
	}

	push(byte: number, from: number, to: number): void {
		this.#second.push(byte, from, to);
		this.#first.push(byte, from, to);
	}

	finish(): void {
		this.#second.finish();
		this.#first.finish();
	}

	skip(window: Uint8Array, from: number, end: number): number {
		const at = this.#first.skip(window, from, this.#second.next(window, from, end));
		this.#second.skipped?.(window, from, at);
		return at;
	}

	state(): TransducerState[] {
		return [...this.#first.state(), ...this.#second.state()];
	}
}
