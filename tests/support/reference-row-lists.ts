import type { IsTelling } from "../../src/normalize/transducer.ts";
import { namedCell } from "./reference-columns.ts";
import type { Char } from "./reference-views.ts";

const NAME = "[A-Za-z_\\x80-\\xff][\\w\\x80-\\xff .#/&-]{0,39}";
const blanksOnce = (source: string): string => source.replace(/[ \t\r\n]+/g, " ");

interface Head {
	readonly names: readonly string[];
	readonly isRound: boolean;
	readonly isQuoted: boolean;
}

/** The list of names that the text has between brackets, if it is one. */
function headOf(content: string, isRound: boolean): Head | undefined {
	const items = blanksOnce(content)
		.split(",")
		.map((item) => item.replace(/^ | $/g, ""));
	const inQuotes = new RegExp(`^(?:"${NAME}"|'${NAME}')$`);
	const isName = new RegExp(`^(?:${NAME}|\`${NAME}\`|\\[${NAME}\\])$`);
	if (!items.every((item) => inQuotes.test(item) || isName.test(item))) return undefined;
	const names = items.map((item) => item.replace(/^["'`[]|["'`\]]$/g, ""));
	return { names, isRound, isQuoted: items.every((item) => inQuotes.test(item)) };
}

/** Whether what stands between a list of names, or a row, and a bracket makes a row of what is in the bracket. */
function isGap(source: string, head: Head, isFirst: boolean): boolean {
	if (!/^[ \t\r\n]*(?:[A-Za-z_,;)\]}"'`]|$)/.test(source) || (source.length > 0 && blanksOnce(source.slice(0, -1)).length >= 80))
		return false;
	const gap = blanksOnce(source);
	if (head.isQuoted && /^ ?, ?["'][^"']*["'] ?: ?$/.test(gap)) return true;
	if (head.isQuoted && isFirst && /^ ?;? ?(?:(?:const|let|var) )?\w+ ?= ?$/.test(gap)) return true;
	if ((head.isQuoted || !isFirst) && /^[ \w)\]}"'`]*, ?$/.test(gap)) return true;
	return isFirst && head.isRound && /^ ([^;]* )?values ?$/i.test(gap);
}

/** Ends of the pieces of a row: its strings with what follows each, and what stands before; `item`: in which they stand. */
interface Row {
	readonly pieces: readonly { readonly item: number; readonly from: number; readonly to: number }[];
	readonly end: number;
}

/** The quote that ends a string; empty where nothing does. */
function endOf(text = "", quote = "none"): string {
	return text.length > 1 && text.endsWith(quote) ? quote : "";
}

function rowAt(source: string, start: number): Row {
	const token = /((["'`])(?:\\.|(?!\2)[^\\])*(?:\2|\\?$))|([([{])|([)\]}])|(,)|./sy;
	const pieces: { item: number; from: number; to: number }[] = [];
	let [item, depth, from, at, before] = [0, 0, start, start, ""];
	const endPiece = (to: number, next: number): void => {
		pieces.push({ item, from, to });
		from = next;
	};
	while (at < source.length) {
		token.lastIndex = at;
		const [whole, text, quote, opens, closes, comma] = token.exec(source) as RegExpExecArray;
		const isBracketOfRow = opens !== undefined && /^[ \t\r\n([{]*$/.test(source.slice(start, at));
		if (text !== undefined && quote !== before) endPiece(at, at);
		if (isBracketOfRow) from = at + 1;
		depth += opens !== undefined && !isBracketOfRow ? 1 : 0;
		if (closes !== undefined && depth-- === 0) break;
		if (comma !== undefined && depth === 0) {
			endPiece(at, at + 1);
			item++;
		}
		at += whole.length;
		before = endOf(text, quote);
	}
	endPiece(at, at);
	return { pieces, end: at + 1 };
}

/** Where a list may begin that has the names: at a bracket, of which the last counts; behind `from`. */
function nextHead(source: string, from: number): { readonly head: Head | undefined; readonly end: number } | undefined {
	const found = source.slice(from).search(/[([]/);
	if (found < 0) return undefined;
	const begin = from + found + 1;
	const isRound = source[begin - 1] === "(";
	const content = (isRound ? /^(?:[^()[]|\[(?!["'`[(]))*/ : /^[^([\]]*/).exec(source.slice(begin))?.[0] ?? "";
	for (let i = 0; i < content.length; i++) if (blanksOnce(content.slice(0, i)).length >= 1024) return { head: undefined, end: begin + i };
	const end = begin + content.length;
	if (source[end] !== (isRound ? ")" : "]")) return { head: undefined, end };
	return { head: headOf(content, isRound), end: end + 1 };
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
