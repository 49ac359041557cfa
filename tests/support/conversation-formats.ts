import { type AnthropicBlock, anthropicEvents, anthropicMessage } from "./anthropic-events.ts";
import { type GeminiPart, geminiAnswer, geminiEvents, geminiSse } from "./gemini-events.ts";
import { chatEvents } from "./mock-upstream.ts";
import { type ResponseItem, responseEvents } from "./response-events.ts";

/** One message of a conversation. A call has one argument, its text. */
export interface Turn {
	readonly kind: "user" | "assistant" | "call" | "result";
	readonly text: string;
	/** Of a call, and of the call that a result belongs to. */
	readonly id: string;
}

/** What a client asks. `previous`: the answer, kept by the vendor, that the turns follow. */
export interface Asked {
	readonly model: string;
	readonly isStream: boolean;
	readonly system: string;
	readonly turns: readonly Turn[];
	readonly previous: string | undefined;
}

/** What a vendor says, cut into pieces. */
export interface Said {
	readonly text: string;
	readonly isCall: boolean;
	readonly isStream: boolean;
	readonly id: string;
	readonly cut: (text: string) => readonly string[];
}

/** The texts that a client reads of an answer: the first one, and the copies that the format has of it. */
export interface Read {
	readonly isCall: boolean;
	readonly texts: readonly string[];
}

/** A vendor's API, as a client that holds a conversation uses it. */
export interface ConversationFormat {
	readonly name: string;
	path(asked: Asked): string;
	body(asked: Asked): object;
	/** The texts of a request body in their order. */
	heard(body: string): string[];
	say(said: Said): string;
	read(answer: string, isStream: boolean): Read;
}

const argumentsOf = (text: string): string => JSON.stringify({ q: text });
const argumentIn = (source: string): string => (JSON.parse(source) as { q: string }).q;
const eventsIn = <Event>(answer: string): Event[] =>
	answer
		.split(/\r?\n/)
		.filter((line) => line.startsWith("data: {"))
		.map((line) => JSON.parse(line.slice(6)) as Event);

/** Pieces of a text, or of the arguments of a call. */
function readPieces(text: string, args: string): Read {
	return args === "" ? { isCall: false, texts: [text] } : { isCall: true, texts: [argumentIn(args)] };
}

interface ChatMessage {
	readonly content?: string | null;
	readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[];
}

const chatArguments = (message: ChatMessage | undefined): string => message?.tool_calls?.[0]?.function.arguments ?? "";

const CHAT: ConversationFormat = {
	name: "chat",
	path: () => "/v1/chat/completions",
	body({ model, isStream, system, turns }) {
		const messages = turns.map(({ kind, text, id }) => {
			if (kind === "result") return { role: "tool", tool_call_id: id, content: text };
			if (kind !== "call") return { role: kind, content: text };
			const call = { id, type: "function", function: { name: "f", arguments: argumentsOf(text) } };
			return { role: "assistant", content: null, tool_calls: [call] };
		});
		return { model, stream: isStream, messages: [{ role: "system", content: system }, ...messages] };
	},
	heard(body) {
		const { messages } = JSON.parse(body) as { messages: ChatMessage[] };
		return messages.map((message) => message.content ?? argumentIn(chatArguments(message)));
	},
	say({ text, isCall, isStream, id, cut }) {
		const call = (args: string, head: object = {}) => ({ tool_calls: [{ index: 0, ...head, function: { name: "f", arguments: args } }] });
		const head = { id, type: "function" };
		const finish_reason = isCall ? "tool_calls" : "stop";
		if (!isStream) {
			const message = { role: "assistant", content: isCall ? null : text, ...(isCall && call(argumentsOf(text), head)) };
			return JSON.stringify({ id: "c", choices: [{ index: 0, message, finish_reason }] });
		}
		if (!isCall) return chatEvents(cut(text)).join("");
		const deltas = cut(argumentsOf(text)).map((args, i) =>
			i === 0 ? call(args, head) : { tool_calls: [{ index: 0, function: { arguments: args } }] },
		);
		const events = deltas.map((delta) => `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`);
		return [...events, ...chatEvents([], finish_reason).slice(1)].join("");
	},
	read(answer, isStream) {
		type Choices = { readonly choices: readonly { readonly delta?: ChatMessage; readonly message?: ChatMessage }[] };
		const events = isStream ? eventsIn<Choices>(answer) : [JSON.parse(answer) as Choices];
		const messages = events.map(({ choices: [choice] }) => choice?.delta ?? choice?.message);
		return readPieces(messages.map((message) => message?.content ?? "").join(""), messages.map(chatArguments).join(""));
	},
};

interface ResponsesItem {
	readonly content?: string | readonly { readonly text: string }[];
	readonly arguments?: string;
	readonly output?: string;
}

const textOf = ({ content = [], arguments: args, output }: ResponsesItem): string => {
	if (args !== undefined) return argumentIn(args);
	return output ?? (typeof content === "string" ? content : content.map(({ text }) => text).join(""));
};

