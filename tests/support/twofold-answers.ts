import type { ApiName } from "../../src/core/api.ts";

/** Answers that some reader takes for one text although others keep its pieces apart, or never see one of them. */

type Data = Readonly<Record<string, unknown>>;

export interface TwofoldFormat {
	readonly name: string;
	readonly api: ApiName;
	readonly client?: ApiName;
	readonly begin: readonly Data[];
	/** Ways to say a piece of the text. */
	readonly ways: readonly ((piece: string) => Data)[];
	/** What may stand between two pieces. */
	readonly between: readonly (readonly Data[])[];
	readonly end: readonly (Data | "[DONE]")[];
	/** The text to the most careless reader: he joins what comes. */
	read(events: readonly Data[]): string;
	/** The text stands in JSON. */
	readonly isJson?: true;
}

/** As JavaScript and PHP look a path up: a list and an object with numbers for names are one to them. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
	return path.reduce<unknown>(
		(node, step) => (typeof node === "object" && node !== null ? (node as Record<string, unknown>)[step] : undefined),
		value,
	);
}

/** As JavaScript appends a value to a text. */
function appended(value: unknown): string {
	if (Array.isArray(value) && typeof value[0] === "object") return value.map((part) => appended(at(part, "text"))).join("");
	return value == null ? "" : String(value);
}

const joined = (events: readonly Data[], textOf: (event: Data) => unknown): string =>
	events.map((event) => appended(textOf(event))).join("");

const chat = (choice: Data): Data => ({ id: "c", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, ...choice }] });
const FINISH = chat({ delta: {}, finish_reason: "stop" });
const call = (source: string): Data => ({ index: 0, function: { arguments: source } });

const CHAT: TwofoldFormat = {
	name: "a chat",
	api: "openai-chat",
	begin: [],
	ways: [
		(content) => chat({ delta: { content }, finish_reason: null }),
		(content) => chat({ delta: { content }, finish_reason: "" }),
		(content) => chat({ delta: { content }, finish_reason: "stop" }),
		(text) => chat({ delta: { content: [{ type: "text", text }] } }),
		(content) => chat({ delta: { content: [content] } }),
		(content) => chat({ delta: { Content: content } }),
		(content) => ({ id: "c", choices: { "0": { index: 0, delta: { content } } } }),
	],
	between: [[], [FINISH], [chat({ delta: { role: "assistant", content: "" } })]],
	end: [FINISH, "[DONE]"],
	read: (events) => joined(events, (event) => at(event, "choices", 0, "delta", "content") ?? at(event, "choices", 0, "delta", "Content")),
};

const CALL: TwofoldFormat = {
	...CHAT,
	name: "a call in a chat",
	begin: [chat({ delta: { tool_calls: [{ index: 0, id: "c", type: "function", function: { name: "f", arguments: "" } }] } })],
	ways: [
		(source) => chat({ delta: { tool_calls: [call(source)] } }),
		(source) => chat({ delta: { tool_calls: [call(source)] }, finish_reason: "tool_calls" }),
		(source) => chat({ delta: { tool_calls: { "0": call(source) } } }),
		(source) => chat({ delta: { tool_calls: [{ index: 0, function: { arguments: [source] } }] } }),
		(source) => chat({ delta: { tool_calls: [{ index: 0, function: { Arguments: source } }] } }),
	],
	read: (events) =>
		joined(events, (event) => {
			const made = at(event, "choices", 0, "delta", "tool_calls", 0, "function");
			return at(made, "arguments") ?? at(made, "Arguments");
		}),
	isJson: true,
};

const start = (content: readonly Data[] = []): Data => ({
	type: "message_start",
	message: { id: "m", type: "message", role: "assistant", model: "m", content, usage: {} },
});
const delta = (index: number, members: Data): Data => ({ type: "content_block_delta", index, delta: members });
const open = (index: number, block: Data): Data => ({ type: "content_block_start", index, content_block: block });
const stop = (index: number): Data => ({ type: "content_block_stop", index });
const THOUGHT = { type: "thinking", thinking: "" };
const MESSAGE_END: readonly Data[] = [{ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: {} }, { type: "message_stop" }];

const MESSAGE: TwofoldFormat = {
	name: "a message",
	api: "anthropic-messages",
	begin: [start(), open(0, { type: "text", text: "" })],
	ways: [
		(text) => delta(0, { type: "text_delta", text }),
		(text) => delta(0, { type: "text_delta", text: [text] }),
		(text) => delta(0, { type: "text_delta", Text: text }),
		(text) => open(0, { type: "text", text: [text] }),
		(text) => start([{ type: "text", text }]),
	],
	between: [[], [start([{ type: "text", text: "zz" }])], [stop(0)], [stop(0), open(1, { type: "text", text: "" })]],
	end: MESSAGE_END,
	read: (events) =>
		joined(events, (event) => {
			const said = at(event, "delta", "text") ?? at(event, "delta", "Text") ?? at(event, "content_block", "text");
			return said ?? at(event, "message", "content", 0, "text");
		}),
};

