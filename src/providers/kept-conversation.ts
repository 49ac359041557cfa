import type { ApiName } from "../core/api.ts";
import { isObject } from "./json-object.ts";

/** OpenAI's responses have `previous_response_id` and `conversation`. */
const ALWAYS: ReadonlySet<ApiName> = new Set(["openai-responses"]);

/** Whether the vendor may keep the conversation, so that a request need not hold all of it. */
export function isConversationKept(api: ApiName, request: unknown): boolean {
	return ALWAYS.has(api) || isThread(request);
}

/** Anthropic's: messages before, tools and system prompt are the vendor's. Its SDK does without one where it must, so a policy may refuse it. */
export function isThread(request: unknown): boolean {
	return isObject(request) && request["thread"] != null;
}