const RESPONSES: ConversationFormat = {
	name: "responses",
	path: () => "/v1/responses",
	body({ model, isStream, system, turns, previous }) {
		const input = turns.map(({ kind, text, id }) => {
			if (kind === "call") return { type: "function_call", call_id: id, name: "f", arguments: argumentsOf(text) };
			if (kind === "result") return { type: "function_call_output", call_id: id, output: text };
			if (kind === "user") return { role: "user", content: text };
			return { type: "message", role: "assistant", content: [{ type: "output_text", text, annotations: [] }] };
		});
		return { model, stream: isStream, instructions: system, input, ...(previous !== undefined && { previous_response_id: previous }) };
	},
	heard(body) {
		const { instructions, input } = JSON.parse(body) as { instructions: string; input: ResponsesItem[] };
		return [instructions, ...input.map(textOf)];
	},
	say({ text, isCall, isStream, id, cut }) {
		const item: ResponseItem = isCall
			? { kind: "call", type: "function_call", member: "arguments", base: "function_call_arguments", texts: cut(argumentsOf(text)) }
			: { kind: "message", texts: cut(text) };
		const events = responseEvents([item], { id });
		return isStream ? events.join("") : JSON.stringify(eventsIn<{ response: object }>(events.at(-1) ?? "")[0]?.response);
	},
	read(answer, isStream) {
		type Whole = { readonly output: readonly ResponsesItem[] };
		type Event = {
			readonly delta?: string;
			readonly text?: string;
			readonly arguments?: string;
			readonly item?: ResponsesItem;
			readonly response?: Whole;
		};
		const wholeOf = ({ output }: Whole): Read => ({ isCall: output[0]?.arguments !== undefined, texts: output.map(textOf) });
		if (!isStream) return wholeOf(JSON.parse(answer) as Whole);
		const events = eventsIn<Event & { readonly type: string }>(answer);
		const pieces = events.map(({ delta = "" }) => delta).join("");
		const { isCall, texts } = wholeOf(events.at(-1)?.response ?? { output: [] });
		const ends = events.flatMap(({ type, text, arguments: args, item }) => {
			if (type === "response.output_item.done") return item === undefined ? [] : [textOf(item)];
			return args === undefined ? (text ?? []) : [argumentIn(args)];
		});
		return { isCall, texts: [isCall ? argumentIn(pieces) : pieces, ...ends, ...texts] };
	},
};

interface Block {
	readonly text?: string;
	readonly input?: { readonly q?: string };
	readonly content?: string;
}

const ANTHROPIC: ConversationFormat = {
	name: "anthropic",
	path: () => "/v1/messages",
	body({ model, isStream, system, turns }) {
		const messages = turns.map(({ kind, text, id }) => {
			if (kind === "call") return { role: "assistant", content: [{ type: "tool_use", id, name: "f", input: { q: text } }] };
			if (kind === "result") return { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: text }] };
			return { role: kind, content: text };
		});
		return { model, stream: isStream, max_tokens: 99, system, messages };
	},
	heard(body) {
		const { system, messages } = JSON.parse(body) as { system: string; messages: { content: string | [Block] }[] };
		return [
			system,
			...messages.map(({ content }) => (typeof content === "string" ? content : (content[0].input?.q ?? content[0].content ?? ""))),
		];
	},
	say({ text, isCall, isStream, cut }) {
		const block: AnthropicBlock = { type: isCall ? "tool_use" : "text", deltas: cut(isCall ? argumentsOf(text) : text), name: "f" };
		const reason = isCall ? "tool_use" : "end_turn";
		return isStream ? anthropicEvents([block], reason).join("") : JSON.stringify(anthropicMessage([block], reason));
	},
	read(answer, isStream) {
		if (!isStream) {
			const [block] = (JSON.parse(answer) as { content: Block[] }).content;
			return { isCall: block?.input !== undefined, texts: [block?.text ?? block?.input?.q ?? ""] };
		}
		type Event = { readonly delta?: { readonly text?: string; readonly partial_json?: string } };
		const deltas = eventsIn<Event>(answer).map(({ delta }) => delta);
		return readPieces(deltas.map((delta) => delta?.text ?? "").join(""), deltas.map((delta) => delta?.partial_json ?? "").join(""));
	},
};

interface Part {
	readonly text?: string;
	readonly functionCall?: { readonly args: { readonly q: string } };
	readonly functionResponse?: { readonly response: { readonly q: string } };
}

const GEMINI: ConversationFormat = {
	name: "gemini",
	path: ({ model, isStream }) => `/v1beta/models/${model}:${isStream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
	body({ system, turns }) {
		const contents = turns.map(({ kind, text }) => {
			if (kind === "call") return { role: "model", parts: [{ functionCall: { name: "f", args: { q: text } } }] };
			if (kind === "result") return { role: "user", parts: [{ functionResponse: { name: "f", response: { q: text } } }] };
			return { role: kind === "user" ? "user" : "model", parts: [{ text }] };
		});
		return { systemInstruction: { parts: [{ text: system }] }, contents };
	},
	heard(body) {
		const { systemInstruction, contents } = JSON.parse(body) as Record<"systemInstruction", { parts: Part[] }> & {
			contents: { parts: Part[] }[];
		};
		return [systemInstruction, ...contents].map(
			({ parts: [part] }) => part?.text ?? part?.functionCall?.args.q ?? part?.functionResponse?.response.q ?? "",
		);
	},
	say({ text, isCall, isStream, cut }) {
		const parts: GeminiPart[] = [isCall ? { part: { functionCall: { name: "f", args: { q: text } } } } : { deltas: cut(text) }];
		return isStream ? geminiSse(geminiEvents(parts)).join("") : JSON.stringify(geminiAnswer(parts));
	},
	read(answer, isStream) {
		type Event = { readonly candidates: readonly [{ readonly content: { readonly parts: readonly Part[] } }] };
		const events = isStream ? eventsIn<Event>(answer) : [JSON.parse(answer) as Event];
		const parts = events.flatMap(({ candidates: [candidate] }) => candidate.content.parts);
		const call = parts.find(({ functionCall }) => functionCall !== undefined)?.functionCall;
		return { isCall: call !== undefined, texts: [call?.args.q ?? parts.map(({ text = "" }) => text).join("")] };
	},
};

export const CONVERSATION_FORMATS = [CHAT, RESPONSES, ANTHROPIC, GEMINI] as const;
