import type { TextInspection } from "../inspect/inspect-text.ts";
import { type TextPosition, textPositions } from "../inspect/text-positions.ts";
import { reportedScore } from "../verdict/finding-report.ts";
import type { ScanInput } from "./scan-input.ts";

export interface LocatedFinding {
	readonly type: string;
	readonly isSecret: boolean;
	/** Confidence, 0…1. */
	readonly score: number;
	readonly from: TextPosition;
	readonly to: TextPosition;
}

/** One inspected input. */
export interface ScanResult {
	readonly input: ScanInput & { readonly kind: "text" };
	readonly inspection: TextInspection;
	readonly findings: readonly LocatedFinding[];
}

export function locate(
	input: ScanInput & { readonly kind: "text" },
	inspection: TextInspection,
	isSecret: (rule: number) => boolean,
): ScanResult {
	const offsets = inspection.findings.flatMap(({ from, to }) => [from, to]);
	const positions = textPositions(Buffer.from(input.text), offsets);
	// In a latin1 file a character is a byte.
	const at = (offset: number): TextPosition => {
		const position = positions.get(offset) as TextPosition;
		return input.encoding === "latin1" ? { ...position, byte: position.codePoint } : position;
	};
	const findings = inspection.findings.map(({ type, rule, score, from, to }) => ({
		type,
		isSecret: isSecret(rule),
		score: reportedScore(score),
		from: at(from),
		to: at(to),
	}));
	return { input, inspection, findings };
}

/**
 * `--json`: one object. `start` and `end` are code points as in `/v1/inspect`, `start_byte` and `end_byte` offsets in the
 * file; `line` and `column` count from 1, a column is a code point.
 */
export function scanJson({ input, inspection, findings }: ScanResult): object {
	return {
		file: input.file,
		encoding: input.encoding,
		action: inspection.action,
		score: inspection.score,
		findings: findings.map(({ type, score, from, to }) => ({
			type,
			score,
			start: from.codePoint,
			end: to.codePoint,
			start_byte: from.byte,
			end_byte: to.byte,
			line: from.line,
			column: from.column,
		})),
	};
}
