import {
	beginsGap,
	isBracketOrQuote,
	isInList,
	LONGEST_GAP,
	LONGEST_LIST,
	leadsToRow,
	listOf,
	mayLead,
	type NameList,
} from "./list-head.ts";
import type { NamedCell } from "./named-cell.ts";
import { packTexts, unpackTexts } from "./packed-texts.ts";
import type { Transducer, TransducerState } from "./transducer.ts";

const [ROUND, ROUND_END, SQUARE, SQUARE_END, CURLY, CURLY_END] = [0x28, 0x29, 0x5b, 0x5d, 0x7b, 0x7d];
const [COMMA, BACKSLASH] = [0x2c, 0x5c];
const QUOTES = new Set(Buffer.from("\"'`"));
const BLANKS = new Set(Buffer.from(" \t\r\n"));
/** What is read: anything, a list that may have the names, what stands behind one or behind a row, a row. */
const [ANYTHING, LIST, GAP, ROW] = [0, 1, 2, 3];

/**
 * The items of lists that stand behind a list of names, each behind its name, as `Columns` reads cells: `(name, ssn) VALUES ('Ann', …), (…)` of SQL,
 * also with the values of a prepared statement; `"columns": ["name", "ssn"], "rows": [["Ann", …], …]`; rows of which the first has the names.
 */
export class RowLists implements Transducer {
	readonly #cell: NamedCell;
	#reads = ANYTHING;
	/** What began the list of names, or what may be one. */
	#opener = 0;
	/** Of the list or of the gap at hand. */
	#text = "";
	#list: NameList = { names: [], isQuoted: false };
	#hasRows = false;
	/** Of the item at hand, from 0; of a list of names the bytes of the item, without blanks. */
	#column = 0;
	/** The row has begun with more than brackets. */
	#isBegun = false;
	/** Brackets that are open within the item. */
	#depth = 0;
	/** That ends the string at hand; 0 outside of one. */
	#quote = 0;
	/** The last byte was a backslash in a string. */
	#isEscaped = false;

