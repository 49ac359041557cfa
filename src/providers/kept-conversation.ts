import type { ApiName } from "../core/api.ts";
import { isObject } from "./json-object.ts";

/** OpenAI's responses have `previous_response_id` and `conversation`. */
const ALWAYS: ReadonlySet<ApiName> = new Set(["openai-responses"]);

/** Whether the vendor may keep the conversation, so that a request need not hold all of it: Anthropic's threads. */
export function isConversationKept(api: ApiName, request: unknown): boolean {
	return ALWAYS.has(api) || (isObject(request) && request["thread"] != null);
}
