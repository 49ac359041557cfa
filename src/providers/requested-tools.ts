import { isObject, type JsonObject } from "./json-object.ts";
import { parameterOf } from "./parameter-of.ts";

/** What a request lets the model use. */
export interface RequestedTool {
	/** function: the application runs it. hosted: the vendor does, or has it defined. server: others do, behind MCP. */
	readonly kind: "function" | "hosted" | "server";
	/** A function's own name; the vendor's word for a hosted tool, in small letters and underscores; host or connector of a server. */
	readonly name: string;
	/** As our errors name a parameter: `tools[1].type`. */
	readonly param: string;
}

/** Types of tools that the application runs. */
const FUNCTIONS = new Set(["function", "custom"]);
/** What names a server, and what of it may have that. */
const SERVER_MEMBERS = ["server_url", "url", "connector_id"] as const;
const TRANSPORTS = ["streamableHttpTransport", "streamable_http_transport"];
/** Members of a function that has no type: Anthropic's, and those of servers that are lenient. */
const OF_FUNCTIONS = new Set(
	"name description function custom input_schema parameters cache_control strict input_examples defer_loading allowed_callers".split(" "),
);

/** What the members of a request, and of a tool without a type, name, by their plain name. */
const MEMBERS: Readonly<Record<string, (value: unknown, path: Path) => readonly RequestedTool[]>> = {
	functiondeclarations: functionsIn,
	functions: functionsIn,
	mcpservers: serversIn,
};
/** Of a request alone: OpenRouter's plugins, and what switches on a search. */
const OF_REQUESTS: typeof MEMBERS = {
	...MEMBERS,
	tools: (tools, path) => elementsOf(tools).flatMap(([i, tool]) => readTool(tool, [...path, i])),
	plugins: (plugins, path) => elementsOf(plugins).map(([i, plugin]) => hostedTool(textAt(plugin, "id"), [...path, i, "id"])),
	websearchoptions: (_, path) => [hostedTool("web_search", path)],
	searchparameters: (_, path) => [hostedTool("web_search", path)],
	generatecontentrequest: toolsIn,
};

/** Every tool that a request of any vendor names, wherever its vendor, or one that is lenient, has it. */
export function requestedTools(request: unknown): readonly RequestedTool[] {
	return toolsIn(request, []);
}

function toolsIn(request: unknown, path: Path): readonly RequestedTool[] {
	return membersOf(request).flatMap(([name, value]) => OF_REQUESTS[plainName(name)]?.(value, [...path, name]) ?? []);
}

type Path = readonly (string | number)[];

function readTool(tool: unknown, path: Path): readonly RequestedTool[] {
	if (!isObject(tool)) return [hostedTool(typeof tool === "string" ? tool : "", path)];
	const { type, tools } = tool;
	const within = tools == null ? [] : elementsOf(tools).flatMap(([i, inner]) => readTool(inner, [...path, "tools", i]));
	if (type === "mcp") return [hostedTool(type, [...path, "type"]), ...serversOf(tool, path), ...within];
	if (typeof type === "string" && !FUNCTIONS.has(type)) return [hostedTool(type, [...path, "type"]), ...within];
	const isNamed = isObject(tool["function"]) || isObject(tool["custom"]) || typeof tool["name"] === "string";
	const own = isNamed || type != null ? functionsOf(tool, path) : [];
	return type != null ? own : [...own, ...membersOf(tool).flatMap(([name, value]) => untyped(name, value, path))];
}

/** A member of a tool without a type. */
function untyped(name: string, value: unknown, path: Path): readonly RequestedTool[] {
	if (OF_FUNCTIONS.has(name)) return [];
	return MEMBERS[plainName(name)]?.(value, [...path, name]) ?? [hostedTool(name, [...path, name])];
}

/** Where it stands twice, one vendor reads the one and another the other. */
function functionsOf(tool: JsonObject, path: Path): readonly RequestedTool[] {
	const within = (["function", "custom"] as const).filter((name) => isObject(tool[name]));
	const holders: [unknown, Path][] = within.map((name) => [tool[name], [...path, name]]);
	if (within.length === 0 || tool["name"] != null) holders.push([tool, path]);
	return holders.map(([holder, at]) => ({ kind: "function", name: textAt(holder, "name"), param: parameterOf([...at, "name"]) }));
}

function functionsIn(list: unknown, path: Path): readonly RequestedTool[] {
	return elementsOf(list).flatMap(([i, declared]) => functionsOf(isObject(declared) ? declared : {}, [...path, i]));
}

/** Anthropic's and Gemini's lists of servers. */
function serversIn(list: unknown, path: Path): readonly RequestedTool[] {
	return [hostedTool("mcp", path), ...elementsOf(list).flatMap(([i, server]) => serversOf(isObject(server) ? server : {}, [...path, i]))];
}

/** All that it names: vendors read different members. */
function serversOf(server: JsonObject, path: Path): readonly RequestedTool[] {
	const holders = [server, ...TRANSPORTS.map((name) => server[name])].filter(isObject);
	const named = holders.flatMap((holder) =>
		SERVER_MEMBERS.filter((name) => holder[name] != null).map((name) => ({ name, value: textAt(holder, name) })),
	);
	const all = named.length > 0 ? named : [{ name: "url", value: "" }];
	return all.map(({ name, value }) => ({
		kind: "server",
		name: name === "connector_id" ? value : hostOf(value),
		param: parameterOf([...path, name]),
	}));
}

function hostedTool(name: string, path: Path): RequestedTool {
	const word = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
	return { kind: "hosted", name: word, param: parameterOf(path) };
}

/** Empty where it is no address. */
function hostOf(address: string): string {
	return URL.canParse(address) ? new URL(address).hostname : "";
}

function textAt(holder: unknown, name: string): string {
	const value = isObject(holder) ? holder[name] : undefined;
	return typeof value === "string" ? value : "";
}

/** Those that say something. */
function membersOf(value: unknown): [name: string, value: unknown][] {
	return isObject(value) ? Object.entries(value).filter(([, member]) => member != null) : [];
}

/** One that is no list is the only element. */
function elementsOf(value: unknown): readonly (readonly [i: number, element: unknown])[] {
	return [...(Array.isArray(value) ? value : [value]).entries()];
}

/** As lenient servers read the name of a member. */
function plainName(name: string): string {
	return name.replaceAll("_", "").toLowerCase();
}