	constructor(cell: NamedCell, state?: TransducerState) {
		this.#cell = cell;
		if (state?.memory === undefined) return;
		const [reads = 0, opener = 0, isQuoted, hasRows, column = 0, isBegun, depth = 0, quote = 0, isEscaped, ...texts] = state.memory;
		const [text = "", ...names] = unpackTexts(texts);
		[this.#reads, this.#opener, this.#column, this.#depth, this.#quote] = [reads, opener, column, depth, quote];
		this.#text = text;
		this.#list = { names, isQuoted: isQuoted === 1 };
		this.#hasRows = hasRows === 1;
		this.#isBegun = isBegun === 1;
		this.#isEscaped = isEscaped === 1;
	}

	get undecidedFrom(): number {
		return this.#cell.undecidedFrom;
	}

	push(byte: number, from: number, to: number): void {
		if (this.#reads === ROW) this.#readRow(byte, from, to);
		else if (this.#reads === GAP) this.#readGap(byte);
		else if (this.#reads === LIST) this.#readList(byte);
		else if (byte === ROUND || byte === SQUARE) this.#beginList(byte);
	}

	finish(): void {
		this.#cell.end();
	}

	skip(window: Uint8Array, from: number, end: number): number {
		let at = from;
		if (this.#reads === ANYTHING) while (at < end && window[at] !== ROUND && window[at] !== SQUARE) at++;
		return at;
	}

	state(): TransducerState[] {
		const { names, isQuoted } = this.#list;
		const list = [this.#reads, this.#opener, Number(isQuoted), Number(this.#hasRows)];
		const row = [this.#column, Number(this.#isBegun), this.#depth, this.#quote, Number(this.#isEscaped)];
		return [this.#cell.state(), { memory: [...list, ...row, ...packTexts([this.#text, ...names])] }];
	}

	#beginList(opener: number): void {
		this.#reads = LIST;
		this.#opener = opener;
		this.#text = "";
		this.#column = 0;
	}

	#readList(byte: number): void {
		if (!isBracketOrQuote(byte)) this.#readItem(byte);
		else if (byte === (this.#opener === ROUND ? ROUND_END : SQUARE_END)) this.#endList();
		else if (byte === ROUND) this.#beginList(ROUND);
		else if (this.#opener === ROUND && this.#text.endsWith("[")) {
			// No name in quotes is `["…"` or `[[`.
			this.#beginList(SQUARE);
			if (byte !== SQUARE) this.#readItem(byte);
		} else if (byte === SQUARE && this.#opener === SQUARE) this.#beginList(SQUARE);
		else this.#readItem(byte);
	}

	#readItem(byte: number): void {
		const isBlank = BLANKS.has(byte);
		if (byte === COMMA) this.#column = 0;
		else if (!isBlank) this.#column++;
		if (this.#text.length < LONGEST_LIST && (isBlank || isInList(byte, this.#column))) this.#take(byte);
		else if (byte === SQUARE) this.#beginList(SQUARE);
		else this.#reads = ANYTHING;
	}

	/** One blank for several. */
	#take(byte: number): void {
		const isBlank = BLANKS.has(byte);
		if (!isBlank || !this.#text.endsWith(" ")) this.#text += isBlank ? " " : String.fromCharCode(byte);
	}

	#endList(): void {
		const list = listOf(this.#text);
		this.#text = "";
		this.#reads = list === undefined ? ANYTHING : GAP;
		if (list === undefined) return;
		this.#list = list;
		this.#hasRows = false;
		this.#cell.forgetNames();
	}

	#readGap(byte: number): void {
		const isOpener = byte === ROUND || byte === SQUARE;
		if (isOpener && leadsToRow(this.#text, this.#list, this.#hasRows)) this.#beginRow();
		else if (isOpener) this.#beginList(byte);
		else if (this.#text.length < LONGEST_GAP && this.#isInGap(byte)) this.#take(byte);
		else this.#reads = ANYTHING;
	}

	#isInGap(byte: number): boolean {
		const isWords = !this.#hasRows && !this.#list.isQuoted;
		const isBlank = BLANKS.has(byte);
		if (this.#text === "" || this.#text === " ") return isBlank || beginsGap(byte, isWords);
		return !isWords || !isBlank || mayLead(this.#text);
	}

	#beginRow(): void {
		this.#reads = ROW;
		this.#text = "";
		this.#hasRows = true;
		this.#column = 0;
		this.#isBegun = false;
		this.#depth = 0;
		this.#quote = 0;
		this.#isEscaped = false;
	}

	#readRow(byte: number, from: number, to: number): void {
		if (this.#quote !== 0) this.#readString(byte);
		else if (QUOTES.has(byte)) {
			// What stands before a string is no value (`N'…'`, `CAST('…' AS …)`); behind two quotes, which are one, the rest is another.
			this.#cell.end();
			this.#quote = byte;
		} else if (byte === ROUND || byte === SQUARE || byte === CURLY) {
			if (!this.#isBegun) return;
			this.#depth++;
		} else if (byte === ROUND_END || byte === SQUARE_END || byte === CURLY_END) {
			if (this.#depth-- === 0) return this.#endRow();
		} else if (byte === COMMA && this.#depth === 0) {
			this.#cell.end();
			this.#column++;
			this.#isBegun = true;
			return;
		}
		this.#isBegun ||= !BLANKS.has(byte);
		const name = this.#list.names[this.#column] ?? "";
		if (this.#cell.isRead(name)) this.#cell.push(name, byte, from, to);
	}

	#readString(byte: number): void {
		const isEscaped = this.#isEscaped;
		this.#isEscaped = byte === BACKSLASH && !isEscaped;
		if (byte === this.#quote && !isEscaped) this.#quote = 0;
	}

	#endRow(): void {
		this.#cell.end();
		this.#reads = GAP;
	}
}
