import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A labelled place of a text. Byte offsets in the UTF-8 text; the corpora count Unicode code points. */
export interface GoldSpan {
	readonly from: number;
	readonly to: number;
	readonly type: string;
}

export interface Row {
	readonly id: string;
	readonly bytes: Buffer;
	readonly label: string;
	readonly kind: string;
	readonly spans: readonly GoldSpan[];
}

interface RawRow {
	readonly id: string;
	readonly text: string;
	readonly label: unknown;
	readonly kind?: string;
	readonly entity?: string;
	readonly spans?: readonly { readonly start: number; readonly end: number; readonly type: string; readonly orig?: string }[];
}

/** The rows of one set, at most `limit` of them, evenly spread. `undefined` where the set is not there. */
export function readCorpus(dir: string, name: string, limit: number): Row[] | undefined {
	const file = join(dir, name, "dev.jsonl");
	if (!existsSync(file)) return undefined;
	const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
	const step = Math.max(1, lines.length / limit);
	const rows: Row[] = [];
	for (let at = 0; at < lines.length; at += step) rows.push(toRow(JSON.parse(lines[Math.floor(at)] as string) as RawRow));
	return rows;
}

function toRow({ id, text, label, kind, entity, spans = [] }: RawRow): Row {
	const offsets = byteOffsets(text);
	return {
		id,
		bytes: Buffer.from(text, "utf8"),
		label: String(label),
		kind: kind ?? entity ?? "",
		spans: spans.map(({ start, end, type, orig }) => ({
			from: offsets[start] ?? 0,
			to: offsets[end] ?? 0,
			type: orig === undefined || orig === type ? type : `${type}/${orig}`,
		})),
	};
}

/** Byte offset of every code point index, the end included. */
function byteOffsets(text: string): number[] {
	const offsets: number[] = [];
	let at = 0;
	for (const char of text) {
		offsets.push(at);
		at += Buffer.byteLength(char);
	}
	offsets.push(at);
	return offsets;
}
