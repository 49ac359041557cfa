import { readdirSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../core/error-code.ts";
import { readText } from "../core/files.ts";
import { advance, type LogPosition, positionOf, recordFault, START, segmentsOf } from "./segment.ts";
import { SegmentLines } from "./segment-lines.ts";

/** Newest checkpoint of a log, replaced atomically with every append. */
export const HEAD = "head.checkpoint";

/** Where a log goes on. */
export interface LogEnd {
	/** File name of the last segment; undefined: the log has none yet. */
	readonly segment: string | undefined;
	readonly position: LogPosition;
	/** Bytes of the last segment up to there; what follows was cut short and never acknowledged. */
	readonly bytes: number;
	/** When the first record of the last segment was written, ms; 0 when it has none. */
	readonly began: number;
	/** Records that the newest checkpoint covers: not more than there are. */
	readonly signed: number;
}

/** Reads the last segment of a log. Throws with the reason when no record may follow what stands there. */
export function readLogEnd(dir: string): LogEnd {
	const signed = signedSize(dir);
	const segment = segmentsOf(readdirSync(dir)).at(-1)?.name;
	const end = segment === undefined ? { position: START, bytes: 0, began: 0 } : segmentEnd(join(dir, segment));
	const { size } = end.position.range;
	if (signed > size) throw new Error(`${dir}: records ${size} to ${signed - 1} were signed and are gone. ${VERIFY}`);
	return { segment, signed, ...end };
}

const VERIFY = "Run 'secure-llm-proxy audit verify'.";

function segmentEnd(path: string): Pick<LogEnd, "position" | "bytes" | "began"> {
	let position: LogPosition | undefined;
	let bytes = 0;
	let began = 0;
	for (const line of new SegmentLines(path)) {
		if (position === undefined) {
			position = positionOf(line);
			if (position === undefined) break;
		} else {
			const fault = recordFault(line, position);
			if (fault !== undefined) throw new Error(`${path}, record ${position.range.size}: ${fault}. ${VERIFY}`);
			if (began === 0) began = Date.parse(timeOf(line) ?? "") || 0;
			position = advance(position, line);
		}
		bytes += line.length + 1;
	}
	if (position === undefined) throw new Error(`${path} does not begin with a segment head. ${VERIFY}`);
	return { position, bytes, began };
}

/** Records that the newest checkpoint of a log covers; 0 when there is none. Throws when it cannot be read. */
export function signedSize(dir: string): number {
	try {
		return Number(readText(join(dir, HEAD)).split("\n")[1]) || 0;
	} catch (error) {
		if (errorCode(error) === "ENOENT") return 0;
		throw error;
	}
}

/** `time` of a record. */
export function timeOf(line: Buffer | undefined): string | undefined {
	const { time } = JSON.parse(line?.toString() ?? "{}") as { readonly time?: unknown };
	return typeof time === "string" ? time : undefined;
}
