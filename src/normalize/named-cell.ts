import { writeMargin } from "./margin.ts";
import type { IsTelling, ShadowSink, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

const SEPARATOR = ": ";
/** Bytes. A card's security code has three; shorter cells are not read. */
const LEAST_CELL = 3;
/** What stands before a cell, emphasis too. */
const BEFORE_CELL = new Set(Buffer.from(" \t\r\n*"));

/** A cell of a table, written behind the name of its column as if that stood before it (`SSN: 457555462`), where that says something. */
export class NamedCell {
	readonly #sink: ShadowSink;
	readonly #isTelling: IsTelling;
	/** The names of the table's columns that were asked about; most texts have no table. */
	#told: Map<string, boolean> | undefined;
	/** Its beginning. */
	readonly #begun: Undecided;
	/** It is written, up to here. */
	#isOpen: boolean;
	#end: number;

	constructor(sink: ShadowSink, isTelling: IsTelling = () => true, state?: TransducerState) {
		const [isOpen = 0, end = 0] = state?.memory ?? [];
		this.#sink = sink;
		this.#isTelling = isTelling;
		this.#begun = new Undecided(state);
		this.#isOpen = isOpen === 1;
		this.#end = end;
	}

	get undecidedFrom(): number {
		return this.#begun.from;
	}

	/** Whether cells of the column are written. `name`: one character for each byte. */
	isRead(name: string): boolean {
		this.#told ??= new Map();
		const told = this.#told.get(name) ?? (name !== "" && this.#isTelling(Buffer.from(name, "latin1").toString()));
		this.#told.set(name, told);
		return told;
	}

	/** The next byte of a cell of a column that is read. */
	push(name: string, byte: number, from: number, to: number): void {
		if (this.#isOpen) this.#write(byte, from, to);
		else if (this.#begun.length > 0 || !BEFORE_CELL.has(byte)) {
			this.#begun.push(byte, from, to);
			if (this.#begun.length === LEAST_CELL) this.#open(name);
		}
	}

	/** Nothing of what follows belongs to the cell. */
	end(): void {
		this.#begun.drop(this.#begun.length);
		if (this.#isOpen) writeMargin(this.#end, this.#sink);
		this.#isOpen = false;
	}

	/** Another table begins. */
	forgetNames(): void {
		this.#told = undefined;
	}

	state(): TransducerState {
		return this.#begun.state([Number(this.#isOpen), this.#end]);
	}

	#open(name: string): void {
		const { from } = this.#begun;
		for (const byte of Buffer.from(name + SEPARATOR, "latin1")) this.#sink(byte, from, from);
		this.#isOpen = true;
		this.#begun.drain((byte, first, last) => this.#write(byte, first, last));
	}

	#write(byte: number, from: number, to: number): void {
		this.#sink(byte, from, to);
		this.#end = to;
	}
}
