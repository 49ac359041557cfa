import { isObject, objectsOf } from "./json-object.ts";

/** Names of the tools that a request of any vendor offers the model. */
export function offeredTools(request: unknown): readonly string[] {
	if (!isObject(request)) return [];
	const declared = objectsOf(request["tools"]).flatMap((tool) => [
		tool,
		tool["function"],
		tool["custom"],
		...objectsOf(tool["functionDeclarations"]),
		...objectsOf(tool["function_declarations"]),
	]);
	return [...declared, ...objectsOf(request["functions"])].flatMap((tool) =>
		isObject(tool) && typeof tool["name"] === "string" ? [tool["name"]] : [],
	);
}
