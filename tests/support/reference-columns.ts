import type { IsTelling } from "../../src/normalize/transducer.ts";
import { margin } from "./reference-decoding.ts";
import type { Char } from "./reference-views.ts";

/** One character of the text with its place in a line. */
interface Line {
	readonly chars: readonly Char[];
	readonly text: string;
}

/** All lines but for the marks of a quotation before them. */
function linesOf(text: readonly Char[]): Line[] {
	const lines: Char[][] = [[]];
	for (const char of text) {
		if (char.char === "\n") lines.push([]);
		else lines.at(-1)?.push(char);
	}
	return lines.map((line) => {
		const chars = line.slice(line.findIndex(({ char }) => !/[ >]/.test(char)));
		return /[^ >]/.test(line.map(({ char }) => char).join(""))
			? { chars, text: chars.map(({ char }) => char).join("") }
			: { chars: [], text: "" };
	});
}

const plain = (cell: string): string => cell.replace(/^[ \r*_`"']+|[ \r*_`"']+$/g, "");
const isName = (cell: string): boolean => /^[A-Za-z\x80-\u{10ffff}]/u.test(cell) && Buffer.byteLength(cell) <= 40;

/** What parts the cells of a table and the names of its columns, if a line is a head. */
function headOf(line: string): readonly [mark: string, names: readonly string[]] | undefined {
	if (!/^[A-Za-z0-9\x80-\u{10ffff} \r\t|;,.:_\-/#&%$'"`*()?+]*$/u.test(line)) return undefined;
	if (Buffer.byteLength(line) > 512 || line.split(/[|\t;,]/).some((cell) => Buffer.byteLength(cell) > 40)) return undefined;
	const copied = /^COPY [A-Za-z0-9_."]+ \(([A-Za-z0-9_", ]+)\) FROM stdin;\r?$/.exec(line)?.[1];
	if (copied !== undefined) return ["\t", copied.split(",").map((cell) => (isName(plain(cell)) ? plain(cell) : ""))];
	const mark = ["|", "\t", ";", ","].find((one) => line.includes(one));
	if (mark === undefined) return undefined;
	const cells = line.split(mark).map(plain);
	if (mark !== "|" && !cells.every((cell) => cell === "" || isName(cell))) return undefined;
	return cells.some(isName) ? [mark, cells.map((cell) => (isName(cell) ? cell : ""))] : undefined;
}

/** The cells of a row. What stands in quotes is one, but between bars. */
function cellsOf({ chars }: Line, mark: string): Char[][] {
	const cells: Char[][] = [[]];
	let quotes = 0;
	for (const char of chars) {
		if (char.char === '"' && mark !== "|") quotes++;
		if (char.char === mark && quotes % 2 === 0) cells.push([]);
		else cells.at(-1)?.push(char);
	}
	return cells;
}

/** A cell behind the name of its column; nothing of one that is too short. */
export function namedCell(cell: readonly Char[], name: string): Char[] {
	const from = cell.findIndex(({ char }) => !/[ \t\r\n*]/.test(char));
	const value = from < 0 ? [] : cell.slice(from);
	const [first, last] = [value[0], value.at(-1)];
	if (first === undefined || last === undefined || Buffer.byteLength(value.map(({ char }) => char).join("")) < 3) return [];
	return [...[...`${name}: `].map((char) => ({ char, from: first.from, to: first.from })), ...value, ...margin(last.to)];
}

/** The cells of tables, each behind the name of its column, where that says something. */
export function columns(text: readonly Char[], isTelling: IsTelling = () => true): Char[] {
	const out: Char[] = [];
	let head: ReturnType<typeof headOf>;
	for (const line of linesOf(text)) {
		if (head === undefined) {
			head = headOf(line.text);
			continue;
		}
		const [mark, names] = head;
		const cells = cellsOf(line, mark);
		for (const [i, name] of names.entries()) if (name !== "" && isTelling(name)) out.push(...namedCell(cells[i] ?? [], name));
		const isRow = mark === "|" ? cells.length > 1 : cells.length === names.length;
		const isRule = line.text !== "" && /^[ \t\r=+|:-]*$/.test(line.text);
		if (!isRow && !isRule) head = headOf(line.text);
	}
	return out;
}

interface Token {
	/** Of the element that begins (`td`) or ends (`/td`); nothing for text and other tags. */
	readonly tag: string;
	readonly chars: readonly Char[];
}

/** Tags, and the text between them. A sign of less is what it is, but parts a text. */
function tokensOf(text: readonly Char[]): Token[] {
	const source = text.map(({ char }) => (char.length === 1 ? char : "\uffff")).join("");
	const tokens: Token[] = [];
	let from = 0;
	for (const { 0: whole, 1: tag = "", index } of source.matchAll(/<(?:([A-Za-z/][^>]*)(?:>|$))?/g)) {
		tokens.push({ tag: "", chars: text.slice(from, index) });
		if (whole.endsWith(">")) tokens.push({ tag: (/^\/?[a-z]*/i.exec(tag) as RegExpExecArray)[0].toLowerCase(), chars: [] });
		from = index + whole.length;
	}
	return [...tokens, { tag: "", chars: text.slice(from) }];
}

interface HtmlTable {
	names: readonly string[];
	/** The cells of the first row so far, if that is at hand. */
	head: string[] | undefined;
	/** Text of the first cell of the row below a single one, which is a title if another cell follows. */
	belowTitle: string | undefined;
	rows: number;
	cell: number;
	isInCell: boolean;
}

function readTag(table: HtmlTable, tag: string): void {
	const isCell = tag === "td" || tag === "th";
	if (/^\/?(?:td|th|tr|table)$/.test(tag)) table.isInCell = isCell;
	if (isCell && table.cell === 0 && table.belowTitle !== undefined) {
		table.head = [table.belowTitle];
		table.names = [];
		table.rows = 0;
		table.belowTitle = undefined;
	}
	if (isCell) table.cell++;
	if (isCell) table.head?.push("");
	if (!/^\/?(?:tr|table)$/.test(tag)) return;
	table.names = tag.endsWith("table") ? [] : (table.head?.slice(0, 32).map(headName) ?? table.names);
	table.head = tag === "tr" && table.names.length === 0 ? [] : undefined;
	if (tag === "tr" && table.names.length > 0) table.rows++;
	if (tag.endsWith("table")) table.rows = 0;
	table.belowTitle = tag === "tr" && table.names.length === 1 && table.rows === 1 ? "" : undefined;
	table.cell = -1;
}

/** The cells of HTML tables, likewise. */
export function htmlColumns(text: readonly Char[], isTelling: IsTelling = () => true): Char[] {
	const out: Char[] = [];
	const table: HtmlTable = { names: [], head: undefined, belowTitle: undefined, rows: 0, cell: -1, isInCell: false };
	for (const { tag, chars } of tokensOf(text)) {
		readTag(table, tag);
		if (!table.isInCell) continue;
		const name = table.names[table.cell] ?? "";
		if (table.cell === 0 && table.belowTitle !== undefined) table.belowTitle += chars.map(({ char }) => char).join("");
		if (table.head !== undefined) table.head[table.cell] += chars.map(({ char }) => char).join("");
		else if (name !== "" && isTelling(name)) out.push(...namedCell(chars, name));
	}
	return out;
}

function headName(text: string): string {
	const name = text.replace(/[ \t\r\n]+/g, " ").trimStart();
	return Buffer.byteLength(name) <= 40 && isName(plain(name)) ? plain(name) : "";
}
