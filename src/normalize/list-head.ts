/** The names of a list, one character for each byte. */
export interface NameList {
	readonly names: readonly string[];
	/** All are in quotes, as strings are. */
	readonly isQuoted: boolean;
}

/** Bytes, of blanks in a row one: of a list of names, and from one to the first row or from a row to the next. */
export const LONGEST_LIST = 1024;
export const LONGEST_GAP = 80;
const NAME = "[A-Za-z_\\x80-\\xff][\\w\\x80-\\xff .#/&-]{0,39}";
const ITEM = new RegExp(`^ ?(?:(["'])(${NAME})\\1|\`(${NAME})\`|\\[(${NAME})\\]|(${NAME}?)) ?$`);

/** From the names of a table in SQL to its first row. */
const VALUES = /^ (?:[^;]* )?values ?$/i;
/** From a row to the next; also from the marks of a prepared statement to what it is given. */
const NEXT = /^[ \w)\]}"'`]*, ?$/;
/** From the names to the rows as members of an object, or as variables of a program. */
const MEMBER = /^ ?, ?["'][^"']*["'] ?: ?$/;
const VARIABLE = /^ ?;? ?(?:const |let |var )?\w+ ?= ?$/;
const BEGINS_GAP = new Set(Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_,;)]}\"'`"));

/** The names of a list, of which this stands between its brackets, with one blank for some; undefined: it has something else. */
export function listOf(text: string): NameList | undefined {
	const items = text.split(",").map((item) => ITEM.exec(item));
	if (items.includes(null)) return undefined;
	const names = items.map((item) => item?.slice(2).find((name) => name !== undefined) ?? "");
	return { names, isQuoted: items.every((item) => item?.[1] !== undefined) };
}

/** Whether a gap may have this before all else. */
export function beginsGap(byte: number): boolean {
	return BEGINS_GAP.has(byte);
}

/** Whether a bracket behind the gap begins a row. `isRound`: the names stand in round brackets. */
export function leadsToRow(gap: string, isRound: boolean, { isQuoted }: NameList, hasRows: boolean): boolean {
	if (isQuoted && (MEMBER.test(gap) || (!hasRows && VARIABLE.test(gap)))) return true;
	return ((hasRows || isQuoted) && NEXT.test(gap)) || (!hasRows && isRound && VALUES.test(gap));
}
