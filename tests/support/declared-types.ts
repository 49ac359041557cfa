import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";
import type { Next } from "./random.ts";

/**
 * Values of the types that a package declares: what a vendor's SDK expects of the API, so that a new version of it tells
 * which members are new. Reads what these declaration files use of TypeScript: interfaces, unions, lists, records, enums.
 */
export interface Sampling {
	readonly next: Next;
	/** The text of a string whose member has the name. */
	readonly textOf: (name: string) => string;
	/** How often a member that may be absent is there. */
	readonly density: number;
}

/** A node of the syntax tree (ESTree with TypeScript). */
type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

interface Declaration {
	readonly node: Node;
	readonly file: DeclarationFile;
	/** Namespaces around it. */
	readonly scope: readonly string[];
}

interface DeclarationFile {
	readonly declarations: Map<string, Declaration>;
	readonly imports: Map<string, { readonly path: string; readonly name: string }>;
}

const files = new Map<string, DeclarationFile>();

function readDeclarations(path: string): DeclarationFile {
	const known = files.get(path);
	if (known !== undefined) return known;
	const file: DeclarationFile = { declarations: new Map(), imports: new Map() };
	files.set(path, file);
	const { program } = parseSync(path, readFileSync(path, "utf8"), { lang: "dts" });
	const take = (nodes: readonly Node[], scope: readonly string[]): void => {
		for (const statement of nodes) {
			const source = (statement["source"] as { value?: string } | null | undefined)?.value;
			if (source?.startsWith(".") === true) takeImports(file, statement, pathOf(path, source));
			const node = statement.type === "ExportNamedDeclaration" ? (statement["declaration"] as Node | null) : statement;
			if (node === null || node["id"] === undefined) continue;
			const names = [...scope, nameOf(node["id"] as Node)];
			if (node.type === "TSModuleDeclaration") take((node["body"] as { body: Node[] }).body, names);
			else file.declarations.set(names.join("."), { node, file, scope });
		}
	};
	take(program.body as unknown as Node[], []);
	return file;
}

function pathOf(from: string, source: string): string {
	const base = join(dirname(from), source.replace(/\.m?js$/, ""));
	return [`${base}.d.ts`, join(base, "index.d.ts")].find((path) => existsSync(path)) ?? base;
}

function takeImports({ imports }: DeclarationFile, statement: Node, path: string): void {
	for (const specifier of (statement["specifiers"] as Node[] | undefined) ?? []) {
		const isAll = specifier.type === "ImportNamespaceSpecifier";
		const local = nameOf(specifier["local"] as Node);
		if (statement.type === "ImportDeclaration")
			imports.set(local, { path, name: isAll ? "" : nameOf((specifier["imported"] ?? specifier["local"]) as Node) });
		else imports.set(nameOf(specifier["exported"] as Node), { path, name: local });
	}
}

function nameOf(node: Node): string {
	const [holder, member] = [node["left"] ?? node["object"], node["right"] ?? node["property"]];
	return holder === undefined ? String(node["name"] ?? node["value"]) : `${nameOf(holder as Node)}.${nameOf(member as Node)}`;
}

function find(file: DeclarationFile, scope: readonly string[], name: string): Declaration | undefined {
	for (let depth = scope.length; depth >= 0; depth--) {
		const found = file.declarations.get([...scope.slice(0, depth), name].join("."));
		if (found !== undefined) return found;
	}
	const [head = "", ...rest] = name.split(".");
	const imported = file.imports.get(head);
	if (imported === undefined) return undefined;
	return find(readDeclarations(imported.path), [], [imported.name, ...rest].filter((step) => step !== "").join("."));
}

/** A value of the type `name` that the file declares. */
export function sampleOf(path: string, name: string, sampling: Sampling): unknown {
	return valueOf(find(readDeclarations(path), [], name), sampling, { name: "", depth: 0 });
}

interface Place {
	/** Of the member that it is the value of. */
	readonly name: string;
	readonly depth: number;
}

const MAX_DEPTH = 18;

