import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { RedactionStyle } from "../verdict/redaction.ts";
import { SurrogateTable, type SurrogateTableState } from "../verdict/surrogate-table.ts";
import { createSurrogateMatcher, type SurrogateMatcher } from "./surrogate-matcher.ts";

/** How the texts of one answer are written. */
export interface TextStyle extends RedactionStyle {
	/** Finds the surrogates that become originals again. */
	readonly restores?: SurrogateMatcher;
	/** Whether a finding is but a surrogate of the answer's own prompt. */
	readonly isOwn?: (text: string) => boolean;
}

/** Surrogates inside surrogates (the host in an e-mail address) go no deeper than this. */
const MAX_DEPTH = 8;

/** The style of an answer whose prompt gave out surrogates. */
export function answerStyle(style: RedactionStyle, prompt: SurrogateTableState, program: ScannerProgram): TextStyle {
	const known = new SurrogateTable({ key: style.key, state: prompt });
	const restorables = prompt.surrogates.flatMap(({ text, original }) => (original === undefined ? [] : [{ surrogate: text, original }]));
	if (restorables.length === 0) return { ...style, known };
	return {
		...style,
		known,
		restores: createSurrogateMatcher(restorables),
		isOwn: ownTexts(
			restorables.map(({ surrogate }) => surrogate),
			program,
		),
	};
}

/** Recognises the surrogates, and whatever the scanner finds inside them, in any letter case and spacing. */
function ownTexts(surrogates: readonly string[], program: ScannerProgram): (text: string) => boolean {
	const own = new Set(surrogates.map(compact));
	const isOwn = (text: string): boolean => own.has(compact(text));
	for (const surrogate of surrogates) {
		const bytes = Buffer.from(surrogate);
		for (let depth = 0; depth < MAX_DEPTH; depth++) {
			const inside = findingsIn(bytes, program, isOwn);
			if (inside.length === 0) break;
			for (const text of inside) own.add(compact(text));
		}
	}
	return isOwn;
}

function findingsIn(bytes: Buffer, program: ScannerProgram, isOwn: (text: string) => boolean): string[] {
	const scanner = program.open(undefined, isOwn);
	scanner.write(bytes);
	scanner.finish();
	scanner.take(Number.POSITIVE_INFINITY);
	scanner.close();
	return scanner.findings.map(({ from, to }) => bytes.toString("utf8", from, to));
}

function compact(text: string): string {
	return text.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
}
