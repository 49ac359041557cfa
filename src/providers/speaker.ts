import type { Speaker } from "../core/speaker.ts";
import type { JsonPath } from "../wire/json-strings.ts";
import { isObject } from "./json-object.ts";

/** Members at the root of a request, of any vendor. */
const BY_MEMBER: Readonly<Record<string, Speaker>> = {
	system: "system",
	instructions: "system",
	systemInstruction: "system",
	system_instruction: "system",
	tools: "definition",
	functions: "definition",
	documents: "foreign",
	// What an application says to its vendor, and no model reads.
	metadata: "system",
	client_metadata: "system",
};

const BY_ROLE: Readonly<Record<string, Speaker>> = {
	system: "system",
	developer: "system",
	user: "user",
	assistant: "assistant",
	model: "assistant",
	tool: "foreign",
	function: "foreign",
	ipython: "foreign",
};

/** Types of items and parts that carry what a tool or a search brought, and members that do. */
const FOREIGN_TYPE = /(?:_result|_output|^document|^search_results?)$/;
const FOREIGN_MEMBERS: ReadonlySet<string | number> = new Set([
	"functionResponse",
	"function_response",
	"codeExecutionResult",
	"toolResponse",
	"tool_response",
	"tool_results",
]);

/** Who speaks at a place of a request. A text that nothing says anything about is the user's. */
export function speakerOf(root: unknown, path: JsonPath): Speaker {
	const [first] = path;
	if (typeof first === "string" && Object.hasOwn(BY_MEMBER, first)) return BY_MEMBER[first] as Speaker;
	let speaker: Speaker = "user";
	let node = root;
	for (const step of path) {
		if (FOREIGN_MEMBERS.has(step)) return "foreign";
		node = isObject(node) || Array.isArray(node) ? (node as Record<string | number, unknown>)[step] : undefined;
		if (!isObject(node)) continue;
		const { role, type } = node;
		if (typeof type === "string" && FOREIGN_TYPE.test(type)) return "foreign";
		if (typeof role === "string" && Object.hasOwn(BY_ROLE, role)) speaker = BY_ROLE[role] as Speaker;
	}
	return speaker;
}
