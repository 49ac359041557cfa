import { findStrings, type JsonPath, replaceValues } from "../wire/json-strings.ts";

/** Where a request names its model: at the root, and in Gemini's requests within a request. */
export function isModelName([first, second, third, ...more]: JsonPath): boolean {
	if (second === undefined) return first === "model";
	if (first === "generateContentRequest") return second === "model" && third === undefined;
	return first === "requests" && typeof second === "number" && third === "model" && more.length === 0;
}

/** A request, valid JSON, with another name for the model; every other character stays. Gemini's `models/` before it stays, too. */
export function renameModel(json: string, model: string): string {
	const names = findStrings(json)?.strings.filter(({ isName, path }) => !isName && isModelName(path)) ?? [];
	return replaceValues(
		json,
		names.map(({ from, to, value }) => ({ from, to, value: value.startsWith("models/") ? `models/${model}` : model })),
	);
}
