import type { NamedCell } from "./named-cell.ts";
import { packTexts, unpackTexts } from "./packed-texts.ts";
import { columnName, LONGEST_NAME } from "./table-head.ts";
import type { Transducer, TransducerState } from "./transducer.ts";

const [LESS, MORE, SLASH] = [0x3c, 0x3e, 0x2f];
const BLANKS = new Set(Buffer.from(" \t\r\n"));
/** Bytes of a tag's name that tell it from others. */
const LONGEST_TAG = 8;
/** More have no name. */
const MOST_COLUMNS = 32;
/** What is read: text, the name of a tag, or the rest of one. */
const [TEXT, TAG, REST] = [0, 1, 2];

/**
 * The cells of HTML tables, each behind the name of its column, as `Columns` reads those of others. The first row of a table has the names,
 * whichever tags its cells have, or the second below a title. What stands between two tags of a cell (a line, what is bold) is a cell of its own.
 */
export class HtmlColumns implements Transducer {
	readonly #cell: NamedCell;
	#reads = TEXT;
	#tag = "";
	/** Of the table at hand; empty before its first row. */
	#names: string[] = [];
	/** The row at hand has the names. */
	#isHead = false;
	/** Rows that have begun below the one with the names, counted to two. */
	#below = 0;
	/** Of the cell at hand, from 0. */
	#column = -1;
	#isInCell = false;
	/** The name at hand, a byte longer than any at most. */
	#name = "";

	constructor(cell: NamedCell, state?: TransducerState) {
		this.#cell = cell;
		if (state?.memory === undefined) return;
		const [reads = TEXT, isHead, isInCell, column = -1, below = 0, ...texts] = state.memory;
		this.#reads = reads;
		this.#isHead = isHead === 1;
		this.#isInCell = isInCell === 1;
		this.#column = column;
		this.#below = below;
		[this.#tag = "", this.#name = "", ...this.#names] = unpackTexts(texts);
	}

	get undecidedFrom(): number {
		return this.#cell.undecidedFrom;
	}

	push(byte: number, from: number, to: number): void {
		if (this.#reads === REST) {
			if (byte === MORE) this.#endTag();
		} else if (this.#reads === TAG) this.#readTag(byte, from, to);
		else if (byte === LESS) this.#beginTag();
		else if (this.#isInCell) this.#readCell(byte, from, to);
	}

	finish(): void {
		this.#cell.end();
	}

	skip(window: Uint8Array, from: number, end: number): number {
		if (this.#reads === TAG || (this.#reads === TEXT && this.#isInCell && (this.#hasName || this.#cell.isRead(this.#columnName))))
			return from;
		const stop = this.#reads === REST ? MORE : LESS;
		let at = from;
		while (at < end && window[at] !== stop) at++;
		return at;
	}

	state(): TransducerState[] {
		const memory = [this.#reads, Number(this.#isHead), Number(this.#isInCell), this.#column, this.#below];
		return [this.#cell.state(), { memory: [...memory, ...packTexts([this.#tag, this.#name, ...this.#names])] }];
	}

	get #columnName(): string {
		return this.#names[this.#column] ?? "";
	}

	/** What stands in the cell at hand is the name of a column, or may be: below a row with one cell, which may be a title. */
	get #hasName(): boolean {
		return this.#isHead || (this.#column === 0 && this.#isBelowOne);
	}

	get #isBelowOne(): boolean {
		return this.#names.length === 1 && this.#below === 1;
	}

	#readCell(byte: number, from: number, to: number): void {
		if (!this.#isHead && this.#cell.isRead(this.#columnName)) this.#cell.push(this.#columnName, byte, from, to);
		if (!this.#hasName) return;
		if (!BLANKS.has(byte)) {
			if (this.#name.length <= LONGEST_NAME) this.#name += String.fromCharCode(byte);
		} else if (this.#name !== "" && !this.#name.endsWith(" ")) this.#name += " ";
	}

	#beginTag(): void {
		this.#cell.end();
		this.#reads = TAG;
		this.#tag = "";
	}

	#readTag(byte: number, from: number, to: number): void {
		const isLetter = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
		if (byte === MORE && this.#tag !== "") this.#endTag();
		else if (isLetter || (byte === SLASH && this.#tag === "")) {
			if (this.#tag.length < LONGEST_TAG) this.#tag += String.fromCharCode(byte).toLowerCase();
		} else if (this.#tag !== "") this.#reads = REST;
		else {
			// A sign of less.
			this.#reads = TEXT;
			this.push(byte, from, to);
		}
	}

	#endTag(): void {
		this.#reads = TEXT;
		const isEnd = this.#tag.startsWith("/");
		const element = isEnd ? this.#tag.slice(1) : this.#tag;
		if (element === "td" || element === "th") {
			if (!isEnd && this.#column === 0 && this.#isBelowOne) this.#beginHeadBelowTitle();
			this.#endName();
			this.#isInCell = !isEnd;
			if (!isEnd) this.#column++;
		} else if (element === "tr" || element === "table") {
			this.#endName();
			this.#name = "";
			this.#isInCell = false;
			this.#column = -1;
			if (element === "table") this.#forgetTable();
			else if (!isEnd && this.#names.length > 0 && this.#below < 2) this.#below++;
			this.#isHead = element === "tr" && !isEnd && this.#names.length === 0;
		}
	}

	/** A second cell begins in the row below a single one: that was a title. */
	#beginHeadBelowTitle(): void {
		this.#forgetTable();
		this.#isHead = true;
		this.#isInCell = true;
	}

	#forgetTable(): void {
		this.#names = [];
		this.#below = 0;
		this.#cell.forgetNames();
	}

	#endName(): void {
		if (!this.#isHead && this.#hasName) return;
		if (this.#isHead && this.#isInCell && this.#column < MOST_COLUMNS)
			this.#names[this.#column] = this.#name.length <= LONGEST_NAME ? columnName(this.#name) : "";
		this.#name = "";
	}
}
