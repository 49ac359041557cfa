import { parseExact } from "../wire/exact-json.ts";
import type { JsonPath } from "../wire/json-strings.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined when the text is not a JSON object. */
export function parseObject(json: string, parse: (json: string) => unknown = JSON.parse): JsonObject | undefined {
	try {
		const value = parse(json);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** The same for what is written again with `writeExact`. */
export function parseExactObject(json: string): JsonObject | undefined {
	return parseObject(json, parseExact);
}

/** The objects of an array; empty when it is none. */
export function objectsOf(value: unknown): JsonObject[] {
	return Array.isArray(value) ? value.filter(isObject) : [];
}

/** What stands at a path; undefined where the path leaves the value. */
export function valueAt(root: unknown, path: JsonPath): unknown {
	return path.reduce<unknown>(
		(node, step) => (typeof node === "object" && node !== null ? (node as Record<string | number, unknown>)[step] : undefined),
		root,
	);
}

/** The least JSON with `text` at the steps; a number becomes the only element of an array. */
export function nest(steps: JsonPath, text: string): object {
	return [...steps].reverse().reduce<unknown>((inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }), text) as object;
}
