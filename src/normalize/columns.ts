import type { NamedCell } from "./named-cell.ts";
import { packTexts, unpackTexts } from "./packed-texts.ts";
import { hasQuotes, isMark, isRow, mayBeHead, type Table, tableOf } from "./table-head.ts";
import type { Transducer, TransducerState } from "./transducer.ts";

const [LINE_FEED, BLANK, QUOTE, QUOTED_LINE] = [0x0a, 0x20, 0x22, 0x3e];
/** What the line between head and rows is drawn with. */
const RULE = new Set(Buffer.from(" \t\r-=+|:"));

/**
 * The cells of tables (Markdown, CSV, what databases print), each behind the name of its column as if that stood before it
 * (`SSN: 457555462`), where that says something, and nothing else: the head of a long table stands too far away from its rows.
 */
export class Columns implements Transducer {
	readonly #cell: NamedCell;
	#table: Table | undefined;
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

	constructor(cell: NamedCell, state?: TransducerState) {
		this.#cell = cell;
		if (state?.memory !== undefined) this.#restore(state.memory);
	}

	get undecidedFrom(): number {
		return this.#cell.undecidedFrom;
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
		this.#cell.end();
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
		const flags = [this.#mayBeHead, this.#isAtStart, this.#isRule, this.#isQuoted].map(Number);
		const texts = packTexts([this.#line, ...(this.#table?.names ?? [])]);
		return [this.#cell.state(), { memory: [...flags, this.#marks, this.#nameBytes, this.#table?.mark ?? 0, ...texts] }];
	}

	#restore(memory: readonly number[]): void {
		const [mayBeHead, isAtStart, isRule, isQuoted, marks = 0, nameBytes = 0, mark = 0, ...texts] = memory;
		this.#mayBeHead = mayBeHead === 1;
		this.#isAtStart = isAtStart === 1;
		this.#isRule = isRule === 1;
		this.#isQuoted = isQuoted === 1;
		this.#marks = marks;
		this.#nameBytes = nameBytes;
		const [line = "", ...names] = unpackTexts(texts);
		this.#line = line;
		if (mark !== 0) this.#table = { mark, names };
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
			this.#cell.end();
			this.#marks++;
			return;
		}
		const name = table.names[this.#marks] ?? "";
		if (this.#cell.isRead(name)) this.#cell.push(name, byte, from, to);
	}

	#endLine(): void {
		this.#cell.end();
		const goesOn = this.#table !== undefined && (isRow(this.#table, this.#marks) || (this.#isRule && !this.#isAtStart));
		if (!goesOn) this.#table = this.#mayBeHead ? tableOf(this.#line) : undefined;
		if (!goesOn) this.#cell.forgetNames();
		this.#line = "";
		this.#nameBytes = 0;
		this.#mayBeHead = true;
		this.#isAtStart = true;
		this.#isRule = true;
		this.#marks = 0;
		this.#isQuoted = false;
	}
}
