import type { JsonPath } from "../wire/json-strings.ts";
import { isObject, valueAt } from "./json-object.ts";

/** By list of parts: where the run that each of them belongs to begins. */
const starts = new WeakMap<readonly unknown[], readonly number[]>();

/** Names the run of texts, one after the other in a list of parts, that the text at `path` belongs to: whoever reads the answer joins them. */
export function textRun(root: unknown, path: JsonPath): string {
	const list = path.slice(0, -2);
	const parts = valueAt(root, list) as readonly unknown[];
	const known = starts.get(parts) ?? startsOf(parts);
	starts.set(parts, known);
	return JSON.stringify([...list, known[path.at(-2) as number]]);
}

function startsOf(parts: readonly unknown[]): number[] {
	let start = 0;
	return parts.map((part, i) => {
		if (!isText(part) || !isText(parts[i - 1])) start = i;
		return start;
	});
}

function isText(part: unknown): boolean {
	return isObject(part) && typeof part["text"] === "string";
}
