import { blockAmendments, readRequestFields } from "./anthropic-fields.ts";
import { isObject, type JsonObject } from "./json-object.ts";
import { readModelRequest } from "./model-request.ts";
import type { RequestReading } from "./provider.ts";

/** `generates`: whether an answer is asked for, or a count. */
export function readMessagesRequest(json: string, generates: boolean): RequestReading {
	let root: JsonObject = {};
	let blocks: Parameters<typeof blockAmendments>[2] = [];
	const reading = readModelRequest(
		json,
		"",
		(text, object) => {
			const fields = readRequestFields(text, object);
			root = object as JsonObject;
			blocks = fields?.spans ?? [];
			return fields;
		},
		(object, invalid) => {
			const { messages, max_tokens: budget, thread } = object;
			// None at all fills the vendor's cache with the prompt.
			if (generates && budget !== undefined && !(Number.isSafeInteger(budget) && (budget as number) >= 0))
				return invalid("max_tokens", "'max_tokens' must be an integer of 0 or more: the most tokens the answer may have.");
			// A turn that paused within a thread goes on by itself.
			const isResumed = isObject(thread) && thread["type"] === "continue";
			if (!Array.isArray(messages) || (messages.length === 0 && !isResumed))
				return invalid("messages", "'messages' must be a non-empty array of messages.");
			const wrong = messages.findIndex((message) => !isMessage(message));
			if (wrong < 0) return undefined;
			return invalid(
				`messages.${wrong}`,
				`'messages.${wrong}' must be an object with a string 'role' and 'content' of a string or an array.`,
			);
		},
	);
	return reading.kind === "data" ? { ...reading, amendments: blockAmendments(root, reading.places, blocks) } : reading;
}

/** One of the system's may have settings in the place of words. */
function isMessage(message: unknown): boolean {
	if (!isObject(message)) return false;
	const { role, content } = message;
	return (
		typeof role === "string" && (typeof content === "string" || Array.isArray(content) || (role === "system" && content === undefined))
	);
}
