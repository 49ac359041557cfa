import { type ResponseItem, responseEvents } from "./response-events.ts";
import { type StreamChannel, stringAt } from "./stream-channel.ts";

const sse = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
const DONE = "data: [DONE]\n\n";

type Path = readonly (string | number)[];

/** A channel of a chat completion. `delta` makes the delta of one piece; `path` is where a client reads it. */
function chat(
	name: string,
	path: Path,
	delta: (text: string, i: number) => object,
	more: { isJson?: true; index?: number } = {},
): StreamChannel {
	const { index = 0, ...options } = more;
	const event = (choices: object[]): string => sse({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", choices });
	return {
		name: `chat ${name}`,
		api: "openai-chat",
		...options,
		events: (deltas) => [
			event([{ index, delta: { role: "assistant", content: null }, finish_reason: null }]),
			...deltas.map((text, i) => event([{ index, ...delta(text, i), finish_reason: null }])),
			event([{ index, delta: {}, finish_reason: "stop" }]),
			DONE,
		],
		read: (data) => stringAt(data, ["choices", index, ...path]),
	};
}

/** The first fragment of a call names it. */
const call = (i: number, members: object, first: object): object => ({
	delta: { tool_calls: [{ index: 0, ...(i === 0 && first), ...members }] },
});

/** A channel of a response. A client reads the deltas; every later copy of the text must agree with them. */
function response(
	name: string,
	item: (texts: readonly string[]) => ResponseItem,
	base: string,
	more: { isJson?: true } = {},
): StreamChannel {
	return {
		name: `responses ${name}`,
		api: "openai-responses",
		...more,
		events: (deltas) => responseEvents([item(deltas)]),
		read: (data) => (data["type"] === `response.${base}.delta` ? stringAt(data, ["delta"]) : ""),
		copies: (data) => copiesOf(data).filter((text) => text !== ""),
	};
}

/** Every text that repeats what came in deltas. */
function copiesOf(data: unknown): string[] {
	if (typeof data !== "object" || data === null) return [];
	const { type } = data as { type?: string };
	if (type?.startsWith("response.") && type.endsWith(".added")) return [];
	return Object.entries(data).flatMap(([name, value]) =>
		typeof value !== "string" ? copiesOf(value) : ["text", "refusal", "arguments", "input", "code"].includes(name) ? [value] : [],
	);
}

export const OPENAI_CHANNELS: readonly StreamChannel[] = [
	chat("content", ["delta", "content"], (content) => ({ delta: { content } })),
	chat("content of the second choice", ["delta", "content"], (content) => ({ delta: { content } }), { index: 1 }),
	{
		...chat("content as parts", [], (text) => ({ delta: { content: [{ type: "text", text }] } })),
		read: (data) => stringAt(data, ["choices", 0, "delta", "content"]) || stringAt(data, ["choices", 0, "delta", "content", 0, "text"]),
	},
	{
		...chat("content now as a string, now as parts", [], (text, i) => ({ delta: { content: i % 2 ? text : [{ type: "text", text }] } })),
		read: (data) => stringAt(data, ["choices", 0, "delta", "content"]) || stringAt(data, ["choices", 0, "delta", "content", 0, "text"]),
	},
	chat("thinking parts", ["delta", "content", 0, "thinking", 0, "text"], (text) => ({
		delta: { content: [{ type: "thinking", thinking: [{ type: "text", text }] }] },
	})),
	chat("refusal", ["delta", "refusal"], (refusal) => ({ delta: { refusal } })),
	chat("reasoning", ["delta", "reasoning"], (reasoning) => ({ delta: { reasoning } })),
	chat("reasoning_content", ["delta", "reasoning_content"], (text) => ({ delta: { content: null, reasoning_content: text } })),
	chat("reasoning_details", ["delta", "reasoning_details", 0, "text"], (text) => ({
		delta: { reasoning_details: [{ type: "reasoning.text", text, format: "unknown", index: 0 }] },
	})),
	chat("function_call arguments", ["delta", "function_call", "arguments"], (text) => ({ delta: { function_call: { arguments: text } } }), {
		isJson: true,
	}),
	chat(
		"tool call arguments",
		["delta", "tool_calls", 0, "function", "arguments"],
		(text, i) => call(i, { function: { ...(i === 0 && { name: "f" }), arguments: text } }, { id: "call_1", type: "function" }),
		{ isJson: true },
	),
	chat("custom tool input", ["delta", "tool_calls", 0, "custom", "input"], (text, i) =>
		call(i, { custom: { ...(i === 0 && { name: "f" }), input: text } }, { id: "call_1", type: "custom" }),
	),
	chat("audio transcript", ["delta", "audio", "transcript"], (transcript) => ({ delta: { audio: { id: "audio_1", transcript } } })),
	chat("unknown member of a delta", ["delta", "musing"], (musing) => ({ delta: { musing } })),
	chat("unknown member of a choice", ["aside"], (aside) => ({ delta: {}, aside })),
	chat("unknown object in a delta", ["delta", "provider_specific_fields", "plan", "text"], (text) => ({
		delta: { provider_specific_fields: { plan: { text } } },
	})),
	{
		name: "completions text",
		api: "openai-completions",
		events: (deltas) => {
			const event = (choice: object): string => sse({ id: "cmpl-1", object: "text_completion", created: 1, model: "m", choices: [choice] });
			return [
				...deltas.map((text) => event({ index: 0, text, logprobs: null, finish_reason: null })),
				event({ index: 0, text: "", logprobs: null, finish_reason: "stop" }),
				DONE,
			];
		},
		read: (data) => stringAt(data, ["choices", 0, "text"]),
	},
	{
		name: "transcript",
		api: "openai-transcription",
		events: (deltas) => [
			...deltas.map((delta) => sse({ type: "transcript.text.delta", delta })),
			sse({ type: "transcript.text.done", text: deltas.join(""), usage: { type: "tokens", input_tokens: 1, output_tokens: 2 } }),
		],
		read: (data) => (data["type"] === "transcript.text.delta" ? stringAt(data, ["delta"]) : ""),
		copies: (data) => (data["type"] === "transcript.text.done" ? [stringAt(data, ["text"])] : []),
	},
	{
		name: "vLLM's transcript",
		api: "openai-transcription",
		events: (deltas) => [
			...deltas.map((content) =>
				sse({ id: "trsc-1", object: "transcription.chunk", created: 1, model: "m", choices: [{ delta: { content } }] }),
			),
			DONE,
		],
		read: (data) => stringAt(data, ["choices", 0, "delta", "content"]),
	},
	response("output text", (texts) => ({ kind: "message", texts }), "output_text"),
	response("refusal", (texts) => ({ kind: "message", texts, isRefusal: true }), "refusal"),
	response("reasoning text", (texts) => ({ kind: "reasoning", list: "content", texts }), "reasoning_text"),
	response("reasoning summary", (texts) => ({ kind: "reasoning", list: "summary", texts }), "reasoning_summary_text"),
	response(
		"function call arguments",
		(texts) => ({ kind: "call", type: "function_call", member: "arguments", base: "function_call_arguments", texts }),
		"function_call_arguments",
		{ isJson: true },
	),
	response(
		"MCP call arguments",
		(texts) => ({ kind: "call", type: "mcp_call", member: "arguments", base: "mcp_call_arguments", texts }),
		"mcp_call_arguments",
		{ isJson: true },
	),
	response(
		"custom tool input",
		(texts) => ({ kind: "call", type: "custom_tool_call", member: "input", base: "custom_tool_call_input", texts }),
		"custom_tool_call_input",
	),
	response(
		"code interpreter code",
		(texts) => ({ kind: "call", type: "code_interpreter_call", member: "code", base: "code_interpreter_call_code", texts }),
		"code_interpreter_call_code",
	),
	{
		name: "responses audio transcript",
		api: "openai-responses",
		events: (deltas) =>
			[
				{ type: "response.created", response: { id: "resp_1", object: "response", status: "in_progress", model: "m", output: [] } },
				...deltas.map((delta) => ({ type: "response.audio.transcript.delta", delta })),
				{ type: "response.audio.transcript.done" },
				{ type: "response.completed", response: { id: "resp_1", object: "response", status: "completed", model: "m", output: [] } },
			].map((event, sequence_number) => sse({ ...event, sequence_number })),
		read: (data) => (data["type"] === "response.audio.transcript.delta" ? stringAt(data, ["delta"]) : ""),
	},
	response(
		"unknown tool input",
		(texts) => ({ kind: "call", type: "new_call", member: "input", base: "new_call_input", texts }),
		"new_call_input",
	),
];
