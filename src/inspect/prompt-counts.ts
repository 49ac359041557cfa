import type { PromptCounts } from "../policy/policy.ts";
import { isObject, objectsOf } from "../providers/json-object.ts";

/** Members that hold the conversation, of any vendor. */
const CONVERSATIONS = ["messages", "input", "contents"] as const;

export interface CountFault {
	readonly message: string;
	readonly param: string;
}

/** What a request has too many of; undefined: nothing. */
export function countFault(request: unknown, most: PromptCounts): CountFault | undefined {
	if (!isObject(request)) return undefined;
	const conversation = CONVERSATIONS.find((name) => Array.isArray(request[name])) ?? "messages";
	const messages = objectsOf(request[conversation]);
	const parts = messages.reduce((sum, { content, parts: own }) => sum + lengthOf(content) + lengthOf(own), lengthOf(request["system"]));
	const tools = objectsOf(request["tools"]).reduce(
		(sum, tool) => sum + (lengthOf(tool["functionDeclarations"]) + lengthOf(tool["function_declarations"]) || 1),
		lengthOf(request["functions"]),
	);
	const isOver = (name: keyof PromptCounts, count: number): boolean => count > most[name];
	if (isOver("messages", messages.length)) return fault("messages", messages.length, most, conversation);
	if (isOver("parts", parts)) return fault("parts", parts, most, conversation);
	return isOver("tools", tools) ? fault("tools", tools, most, "tools") : undefined;
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

function fault(name: keyof PromptCounts, count: number, most: PromptCounts, param: string): CountFault {
	return { message: `The request has ${count} ${name}; at most ${most[name]} are taken. Send fewer, or split the request.`, param };
}
