/** What stands between the cells of a table, in the order in which it is looked for, and what its columns are called, one character for each byte; empty where a column has no name. */
export interface Table {
	readonly mark: number;
	readonly names: readonly string[];
}

const [BAR, TAB, SEMICOLON, COMMA] = [0x7c, 0x09, 0x3b, 0x2c];
const MARKS = [BAR, TAB, SEMICOLON, COMMA];
/** The line with the head of a table, and the name of a column. Bytes. */
const LONGEST_HEAD = 512;
export const LONGEST_NAME = 40;
/** Begins with a letter; emphasis and quotes are around it. */
const NAME = /^[A-Za-z\x80-\xff]/;
const AROUND = /^[ \r*_`"']+|[ \r*_`"']+$/g;

/** Whether the head of a table may have this byte. What programs are written with it has not. */
const IN_HEAD = new Uint8Array(256).fill(1, 0x80);
for (const byte of Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 \r\t|;,.:_-/#&%$'\"`*()?+"))
	IN_HEAD[byte] = 1;

/** Whether a line that has come so far may be the head of a table; `name`: bytes of its last cell. */
export function mayBeHead(byte: number, length: number, name: number): boolean {
	return IN_HEAD[byte] === 1 && length < LONGEST_HEAD && name <= LONGEST_NAME;
}

/** Whether any table has this between its cells. */
export function isMark(byte: number): boolean {
	return byte === BAR || byte === TAB || byte === SEMICOLON || byte === COMMA;
}

/** Whether cells of a table may be in quotes, where marks are part of them: of one with bars they are not. */
export function hasQuotes({ mark }: Table): boolean {
	return mark !== BAR;
}

/** Whether a table goes on behind a line with so many marks: where bars part the cells, one is enough. */
export function isRow({ mark, names }: Table, marks: number): boolean {
	return mark === BAR ? marks > 0 : marks === names.length - 1;
}

/** How a dump of PostgreSQL begins a table. */
const COPY = /^COPY [\w."]+ \(([\w", ]+)\) FROM stdin;\r?$/;

/** The table of which a line is the head; undefined: of none. One character for each byte. */
export function tableOf(line: string): Table | undefined {
	const copied = COPY.exec(line)?.[1];
	if (copied !== undefined) return { mark: TAB, names: copied.split(",").map(columnName) };
	const mark = MARKS.find((one) => line.includes(String.fromCharCode(one)));
	if (mark === undefined) return undefined;
	const cells = line.split(String.fromCharCode(mark)).map((cell) => cell.replace(AROUND, ""));
	const names = cells.map(columnName);
	// Between bars anything may stand, also a number.
	const areNames = mark === BAR || cells.every((cell, i) => cell === names[i]);
	return areNames && names.some((name) => name !== "") ? { mark, names } : undefined;
}

/** What a column is called whose head is `cell`; empty: nothing. */
export function columnName(cell: string): string {
	const name = cell.replace(AROUND, "");
	return NAME.test(name) && name.length <= LONGEST_NAME ? name : "";
}
