/** The names of a list, one character for each byte. */
export interface NameList {
	readonly names: readonly string[];
	/** All are in quotes, as strings are. */
	readonly isQuoted: boolean;
}

/** Bytes, of blanks in a row one: of a list of names, and from one to the first row or from a row to the next. */
export const LONGEST_LIST = 1024;
export const LONGEST_GAP = 80;
/** From a comma to the next, with the quotes and without blanks. */
const LONGEST_ITEM = 44;
const NAME = "[A-Za-z_\\x80-\\xff][\\w\\x80-\\xff .#/&-]{0,39}";
const ITEM = new RegExp(`^ ?(?:(["'])(${NAME})\\1|\`(${NAME})\`|\\[(${NAME})\\]|(${NAME}?)) ?$`);

/** From the names of a table in SQL to its first row. */
const VALUES = /^ ?(?:(?:output|overriding) [^;]*)?values ?$/i;
/** From a row to the next; also from the marks of a prepared statement to what it is given. */
const NEXT = /^[ \w)\]}"'`]*, ?$/;
/** From the names to the rows as members of an object, or as variables of a program. */
const MEMBER = /^ ?, ?["'][^"']*["'] ?: ?$/;
const VARIABLE = /^ ?;? ?(?:const |let |var )?\w+ ?= ?$/;
/** Where a gap may still lead to a row: what has come of it, up to a blank. */
const BEGINS_VALUES = /^ ?(?:values|output|overriding) ?/i;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const setOf = (bytes: string): Uint8Array => {
	const set = new Uint8Array(256);
	for (const byte of Buffer.from(bytes)) set[byte] = 1;
	return set;
};
const BEGINS_WORDS = setOf(LETTERS);
const BEGINS_GAP = setOf(`${LETTERS}_,;)]}"'\``);
const BRACKET_OR_QUOTE = setOf("()[]\"'`");
const BEGINS_ITEM = setOf(`${LETTERS}_"'\`[`).fill(1, 0x80);
const IN_LIST = setOf(`${LETTERS}0123456789_ .#/&-,"'\`[]`).fill(1, 0x80);

/** The names of a list, of which this stands between its brackets, with one blank for some; undefined: it has something else. */
export function listOf(text: string): NameList | undefined {
	const items = text.split(",").map((item) => ITEM.exec(item));
	if (items.includes(null)) return undefined;
	const names = items.map((item) => item?.slice(2).find((name) => name !== undefined) ?? "");
	return { names, isQuoted: items.every((item) => item?.[1] !== undefined) };
}

/** Whether a list of names may have this as so many-th byte of an item. */
export function isInList(byte: number, column: number): boolean {
	return column <= LONGEST_ITEM && (column === 1 ? BEGINS_ITEM : IN_LIST)[byte] === 1;
}

export function isBracketOrQuote(byte: number): boolean {
	return BRACKET_OR_QUOTE[byte] === 1;
}

/** Whether a gap may have this before all else; `isWords`: it leads to the values of SQL or nowhere. */
export function beginsGap(byte: number, isWords: boolean): boolean {
	return (isWords ? BEGINS_WORDS : BEGINS_GAP)[byte] === 1;
}

/** Whether a gap of words whose first word is there may lead to values. */
export function mayLead(gap: string): boolean {
	return BEGINS_VALUES.test(gap);
}

/** Whether a bracket behind the gap begins a row. */
export function leadsToRow(gap: string, { isQuoted }: NameList, hasRows: boolean): boolean {
	if (isQuoted && (MEMBER.test(gap) || (!hasRows && VARIABLE.test(gap)))) return true;
	return ((hasRows || isQuoted) && NEXT.test(gap)) || VALUES.test(gap);
}
