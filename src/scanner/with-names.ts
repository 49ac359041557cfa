import type { LabelScores } from "../models/names-encoder.ts";
import type { ScannerProgram } from "./text-scanner.ts";

/** The program for one text, of which an encoder has read the names where `said` is there; `none`: which is no place for names. */
export function withNames(program: ScannerProgram, said: LabelScores | "none" | undefined): ScannerProgram {
	return said === undefined ? program : { open: (state, isOwn, isJson) => program.open(state, isOwn, isJson, said) };
}
