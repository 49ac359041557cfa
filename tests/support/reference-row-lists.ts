import type { IsTelling } from "../../src/normalize/transducer.ts";
import { namedCell } from "./reference-columns.ts";
import type { Char } from "./reference-views.ts";

const NAME = "[A-Za-z_\\x80-\\xff][\\w\\x80-\\xff .#/&-]{0,39}";
const blanksOnce = (source: string): string => source.replace(/[ \t\r\n]+/g, " ");

interface Head {
	readonly names: readonly string[];
	readonly isQuoted: boolean;
}

/** The list of names that the text has between brackets, if it is one. */
function headOf(content: string): Head | undefined {
	const items = blanksOnce(content)
		.split(",")
		.map((item) => item.replace(/^ | $/g, ""));
	const inQuotes = new RegExp(`^(?:"${NAME}"|'${NAME}')$`);
	const isName = new RegExp(`^(?:${NAME}|\`${NAME}\`|\\[${NAME}\\])$`);
	if (!items.every((item) => inQuotes.test(item) || isName.test(item))) return undefined;
	const names = items.map((item) => item.replace(/^["'`[]|["'`\]]$/g, ""));
	return { names, isQuoted: items.every((item) => inQuotes.test(item)) };
}

/** Whether what stands between a list of names, or a row, and a bracket makes a row of what is in the bracket. */
function isGap(source: string, head: Head, isFirst: boolean): boolean {
	if (!/^[ \t\r\n]*(?:[A-Za-z_,;)\]}"'`]|$)/.test(source) || (source.length > 0 && blanksOnce(source.slice(0, -1)).length >= 80))
		return false;
	const gap = blanksOnce(source);
	if (head.isQuoted && /^ ?, ?["'][^"']*["'] ?: ?$/.test(gap)) return true;
	if (head.isQuoted && isFirst && /^ ?;? ?(?:(?:const|let|var) )?\w+ ?= ?$/.test(gap)) return true;
	if ((head.isQuoted || !isFirst) && /^[ \w)\]}"'`]*, ?$/.test(gap)) return true;
	return /^ ?((output|overriding) [^;]*)?values ?$/i.test(gap);
}

/** Ends of the pieces of a row: its strings with what follows each, and what stands before; `item`: in which they stand. */
interface Row {
	readonly pieces: readonly { readonly item: number; readonly from: number; readonly to: number }[];
	readonly end: number;
}

function rowAt(source: string, start: number): Row {
	const token = /((["'`])(?:\\.|(?!\2)[^\\])*(?:\2|\\?$))|([([{])|([)\]}])|(,)|./sy;
	const pieces: { item: number; from: number; to: number }[] = [];
	let [item, depth, from, at] = [0, 0, start, start];
	const endPiece = (to: number, next: number): void => {
		pieces.push({ item, from, to });
		from = next;
	};
	while (at < source.length) {
		token.lastIndex = at;
		const [whole, text, , opens, closes, comma] = token.exec(source) as RegExpExecArray;
		const isBracketOfRow = opens !== undefined && /^[ \t\r\n([{]*$/.test(source.slice(start, at));
		if (text !== undefined) endPiece(at, at);
		if (isBracketOfRow) from = at + 1;
		depth += opens !== undefined && !isBracketOfRow ? 1 : 0;
		if (closes !== undefined && depth-- === 0) break;
		if (comma !== undefined && depth === 0) {
			endPiece(at, at + 1);
			item++;
		}
		at += whole.length;
	}
	endPiece(at, at);
	return { pieces, end: at + 1 };
}

/** Whether a list of names may go on so. */
function isInList(before: string, char: string): boolean {
	if (blanksOnce(before).length >= 1024) return false;
	if (/[ \t\r\n,]/.test(char)) return true;
	const item = before.slice(before.lastIndexOf(",") + 1).replace(/[ \t\r\n]/g, "");
	return item.length < 44 && (item === "" ? /[A-Za-z_"'`[\x80-\xff]/ : /[A-Za-z0-9_.#/&"'`[\]\x80-\xff-]/).test(char);
}

/** Where a list may begin that has the names: at a bracket, of which the last counts; behind `from`. */
function nextHead(source: string, from: number): { readonly head: Head | undefined; readonly end: number } | undefined {
	const found = source.slice(from).search(/[([]/);
	if (found < 0) return undefined;
	const begin = from + found + 1;
	const isRound = source[begin - 1] === "(";
	const content = (isRound ? /^(?:[^()[]|\[(?!["'`[(]))*/ : /^[^([\]]*/).exec(source.slice(begin))?.[0] ?? "";
	for (let i = 0; i < content.length; i++)
		if (!isInList(content.slice(0, i), content.charAt(i))) return { head: undefined, end: begin + i };
	const end = begin + content.length;
	if (source[end] !== (isRound ? ")" : "]")) return { head: undefined, end };
	return { head: headOf(content), end: end + 1 };
}

/** The items of lists behind a list of names, each behind its name. */
export function rowLists(text: readonly Char[], isTelling: IsTelling = () => true): Char[] {
	const owners = text.flatMap((char) => [...Buffer.from(char.char)].map(() => char));
	const source = Buffer.from(text.map(({ char }) => char).join("")).toString("latin1");
	const charsIn = (from: number, to: number): Char[] => [...new Set(owners.slice(from, to))];
	const out: Char[] = [];
	let at = 0;
	for (let found = nextHead(source, at); found !== undefined; found = nextHead(source, at)) {
		at = found.end;
		if (found.head === undefined) continue;
		for (let isFirst = true; ; isFirst = false) {
			const gap = source.slice(at).search(/[([]/);
			if (gap < 0 || !isGap(source.slice(at, at + gap), found.head, isFirst)) break;
			const { pieces, end } = rowAt(source, at + gap + 1);
			for (const { item, from, to } of pieces) {
				const name = Buffer.from(found.head.names[item] ?? "", "latin1").toString();
				if (name !== "" && isTelling(name)) out.push(...namedCell(charsIn(from, to), name));
			}
			at = end;
		}
	}
	return out;
}
