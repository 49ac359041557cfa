import type { ApiName } from "../../src/core/api.ts";

/** Objects that current APIs send whole beside the texts that grow. */
export interface VendorObject {
	readonly name: string;
	readonly api: ApiName;
	/** An answer with the object; `text` stands wherever it has text of its own. */
	events(text: string): (Record<string, unknown> | string)[];
}

function chat(name: string, ...deltas: ((text: string) => object)[]): VendorObject {
	const event = (delta: object, finish_reason: string | null = null) => ({
		id: "c",
		object: "chat.completion.chunk",
		created: 1,
		model: "m",
		choices: [{ index: 0, delta, finish_reason }],
	});
	return {
		name,
		api: "openai-chat",
		events: (text) => [...deltas.map((delta) => event(delta(text))), event({ content: "" }), event({}, "stop"), "[DONE]"],
	};
}

/** Events of a response with their numbers; the last has its items. */
export function responseOf(items: readonly object[], between: readonly object[]): Record<string, unknown>[] {
	const response = (status: string, output: readonly object[]) => ({
		id: "r",
		object: "response",
		created_at: 1,
		status,
		model: "m",
		output,
	});
	const events = [
		{ type: "response.created", response: response("in_progress", []) },
		...between,
		{ type: "response.completed", response: response("completed", items) },
	];
	return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

/** An item that begins and ends complete. */
function item(name: string, of: (text: string) => Record<string, unknown>): VendorObject {
	return {
		name,
		api: "openai-responses",
		events(text) {
			const whole: Record<string, unknown> = { id: "i_1", status: "completed", ...of(text) };
			const type = { id: "i_1", status: "in_progress", type: whole["type"] };
			return responseOf(
				[whole],
				[
					{ type: "response.output_item.added", output_index: 0, item: type },
					{ type: `response.${whole["type"]}.in_progress`, output_index: 0, item_id: "i_1" },
					{ type: "response.output_item.done", output_index: 0, item: whole },
				],
			);
		},
	};
}

/** A block that begins complete, or a delta that is no text. */
function block(name: string, of: (text: string) => object, delta?: (text: string) => object): VendorObject {
	return {
		name,
		api: "anthropic-messages",
		events: (text) => [
			{
				type: "message_start",
				message: { id: "m", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 1 } },
			},
			{ type: "content_block_start", index: 0, content_block: of(text) },
			...(delta === undefined ? [] : [{ type: "content_block_delta", index: 0, delta: delta(text) }]),
			{ type: "content_block_stop", index: 0 },
			{ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 9 } },
			{ type: "message_stop" },
		],
	};
}

function gemini(name: string, part: (text: string) => object, more: (text: string) => object = () => ({})): VendorObject {
	const event = (members: object) => ({
		candidates: [{ content: { role: "model", parts: [members] }, index: 0 }],
		modelVersion: "m",
		responseId: "r",
	});
	return {
		name,
		api: "gemini-generate",
		events: (text) => [
			event(part(text)),
			{
				candidates: [{ content: { role: "model", parts: [{ text: "" }] }, index: 0, finishReason: "STOP", ...more(text) }],
				modelVersion: "m",
				responseId: "r",
			},
		],
	};
}

const TOOL = { tool_use_id: "srvtoolu_1" };

