import { writeMargin } from "./margin.ts";
import { hasQuotes, isMark, isRow, mayBeHead, type Table, tableOf } from "./table-head.ts";
import type { IsTelling, ShadowSink, Transducer, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

const [LINE_FEED, BLANK, QUOTE, QUOTED_LINE] = [0x0a, 0x20, 0x22, 0x3e];
const SEPARATOR = ": ";
/** Bytes. A card's security code has three; shorter cells are not read. */
const LEAST_CELL = 3;
/** What stands before a cell, emphasis too. */
const BEFORE_CELL = new Set(Buffer.from(" \t\r*"));
/** What the line between head and rows is drawn with. */
const RULE = new Set(Buffer.from(" \t\r-=+|:"));

/**
 * The cells of tables (Markdown, CSV, what databases print), each behind the name of its column as if that stood before it
 * (`SSN: 457555462`), where that says something, and nothing else: the head of a long table stands too far away from its rows.
 */
export class Columns implements Transducer {
	readonly #sink: ShadowSink;
	/** The beginning of a cell. */
	readonly #cell: Undecided;
	#table: Table | undefined;
	readonly #isTelling: IsTelling;
	/** The names of its columns that were asked about. */
	readonly #told = new Map<string, boolean>();
	/** The line at hand while it may be the head of a table, and bytes of its last cell. */
	#line = "";
	#nameBytes = 0;
	#mayBeHead = true;
	/** Nothing of the line was read but blanks and marks of a quotation. */
	#isAtStart = true;
	#isRule = true;
	/** Marks between cells in the line. */
	#marks = 0;
	#isQuoted = false;
	/** The cell at hand is written, up to here. */
	#isOpen = false;
	#end = 0;

	constructor(sink: ShadowSink, state?: TransducerState, isTelling: IsTelling = () => true) {
		this.#sink = sink;
		this.#isTelling = isTelling;
		this.#cell = new Undecided(state);
		if (state?.memory !== undefined) this.#restore(state.memory);
	}

	get undecidedFrom(): number {
		return this.#cell.from;
	}

	push(byte: number, from: number, to: number): void {
		if (byte === LINE_FEED) this.#endLine();
		else if (!this.#isAtStart || (byte !== BLANK && byte !== QUOTED_LINE)) {
			this.#isAtStart = false;
			this.#readHead(byte);
			if (this.#table !== undefined) this.#readRow(this.#table, byte, from, to);
		}
	}

	finish(): void {
		this.#endCell();
	}

	skip(window: Uint8Array, from: number, end: number): number {
		let at = from;
		while (at < end && this.#table === undefined) {
			if (!this.#mayBeHead) while (at < end && window[at] !== LINE_FEED) at++;
			if (at < end) this.push(window[at] as number, at, ++at);
		}
		return at;
	}

	state(): TransducerState[] {
		const flags = [this.#mayBeHead, this.#isAtStart, this.#isRule, this.#isQuoted, this.#isOpen].map(Number);
		const texts = [this.#line, ...(this.#table?.names ?? [])].map((text) => [text.length, ...Buffer.from(text, "latin1")]);
		return [this.#cell.state([...flags, this.#marks, this.#end, this.#nameBytes, this.#table?.mark ?? 0, ...texts.flat()])];
	}

	#restore(memory: readonly number[]): void {
		const [mayBeHead, isAtStart, isRule, isQuoted, isOpen, marks = 0, end = 0, nameBytes = 0, mark = 0, ...rest] = memory;
		this.#mayBeHead = mayBeHead === 1;
		this.#isAtStart = isAtStart === 1;
		this.#isRule = isRule === 1;
		this.#isQuoted = isQuoted === 1;
		this.#isOpen = isOpen === 1;
		this.#marks = marks;
		this.#end = end;
		this.#nameBytes = nameBytes;
		const texts: string[] = [];
		while (rest.length > 0) texts.push(String.fromCharCode(...rest.splice(0, 1 + (rest[0] as number)).slice(1)));
		this.#line = texts[0] ?? "";
		if (mark !== 0) this.#table = { mark, names: texts.slice(1) };
	}

	#readHead(byte: number): void {
		if (!this.#mayBeHead) return;
		this.#nameBytes = isMark(byte) ? 0 : this.#nameBytes + 1;
		this.#mayBeHead = mayBeHead(byte, this.#line.length, this.#nameBytes);
		this.#line = this.#mayBeHead ? this.#line + String.fromCharCode(byte) : "";
	}

	#readRow(table: Table, byte: number, from: number, to: number): void {
		this.#isRule &&= RULE.has(byte);
		if (byte === QUOTE && hasQuotes(table)) this.#isQuoted = !this.#isQuoted;
		if (byte === table.mark && !this.#isQuoted) {
			this.#endCell();
			this.#marks++;
			return;
		}
		const name = table.names[this.#marks] ?? "";
		if (!this.#tells(name)) return;
		if (this.#isOpen) this.#write(byte, from, to);
		else if (this.#cell.length > 0 || !BEFORE_CELL.has(byte)) {
			this.#cell.push(byte, from, to);
			if (this.#cell.length === LEAST_CELL) this.#openCell(name);
		}
	}

	#tells(name: string): boolean {
		const told = this.#told.get(name) ?? (name !== "" && this.#isTelling(Buffer.from(name, "latin1").toString()));
		this.#told.set(name, told);
		return told;
	}

	#openCell(name: string): void {
		const { from } = this.#cell;
		for (const byte of Buffer.from(name + SEPARATOR, "latin1")) this.#sink(byte, from, from);
		this.#isOpen = true;
		this.#cell.drain((byte, first, last) => this.#write(byte, first, last));
	}

	#write(byte: number, from: number, to: number): void {
		this.#sink(byte, from, to);
		this.#end = to;
	}

	#endCell(): void {
		this.#cell.drop(this.#cell.length);
		if (this.#isOpen) writeMargin(this.#end, this.#sink);
		this.#isOpen = false;
	}

	#endLine(): void {
		this.#endCell();
		const goesOn = this.#table !== undefined && (isRow(this.#table, this.#marks) || (this.#isRule && !this.#isAtStart));
		if (!goesOn) this.#table = this.#mayBeHead ? tableOf(this.#line) : undefined;
		if (!goesOn) this.#told.clear();
		this.#line = "";
		this.#nameBytes = 0;
		this.#mayBeHead = true;
		this.#isAtStart = true;
		this.#isRule = true;
		this.#marks = 0;
		this.#isQuoted = false;
	}
}
