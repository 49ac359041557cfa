import { createFieldReader } from "./field-table.ts";
import { below, messageFields } from "./openai-chat-fields.ts";
import { COMPLETION_HEAD } from "./openai-choices.ts";
import { OPENAI_SETTINGS } from "./request-settings.ts";

/** A request, an answer or a message as another gateway shows it to its guardrail, in OpenAI's form; of any other form every string is a text. */
export const readGuardedBody = createFieldReader(
	[
		...COMPLETION_HEAD,
		["seed", "number"],
		["tool_choice", "name"],
		["tools.#.type", "name"],
		["response_format.type", "name"],
		...messageFields("whole"),
		...below("messages.#", messageFields("whole")),
		...below("choices.#.message", messageFields("whole")),
	],
	{ names: OPENAI_SETTINGS },
);
