import { CompactRange, leafHash } from "./merkle.ts";

/** First line of a segment file: where the log stood when it began. Not a record; verification recomputes it. */
export interface SegmentHead {
	readonly first: number;
	/** Leaf hash of the record before the first one, hex; empty at the very beginning. */
	readonly prev: string;
	/** Subtree roots of all records before the segment, hex. */
	readonly roots: readonly string[];
}

/** Where a log stands after some record. */
export interface LogPosition {
	readonly range: CompactRange;
	/** Leaf hash of the last record, hex; empty before the first. */
	readonly prev: string;
}

/** The members every record has; `prev` chains it to the one before. */
export interface ChainedRecord {
	readonly seq: number;
	readonly prev: string;
}

export const START: LogPosition = { range: new CompactRange(), prev: "" };

const NAME = /^(\d{15})\.jsonl$/;

/** File name of the segment that begins with record `first`. */
export function segmentName(first: number): string {
	return `${String(first).padStart(15, "0")}.jsonl`;
}

/** Segment files among `names`, oldest first. */
export function segmentsOf(names: readonly string[]): { readonly name: string; readonly first: number }[] {
	return names
		.flatMap((name) => {
			const first = NAME.exec(name)?.[1];
			return first === undefined ? [] : [{ name, first: Number(first) }];
		})
		.sort((a, b) => a.first - b.first);
}

export function headOf({ range, prev }: LogPosition): SegmentHead {
	return { first: range.size, prev, roots: range.roots.map((root) => root.toString("hex")) };
}

/** Undefined when the line is no segment head. */
export function positionOf(line: Buffer): LogPosition | undefined {
	try {
		const { first, prev, roots } = (JSON.parse(line.toString()) as { segment: SegmentHead }).segment;
		return {
			range: new CompactRange(
				first,
				roots.map((root) => Buffer.from(root, "hex")),
			),
			prev,
		};
	} catch {
		return undefined;
	}
}

/** The position after one more record. */
export function advance(position: LogPosition, line: Buffer): LogPosition {
	const leaf = leafHash(line);
	return { range: position.range.append(leaf), prev: leaf.toString("hex") };
}

/** Why a line cannot be the next record; undefined when it can. */
export function recordFault(line: Buffer, { range, prev }: LogPosition): string | undefined {
	let record: Partial<ChainedRecord>;
	try {
		record = Object(JSON.parse(line.toString())) as Partial<ChainedRecord>;
	} catch {
		return "it is not a record";
	}
	if (record.seq !== range.size) return `its number is ${record.seq}: one was removed, added or moved`;
	return record.prev === prev ? undefined : "it does not follow from the record before it: one of the two was changed";
}