const readChat = (member: string) => (events: readonly Data[]) => joined(events, (event) => at(event, "choices", 0, "delta", member));

const THOUGHTS: TwofoldFormat = {
	...MESSAGE,
	name: "the thoughts of a message",
	begin: [start(), open(0, THOUGHT), open(1, THOUGHT)],
	ways: [0, 1].map((index) => (thinking) => delta(index, { type: "thinking_delta", thinking })),
	between: [[], [stop(1)], [stop(0)]],
	read: (events) => joined(events, (event) => at(event, "delta", "thinking")),
};

const INPUT: TwofoldFormat = {
	...MESSAGE,
	name: "a call in a message",
	begin: [start(), open(0, { type: "tool_use", id: "t", name: "f", input: {} })],
	ways: [
		(source) => delta(0, { type: "input_json_delta", partial_json: source }),
		(source) => delta(0, { type: "input_json_delta", partial_json: [source] }),
	],
	between: [[], [stop(0)], [stop(0), { type: "ping" }]],
	read: (events) => joined(events, (event) => at(event, "delta", "partial_json")),
	isJson: true,
};

const response = (type: string, members: Data): Data => ({ type: `response.${type}`, output_index: 0, ...members });

const RESPONSE: TwofoldFormat = {
	name: "a response",
	api: "openai-responses",
	begin: [response("created", { response: { id: "r", output: [] } })],
	ways: [
		(text) => response("output_text.delta", { content_index: 0, delta: text }),
		(text) => response("output_text.delta", { content_index: 1, delta: text }),
		(text) => response("output_text.delta", { content_index: 0, delta: [text] }),
		(text) => response("output_text.delta", { content_index: 0, Delta: text }),
	],
	between: [[], [response("output_text.done", { content_index: 0, text: "" })]],
	end: [response("completed", { response: { id: "r", output: [] } })],
	read: (events) =>
		joined(
			events.filter(({ type }) => type === "response.output_text.delta"),
			(event) => event["delta"] ?? event["Delta"],
		),
};

const ARGUMENTS: TwofoldFormat = {
	...RESPONSE,
	name: "a call in a response",
	ways: [
		(source) => response("function_call_arguments.delta", { delta: source }),
		(source) => response("function_call_arguments.delta", { delta: [source] }),
	],
	between: [[], [response("function_call_arguments.done", { arguments: "" })]],
	read: (events) => joined(events, ({ type, delta: said }) => (type === "response.function_call_arguments.delta" ? said : "")),
	isJson: true,
};

const GEMINI: TwofoldFormat = {
	name: "an answer of Gemini",
	api: "gemini-generate",
	begin: [],
	ways: [
		(text) => ({ candidates: [{ index: 0, content: { parts: [{ text }] } }] }),
		(text) => ({ candidates: [{ index: 0, content: { parts: [{ text }] }, finishReason: "STOP" }] }),
		(text) => ({ candidates: [{ index: 0, content: { parts: [{ text: [text] }] } }] }),
		(text) => ({ candidates: [{ index: 0, content: { parts: { "0": { text } } } }] }),
		(text) => ({ candidates: { "0": { index: 0, content: { parts: [{ text }] } } } }),
		(text) => ({ candidates: [{ index: 0, Content: { parts: [{ text }] } }] }),
	],
	between: [[], [{ candidates: [{ index: 0, finishReason: "STOP" }] }]],
	end: [{ candidates: [{ index: 0, content: { parts: [{ text: "" }] }, finishReason: "STOP" }] }],
	read: (events) =>
		joined(events, (event) => {
			const candidate = at(event, "candidates", 0);
			return at(at(candidate, "content") ?? at(candidate, "Content"), "parts", 0, "text");
		}),
};

const CLIENT = { client: "openai-chat" } as const;

export const TWOFOLD_FORMATS: readonly TwofoldFormat[] = [
	CHAT,
	CALL,
	MESSAGE,
	{ ...MESSAGE, ...CLIENT, name: "a message for a chat client", read: readChat("content") },
	THOUGHTS,
	{ ...THOUGHTS, ...CLIENT, name: "thoughts for a chat client", read: readChat("reasoning_content") },
	INPUT,
	RESPONSE,
	ARGUMENTS,
	GEMINI,
];
