import { findStrings, type JsonPath, type JsonString, replaceValues } from "../wire/json-strings.ts";

/** Where a request names its model: at the root, and in Gemini's requests within a request. */
export function isModelName([first, second, third, ...more]: JsonPath): boolean {
	if (second === undefined) return first === "model";
	if (first === "generateContentRequest") return second === "model" && third === undefined;
	return first === "requests" && typeof second === "number" && third === "model" && more.length === 0;
}

/** A request, valid JSON, with another name for the model; every other character stays. Gemini's `models/` before it stays, too. */
export function renameModel(json: string, model: string): string {
	const names = namesOf(json);
	return replaceValues(
		json,
		names.map(({ from, to, value }) => ({ from, to, value: value.startsWith("models/") ? `models/${model}` : model })),
	);
}

/** The same of a request that names its model at the root and nowhere else, or leaves it out. */
export function nameModel(json: string, model: string): string {
	if (namesOf(json).length > 0) return renameModel(json, model);
	const [none] = findStrings(json, (path) => (path.length === 1 && path[0] === "model" ? "leaf" : undefined))?.spans ?? [];
	if (none !== undefined) return replaceValues(json, [{ from: none.from, to: none.to, value: model }]);
	return json.replace("{", () => `{"model":${JSON.stringify(model)},`);
}

function namesOf(json: string): readonly JsonString[] {
	return findStrings(json)?.strings.filter(({ isName, path }) => !isName && isModelName(path)) ?? [];
}