export const VENDOR_OBJECTS: readonly VendorObject[] = [
	chat("tools that the server ran (Groq)", (text) => ({
		executed_tools: [
			{
				index: 0,
				type: "search",
				arguments: JSON.stringify({ q: text }),
				output: text,
				search_results: { results: [{ title: text, url: "https://a.example/1", score: 0.9 }] },
			},
		],
	})),
	chat("references of a content (Mistral)", (text) => ({
		content: [
			{ type: "reference", reference_ids: [1] },
			{ type: "tool_reference", tool: "web_search", title: text, url: "https://a.example/415", source: "brave", description: text },
		],
	})),
	chat("citations", (text) => ({
		annotations: [{ type: "url_citation", url_citation: { url: "https://a.example/415", title: text, start_index: 0, end_index: 3 } }],
	})),
	chat("encrypted reasoning (OpenRouter)", (text) => ({
		annotations: [{ type: "file", file: { hash: "abc", name: text } }],
		reasoning_details: [{ type: "reasoning.encrypted", data: "gAAAAABh", format: "openai-responses-v1", id: "rs_1", index: 0 }],
	})),
	item("shell call", (text) => ({
		type: "shell_call",
		call_id: "call_1",
		action: { commands: ["ls", text], timeout_ms: 1000 },
		environment: { type: "local" },
	})),
	item("patch", (text) => ({
		type: "apply_patch_call",
		call_id: "call_1",
		operation: { type: "update_file", path: "a.txt", diff: `@@\n-x\n+ ${text}` },
	})),
	item("computer call", (text) => ({
		type: "computer_call",
		call_id: "call_1",
		pending_safety_checks: [],
		actions: [
			{ type: "type", text },
			{ type: "click", x: 1, y: 2 },
		],
	})),
	item("web search", (text) => ({
		type: "web_search_call",
		action: { type: "search", query: text, sources: [{ type: "url", url: "https://a.example/415" }] },
	})),
	item("file search", (text) => ({
		type: "file_search_call",
		queries: [text],
		results: [{ file_id: "file-1", filename: text, score: 0.9, attributes: { by: text }, text }],
	})),
	item("MCP call", (text) => ({
		type: "mcp_call",
		name: "f",
		server_label: "s",
		arguments: JSON.stringify({ q: text }),
		output: text,
		error: null,
	})),
	item("MCP approval", (text) => ({ type: "mcp_approval_request", name: "f", server_label: "s", arguments: JSON.stringify({ q: text }) })),
	item("list of MCP tools", (text) => ({
		type: "mcp_list_tools",
		server_label: "s",
		tools: [{ name: "f", description: text, input_schema: { type: "object" } }],
	})),
	item("tool search", (text) => ({ type: "tool_search_call", call_id: null, execution: "server", arguments: { goal: text } })),
	item("code with its output", (text) => ({
		type: "code_interpreter_call",
		container_id: "cntr_1",
		code: `print("${text}")`,
		outputs: [{ type: "logs", logs: text }],
	})),
	item("what a program of the model's says", (text) => ({ type: "program_output", call_id: "call_1", result: text })),
	block("search result", (text) => ({
		type: "web_search_tool_result",
		...TOOL,
		content: [
			{ type: "web_search_result", url: "https://a.example/415", title: text, encrypted_content: "RW5j", page_age: "April 2, 2026" },
		],
		caller: { type: "direct" },
	})),
	block("fetched page", (text) => ({
		type: "web_fetch_tool_result",
		...TOOL,
		content: {
			type: "web_fetch_result",
			url: "https://a.example/415",
			content: { type: "document", title: "T", source: { type: "text", media_type: "text/plain", data: text } },
		},
	})),
	block("output of code", (text) => ({
		type: "bash_code_execution_tool_result",
		...TOOL,
		content: { type: "bash_code_execution_result", stdout: text, stderr: "", return_code: 0, content: [] },
	})),
	block("lines of a file", (text) => ({
		type: "text_editor_code_execution_tool_result",
		...TOOL,
		content: {
			type: "text_editor_code_execution_str_replace_result",
			lines: ["-x", text],
			old_start: 1,
			old_lines: 1,
			new_start: 1,
			new_lines: 1,
		},
	})),
	block("MCP result", (text) => ({ type: "mcp_tool_result", ...TOOL, is_error: false, content: [{ type: "text", text }] })),
	block("advice", (text) => ({ type: "advisor_tool_result", ...TOOL, content: { type: "advisor_result", text } })),
	block(
		"citation",
		() => ({ type: "text", text: "", citations: [] }),
		(text) => ({
			type: "citations_delta",
			citation: {
				type: "web_search_result_location",
				cited_text: text,
				url: "https://a.example/415",
				title: text,
				encrypted_index: "RW5j",
			},
		}),
	),
	gemini("call of a server's tool", (text) => ({
		toolCall: { id: "t1", toolType: "GOOGLE_SEARCH", args: { queries: [text] } },
		thoughtSignature: "c2ln",
	})),
	gemini("answer of a server's tool", (text) => ({ toolResponse: { id: "t1", toolType: "GOOGLE_SEARCH", response: { results: [text] } } })),
	gemini("function call", (text) => ({ functionCall: { id: "c1", name: "f", args: { to: text, n: 5 } }, thoughtSignature: "c2ln" })),
	gemini("code with its output", (text) => ({ codeExecutionResult: { id: "e1", outcome: "OUTCOME_OK", output: text } })),
	gemini("who speaks in a transcript", (text) => ({ audioTranscription: { text: "", speakerLabel: text, startOffset: text } })),
	gemini("metadata of a part", (text) => ({ text: "", partMetadata: { note: text } })),
	gemini(
		"grounding",
		() => ({ text: "" }),
		(text) => ({
			groundingMetadata: { webSearchQueries: [text], groundingChunks: [{ web: { uri: "https://a.example/415", title: text } }] },
		}),
	),
];
