import { z } from "zod";
import { errorCode } from "./error-code.ts";
import { faultWords } from "./fault-words.ts";
import { readWholeFile } from "./whole-file.ts";

export type FileReading<T> =
	| { readonly ok: true; readonly value: T }
	/** `reason` follows the name of the file, and says nothing of what the file holds. */
	| { readonly ok: false; readonly isMissing: boolean; readonly reason: string };

/** Reads a JSON file as a whole and checks its form. */
export function readJsonFile<T>(path: string, form: z.ZodType<T>): FileReading<T> {
	let text: string;
	try {
		text = readWholeFile(path).toString();
	} catch (error) {
		const code = errorCode(error);
		return { ok: false, isMissing: code === "ENOENT", reason: `cannot be read (${code})` };
	}
	try {
		return { ok: true, value: form.parse(JSON.parse(text), { error: faultWords }) };
	} catch (error) {
		const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
		const reason = issue === undefined ? "is not JSON" : `is not valid at ${issue.path.join(".")}: ${issue.message}`;
		return { ok: false, isMissing: false, reason };
	}
}
