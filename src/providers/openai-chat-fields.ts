import type { FieldTable } from "./field-table.ts";

/** What a part of a content says of a source (Mistral): each comes whole. */
const SAID_OF_SOURCES = ["tool", "title", "url", "source", "description", "favicon", "file_id", "file_name", "file_type"];

/** The members of a message: `delta` in a streamed answer, where texts grow; `whole` in a body and in a request. */
export function messageFields(text: "delta" | "whole"): FieldTable {
	const json = `${text}Json` as const;
	const answer = `${text}Answer` as const;
	return [
		["role", "name"],
		["content", answer],
		["content.#.type", "name"],
		["content.#.text", answer],
		["content.#.thinking.#.type", "name"],
		["content.#.thinking.#.text", text],
		...SAID_OF_SOURCES.map((member) => [`content.#.${member}`, "whole"] as const),
		["refusal", text],
		["reasoning", text],
		["reasoning_content", text],
		["reasoning_details.#.type", "name"],
		["reasoning_details.#.id", "name"],
		["reasoning_details.#.format", "name"],
		["reasoning_details.#.text", text],
		["reasoning_details.#.summary", text],
		["reasoning_details.#.data", "opaque"],
		["reasoning_details.#.signature", "opaque"],
		...["thinking_blocks.#", "provider_specific_fields.thinking_blocks.#"].flatMap(
			(at): FieldTable => [
				[`${at}.type`, "name"],
				[`${at}.thinking`, text],
				[`${at}.data`, "opaque"],
				[`${at}.signature`, "opaque"],
			],
		),
		["function_call.name", "wholeTool"],
		["function_call.arguments", json],
		["tool_calls.#.index", "whole"],
		["tool_calls.#.id", "callId"],
		["tool_calls.#.type", "name"],
		["tool_calls.#.function.name", "wholeTool"],
		["tool_calls.#.function.arguments", json],
		["tool_calls.#.custom.name", "wholeTool"],
		["tool_calls.#.custom.input", text],
		["tool_calls.#.extra_content.google.thought_signature", "opaque"],
		["extra_content.google.thought_signature", "opaque"],
		["audio.id", "name"],
		["audio.expires_at", "whole"],
		["audio.data", "media"],
		["audio.transcript", text],
		["annotations.#.type", "name"],
		["annotations.**", "whole"],
		["citations.**", "whole"],
		["executed_tools.**", "whole"],
	];
}

/** The same paths below another one. */
export function below(at: string, table: FieldTable): FieldTable {
	return table.map(([path, treatment]) => [`${at}.${path}`, treatment] as const);
}