/** Nothing of a type that is the platform's. */
function valueOf(declaration: Declaration | undefined, sampling: Sampling, place: Place): unknown {
	if (declaration === undefined) return undefined;
	const { node, file, scope } = declaration;
	if (node.type === "TSTypeAliasDeclaration") return valueOfType(node["typeAnnotation"] as Node, declaration, sampling, place);
	const members = ((node["body"] as Node)["members"] ?? (node["body"] as Node)["body"]) as Node[];
	if (node.type === "TSEnumDeclaration") return literal(pickOf(members, sampling)["initializer"] as Node);
	const inherited = ((node["extends"] ?? []) as Node[]).map((base) =>
		valueOf(find(file, scope, nameOf(base["expression"] as Node)), sampling, place),
	);
	return Object.assign({}, ...inherited, membersOf(members, declaration, sampling, place.depth));
}

function membersOf(members: readonly Node[], declaration: Declaration, sampling: Sampling, depth: number): Record<string, unknown> {
	const object: Record<string, unknown> = {};
	for (const member of members) {
		const annotation = member["typeAnnotation"] as Node | undefined;
		const isMethod = member.type !== "TSPropertySignature" && member.type !== "PropertyDefinition" && member.type !== "TSIndexSignature";
		if (isMethod || annotation === undefined || (member["optional"] === true && sampling.next() > sampling.density)) continue;
		const name = member.type === "TSIndexSignature" ? "extra" : nameOf(member["key"] as Node);
		const value = valueOfType(annotation["typeAnnotation"] as Node, declaration, sampling, { name, depth: depth + 1 });
		if (value !== undefined) object[name] = value;
	}
	return object;
}

function valueOfType(type: Node, declaration: Declaration, sampling: Sampling, place: Place): unknown {
	const { next, textOf } = sampling;
	const again = (inner: unknown): unknown =>
		valueOfType(inner as Node, declaration, sampling, { name: place.name, depth: place.depth + 1 });
	const list = (element: unknown): unknown[] =>
		place.depth > MAX_DEPTH ? [] : Array.from({ length: 1 + Math.floor(next() * 2) }, () => again(element));
	switch (type.type) {
		case "TSStringKeyword":
			return textOf(place.name);
		case "TSNumberKeyword":
			return Math.floor(next() * 50);
		case "TSBooleanKeyword":
			return next() < 0.5;
		case "TSNullKeyword":
			return null;
		case "TSUndefinedKeyword":
			return undefined;
		case "TSUnknownKeyword":
		case "TSAnyKeyword":
		case "TSObjectKeyword":
			return { note: textOf("note") };
		case "TSLiteralType":
			return literal(type["literal"] as Node);
		case "TSArrayType":
			return list(type["elementType"]);
		case "TSUnionType":
			return again(pickOf(type["types"] as Node[], sampling));
		case "TSIntersectionType":
			return Object.assign({}, ...(type["types"] as Node[]).map(again));
		case "TSTypeLiteral":
			return membersOf(type["members"] as Node[], declaration, sampling, place.depth);
		case "TSParenthesizedType":
		case "TSTypeOperator":
			return again(type["typeAnnotation"]);
		case "TSTypeReference": {
			const name = nameOf(type["typeName"] as Node);
			const [first, second] = ((type["typeArguments"] as Node | null)?.["params"] ?? []) as Node[];
			if (name === "Array" || name === "ReadonlyArray") return list(first);
			if (name === "Record") return { k: again(second) };
			return place.depth > MAX_DEPTH ? null : valueOf(find(declaration.file, declaration.scope, name), sampling, place);
		}
		default:
			throw new Error(`a type that is not read: ${type.type}`);
	}
}

function literal(node: Node): unknown {
	return node.type === "UnaryExpression" ? -Number((node["argument"] as Node)["value"]) : node["value"];
}

function pickOf(nodes: readonly Node[], { next }: Sampling): Node {
	return nodes[Math.floor(next() * nodes.length)] as Node;
}
