import { z } from "zod";

/** The names that a section of the configuration knows; of a section that has a `type`, those of its type. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[], section: unknown): readonly string[] {
	let nodes: Node[] = [z.toJSONSchema(schema, { io: "input" }) as Node];
	for (const step of path) nodes = nodes.flatMap((node) => childrenOf(node, String(step)));
	const { type } = Object(section) as { readonly type?: unknown };
	const ofType = nodes.filter(({ properties }) => type !== undefined && properties?.["type"]?.const === type);
	return [...new Set((ofType.length > 0 ? ofType : nodes).flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** A node of a JSON Schema, as far as a way leads on from it. */
interface Node {
	readonly properties?: Readonly<Record<string, Node>>;
	readonly additionalProperties?: Node | boolean;
	readonly items?: Node;
	readonly oneOf?: readonly Node[];
	readonly const?: unknown;
}

function childrenOf({ properties = {}, additionalProperties, items }: Node, step: string): Node[] {
	const named = Object.hasOwn(properties, step) ? properties[step] : undefined;
	const child = named ?? items ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
	return child === undefined ? [] : (child.oneOf ?? [child]).slice();
}
