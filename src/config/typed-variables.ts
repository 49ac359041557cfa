import type { z } from "zod";

export interface PlacedIssue {
	readonly path: readonly PropertyKey[];
	readonly issue: z.core.$ZodIssue;
}

/** What YAML takes for a number or a boolean. */
const TYPED = /^(?:true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/;
const TYPES: ReadonlySet<string> = new Set(["number", "int", "boolean"]);

/**
 * Writes what a variable holds as a number or a boolean where the schema has found a text and takes one of those: the schema
 * knows that `${PORT}` is a number and `${KEY}` is none, quoted or not. True when anything changed; each of `variables` is
 * tried once.
 */
export function typeVariables(root: unknown, issues: readonly PlacedIssue[], variables: Map<string, string>): boolean {
	let hasChanged = false;
	for (const { path, issue } of issues) {
		const at = path.map(String).join(".");
		const text = variables.get(at);
		if (text === undefined || issue.code !== "invalid_type" || !TYPES.has(issue.expected) || !TYPED.test(text)) continue;
		variables.delete(at);
		const parent: unknown = path.slice(0, -1).reduce<unknown>((value, key) => Object(value)[key], root);
		Object.assign(Object(parent), { [path.at(-1) ?? ""]: JSON.parse(text) });
		hasChanged = true;
	}
	return hasChanged;
}
