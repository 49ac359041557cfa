import type { z } from "zod";
import { counted } from "./counted.ts";

const KINDS: Readonly<Record<string, string>> = {
	string: "a text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "a section with keys of its own",
	record: "a section with keys of its own",
};

/**
 * What is wrong with a value, for whoever wrote it. Never the value: it may be a secret. Undefined: the schema's own words
 * are better.
 */
export function faultWords(issue: z.core.$ZodRawIssue): string | undefined {
	switch (issue.code) {
		case "invalid_type": {
			const wanted = KINDS[issue.expected] ?? issue.expected;
			return issue.input === undefined ? `is missing; it takes ${wanted}` : `must be ${wanted}, not ${kindOf(issue.input)}`;
		}
		case "invalid_value":
			return `must be ${listOf(issue.values.map(String))}`;
		case "invalid_union":
			return Array.isArray(issue["options"]) ? `must be ${listOf(issue["options"].map(String))}` : undefined;
		case "too_small":
			if (issue.origin === "string") return "must not be empty";
			return issue.origin === "array"
				? `must have at least ${counted(issue.minimum, "entry", "entries")}`
				: `must be ${issue.minimum} or more`;
		case "too_big":
			if (issue.origin === "string") return `must have at most ${issue.maximum} characters`;
			return issue.origin === "array"
				? `must have at most ${counted(issue.maximum, "entry", "entries")}`
				: `must be ${issue.maximum} or less`;
		case "invalid_format":
			return issue.format === "datetime" ? "must be a time in UTC, such as 2026-12-31T00:00:00Z" : undefined;
		case "unrecognized_keys":
			return `${listOf(issue.keys.map((key) => `'${key}'`))} is not known here`;
		default:
			return undefined;
	}
}

function kindOf(value: unknown): string {
	if (value === null) return "empty";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "number") return Number.isInteger(value) ? "a number of this size" : "a number with a fraction";
	return KINDS[typeof value] ?? typeof value;
}

function listOf(values: readonly string[]): string {
	return values.length < 2 ? values.join() : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}
