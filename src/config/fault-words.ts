import { z } from "zod";

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
 * What is wrong with a value, for whoever wrote the file. Never the value: it may be a secret. Undefined: the schema's own words
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
			if (issue.origin === "array") return `must have at least ${issue.minimum} ${issue.minimum === 1 ? "entry" : "entries"}`;
			return issue.origin === "string" ? "must not be empty" : `must be ${issue.minimum} or more`;
		case "too_big":
			if (issue.origin === "array") return `must have at most ${issue.maximum} entries`;
			return issue.origin === "string" ? `must have at most ${issue.maximum} characters` : `must be ${issue.maximum} or less`;
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

/** The names that a section of the configuration knows. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
	let nodes: Node[] = [z.toJSONSchema(schema, { io: "input" }) as Node];
	for (const step of path) nodes = nodes.flatMap((node) => childrenOf(node, String(step)));
	return nodes.flatMap((node) => Object.keys(node.properties ?? {}));
}

/** A node of a JSON Schema, as far as a way leads on from it. */
interface Node {
	readonly properties?: Readonly<Record<string, Node>>;
	readonly additionalProperties?: Node | boolean;
	readonly items?: Node;
	readonly oneOf?: readonly Node[];
}

function childrenOf({ properties = {}, additionalProperties, items }: Node, step: string): Node[] {
	const named = Object.hasOwn(properties, step) ? properties[step] : undefined;
	const child = named ?? items ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
	return child === undefined ? [] : (child.oneOf ?? [child]).slice();
}
