import { errorCode } from "../core/error-code.ts";

/** Why a log cannot be written, as operators read it: with the name of the file, where the system or this code says one. */
export function writeFault(error: unknown): string {
	// Of another kind are those that quote what they were working on.
	return error instanceof Error && error.name === "Error" ? error.message : errorCode(error);
}
