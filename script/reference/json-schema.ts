import { z } from "zod";
import { ConfigSchema } from "../../src/config/schema.ts";

/** A node of the JSON Schema (draft 7), as far as the configuration uses it. */
export interface SchemaNode {
	type?: string;
	description?: string;
	default?: unknown;
	const?: unknown;
	enum?: unknown[];
	pattern?: string;
	format?: string;
	minimum?: number;
	maximum?: number;
	properties?: Record<string, SchemaNode>;
	required?: string[];
	additionalProperties?: boolean | SchemaNode;
	items?: SchemaNode;
	oneOf?: SchemaNode[];
	anyOf?: SchemaNode[];
	[keyword: string]: unknown;
}

/** The zod schema of the configuration file as JSON Schema, as written (before interpolation fills in variables). */
export function configJsonSchema(): SchemaNode {
	return z.toJSONSchema(ConfigSchema, {
		io: "input",
		target: "draft-7",
		override: ({ jsonSchema }) => {
			const node = jsonSchema as SchemaNode;
			// Noise: an integer is always below 2^53, and the defaults of a section stand at its keys.
			if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
			if (node.properties !== undefined) delete node.default;
		},
	}) as SchemaNode;
}

const VARIABLE = { $ref: "#/definitions/variable" };

/** `config/schema.json`: wherever a value has a form of its own, `${NAME}` may stand instead. */
export function schemaFile(): string {
	const { $schema, ...root } = configJsonSchema();
	const schema = {
		$schema,
		title: "secure-llm-proxy configuration",
		description: "Generated from src/config/schema.ts by `npm run schema`.",
		...withVariables(root),
		definitions: { variable: { type: "string", pattern: "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}" } },
	};
	return `${JSON.stringify(schema, null, 2)}\n`;
}

function withVariables(node: SchemaNode): SchemaNode {
	if (isVariableFree(node)) return node;
	if (
		node.properties === undefined &&
		node.items === undefined &&
		node.oneOf === undefined &&
		typeof node.additionalProperties !== "object"
	) {
		const { description, default: value, ...form } = node;
		return { ...(description !== undefined && { description }), ...(value !== undefined && { default: value }), anyOf: [form, VARIABLE] };
	}
	const children =
		node.properties && Object.fromEntries(Object.entries(node.properties).map(([key, child]) => [key, withVariables(child)]));
	return {
		...node,
		...(children && { properties: children }),
		...(node.items && { items: withVariables(node.items) }),
		...(node.oneOf && { oneOf: node.oneOf.map(withVariables) }),
		...(typeof node.additionalProperties === "object" && { additionalProperties: withVariables(node.additionalProperties) }),
	};
}

/** Free text, an empty schema, and the literals that tell the kinds of provider apart. */
function isVariableFree(node: SchemaNode): boolean {
	if (node.const !== undefined || node.type === undefined) return node.oneOf === undefined;
	return node.type === "string" && ["enum", "pattern", "format", "minLength", "maxLength"].every((keyword) => node[keyword] === undefined);
}
