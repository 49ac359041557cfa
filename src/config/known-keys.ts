import { z } from "zod";

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
