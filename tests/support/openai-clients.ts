import { createOpenAI } from "@ai-sdk/openai";
import { ChatOpenAI } from "@langchain/openai";
import { jsonSchema, Output, streamText, type ToolSet, tool } from "ai";
import OpenAI, { APIError } from "openai";

/** What an application asks. */
export interface Question {
	readonly prompt: string;
	readonly withTool?: boolean;
	readonly schema?: object;
	/** Answers to give; 1 when absent. */
	readonly n?: number;
}

/** What an application gets to see. */
export interface Seen {
	readonly text: string;
	/** The texts of all answers, `text` first; absent: the client shows one. */
	readonly choices?: readonly string[];
	readonly reasoning: string;
	/** Calls the application would make. */
	readonly calls: readonly { readonly name: string; readonly args: unknown }[];
	readonly finish: string | undefined;
	readonly error?: { readonly status: number | undefined; readonly code: string | undefined };
	/** HTTP requests that the SDK made. */
	readonly requests: number;
}

export interface Client {
	readonly name: string;
	ask(baseURL: string, question: Question): Promise<Seen>;
}

const PARAMETERS = { type: "object", properties: { q: { type: "string" } }, required: ["q"], additionalProperties: false } as const;
const MODEL = "gpt-4o";

/** Gathers what a client shows while it runs, and the error it throws. */
class Notes {
	readonly choices: string[] = [];
	reasoning = "";
	calls: { name: string; args: unknown }[] = [];
	finish: string | undefined;
	requests = 0;
	#error: Seen["error"];

	readonly fetch: typeof globalThis.fetch = (input, init) => {
		this.requests++;
		return fetch(input, init);
	};

	say(text: string, choice = 0): void {
		this.choices[choice] = (this.choices[choice] ?? "") + text;
	}

	fail(error: unknown): void {
		this.#error = detailOf(error);
	}

	/** Arguments that do not parse make no call. */
	call(name: string, args: string): void {
		try {
			this.calls.push({ name, args: JSON.parse(args) });
		} catch {}
	}

	async seen(run: () => Promise<void>): Promise<Seen> {
		try {
			await run();
		} catch (error) {
			this.fail(error);
		}
		const { choices, reasoning, calls, finish, requests } = this;
		return { text: choices[0] ?? "", choices, reasoning, calls, finish, requests, ...(this.#error && { error: this.#error }) };
	}
}

/** From the SDK's own error classes; `ai` keeps an error event as plain data. */
function detailOf(error: unknown): Seen["error"] {
	if (error instanceof APIError) return { status: error.status, code: error.code ?? undefined };
	const {
		lastError,
		statusCode,
		status,
		data,
		code,
		error: inner,
	} = error as Record<string, unknown> & { data?: { error?: { code?: string } } };
	if (lastError !== undefined) return detailOf(lastError);
	if (inner !== undefined) return detailOf(inner);
	return { status: (statusCode ?? status) as number | undefined, code: data?.error?.code ?? (code as string | undefined) };
}

const sdk = (baseURL: string, notes: Notes): OpenAI => new OpenAI({ apiKey: "unused", baseURL, maxRetries: 1, fetch: notes.fetch });

export const chatParams = ({ prompt, withTool, schema, n }: Question) => ({
	model: MODEL,
	...(n && { n }),
	messages: [{ role: "user" as const, content: prompt }],
	...(withTool && { tools: [{ type: "function" as const, function: { name: "f", parameters: PARAMETERS } }] }),
	...(schema && {
		response_format: { type: "json_schema" as const, json_schema: { name: "answer", schema: schema as Record<string, unknown> } },
	}),
});

export const responseParams = ({ prompt, withTool, schema }: Question) => ({
	model: MODEL,
	input: prompt,
	...(withTool && { tools: [{ type: "function" as const, name: "f", parameters: PARAMETERS, strict: false }] }),
	...(schema && { text: { format: { type: "json_schema" as const, name: "answer", schema: schema as Record<string, unknown> } } }),
});

function client(name: string, run: (notes: Notes, baseURL: string, question: Question) => Promise<void>): Client {
	return {
		name,
		ask(baseURL, question) {
			const notes = new Notes();
			return notes.seen(() => run(notes, baseURL, question));
		},
	};
}

type Chunk = OpenAI.ChatCompletionChunk;

export const CHAT_CLIENTS: readonly Client[] = [
	client("openai, raw chat stream", async (notes, baseURL, question) => {
		const calls: { name: string; args: string }[] = [];
		for await (const chunk of await sdk(baseURL, notes).chat.completions.create({ ...chatParams(question), stream: true })) {
			takeChunk(notes, calls, chunk);
		}
		for (const { name, args } of calls) notes.call(name, args);
	}),
	client("openai, chat.completions.stream()", async (notes, baseURL, question) => {
		const runner = sdk(baseURL, notes).chat.completions.stream(chatParams(question));
		runner.on("chunk", (chunk) => takeChunk(notes, [], chunk));
		const { message } = (await runner.finalChatCompletion()).choices[0] as OpenAI.ChatCompletion.Choice;
		for (const call of message.tool_calls ?? []) if (call.type === "function") notes.call(call.function.name, call.function.arguments);
	}),
	client("openai, chat not streamed", async (notes, baseURL, question) => {
		const answer = await sdk(baseURL, notes).chat.completions.create(chatParams(question));
		for (const { index, message } of answer.choices) notes.say(message.content ?? "", index);
		const { message, finish_reason: finish } = answer.choices[0] as OpenAI.ChatCompletion.Choice;
		notes.reasoning = (message as { reasoning_content?: string }).reasoning_content ?? "";
		notes.finish = finish;
		for (const call of message.tool_calls ?? []) if (call.type === "function") notes.call(call.function.name, call.function.arguments);
	}),
	client("ai, chat", (notes, baseURL, question) =>
		vercel(notes, question, createOpenAI({ apiKey: "unused", baseURL, fetch: notes.fetch }).chat(MODEL)),
	),
	client("langchain", (notes, baseURL, question) => langchain(notes, baseURL, question, false)),
];

export const RESPONSES_CLIENTS: readonly Client[] = [
	client("openai, raw response stream", async (notes, baseURL, question) => {
		for await (const event of await sdk(baseURL, notes).responses.create({ ...responseParams(question), stream: true }))
			takeEvent(notes, event);
	}),
	client("openai, responses.stream()", async (notes, baseURL, question) => {
		const runner = sdk(baseURL, notes).responses.stream(responseParams(question));
		for await (const event of runner) takeEvent(notes, event as OpenAI.Responses.ResponseStreamEvent);
		await runner.finalResponse();
	}),
	client("openai, response not streamed", async (notes, baseURL, question) => {
		const { output, status, incomplete_details: incomplete } = await sdk(baseURL, notes).responses.create(responseParams(question));
		notes.finish = incomplete?.reason ?? status;
		for (const item of output) takeItem(notes, item);
	}),
	client("ai, responses", (notes, baseURL, question) =>
		vercel(notes, question, createOpenAI({ apiKey: "unused", baseURL, fetch: notes.fetch }).responses(MODEL)),
	),
	client("langchain, responses", (notes, baseURL, question) => langchain(notes, baseURL, question, true)),
];

function takeChunk(notes: Notes, calls: { name: string; args: string }[], chunk: Chunk): void {
	for (const { index, delta } of chunk.choices) notes.say(delta.content ?? "", index);
	const choice = chunk.choices[0];
	if (choice === undefined) return;
	const { tool_calls: fragments } = choice.delta;
	notes.reasoning += (choice.delta as { reasoning_content?: string }).reasoning_content ?? "";
	notes.finish = choice.finish_reason ?? notes.finish;
	for (const { index, function: part } of fragments ?? []) {
		calls[index] ??= { name: "", args: "" };
		calls[index].name += part?.name ?? "";
		calls[index].args += part?.arguments ?? "";
	}
}

function takeEvent(notes: Notes, event: OpenAI.Responses.ResponseStreamEvent): void {
	if (event.type === "response.output_text.delta") notes.say(event.delta);
	if (event.type === "response.reasoning_summary_text.delta") notes.reasoning += event.delta;
	if (event.type === "response.output_item.done" && event.item.type === "function_call") notes.call(event.item.name, event.item.arguments);
	if (event.type === "response.completed" || event.type === "response.incomplete" || event.type === "response.failed")
		notes.finish = event.response.incomplete_details?.reason ?? event.response.status;
}

function takeItem(notes: Notes, item: OpenAI.Responses.ResponseOutputItem): void {
	if (item.type === "message") notes.say(item.content.map((part) => (part.type === "output_text" ? part.text : "")).join(""));
	if (item.type === "reasoning") notes.reasoning += item.summary.map(({ text }) => text).join("");
	if (item.type === "function_call") notes.call(item.name, item.arguments);
}

async function langchain(
	notes: Notes,
	baseURL: string,
	{ prompt, withTool, schema, n }: Question,
	useResponsesApi: boolean,
): Promise<void> {
	const format = { name: "answer", schema: schema as Record<string, unknown> };
	const model = new ChatOpenAI({
		model: MODEL,
		apiKey: "unused",
		maxRetries: 1,
		useResponsesApi,
		...(n && { n }),
		configuration: { baseURL, fetch: notes.fetch },
	}).bindTools(
		withTool ? [{ type: "function", function: { name: "f", parameters: PARAMETERS } }] : [],
		schema ? { response_format: { type: "json_schema", json_schema: format } } : {},
	);
	let whole: Awaited<ReturnType<typeof model.invoke>> | undefined;
	for await (const chunk of await model.stream(prompt)) {
		const { response_metadata: metadata, additional_kwargs: more } = chunk;
		notes.say(chunk.text, (metadata["completion"] as number | undefined) ?? 0);
		notes.reasoning += (more["reasoning_content"] as string | undefined) ?? summaryOf(more["reasoning"]);
		notes.finish = finishOf(metadata) ?? notes.finish;
		whole = whole === undefined ? chunk : whole.concat(chunk as never);
	}
	for (const { name, args } of whole?.tool_calls ?? []) notes.calls.push({ name, args });
}

function summaryOf(reasoning: unknown): string {
	const { summary = [] } = (reasoning ?? {}) as { summary?: readonly { readonly text: string }[] };
	return summary.map(({ text }) => text).join("");
}

/** Of a chat's last chunk, or of a response's. */
function finishOf(metadata: Record<string, unknown>): string | undefined {
	const { reason } = (metadata["incomplete_details"] ?? {}) as { reason?: string };
	return (metadata["finish_reason"] as string | undefined) ?? reason ?? (metadata["status"] as string | undefined);
}

async function vercel(
	notes: Notes,
	{ prompt, withTool, schema }: Question,
	model: Parameters<typeof streamText>[0]["model"],
): Promise<void> {
	const tools = { f: tool({ inputSchema: jsonSchema<{ q: string }>(PARAMETERS) }) } as unknown as ToolSet;
	const { fullStream } = streamText({
		model,
		prompt,
		maxRetries: 1,
		onError: () => undefined,
		...(withTool && { tools }),
		...(schema && { experimental_output: Output.object({ schema: jsonSchema(schema) }) }),
	});
	for await (const part of fullStream) {
		if (part.type === "text-delta") notes.say(part.text);
		if (part.type === "reasoning-delta") notes.reasoning += part.text;
		if (part.type === "tool-call" && part.invalid !== true) notes.calls.push({ name: part.toolName, args: part.input });
		if (part.type === "finish") notes.finish = part.finishReason;
		if (part.type === "error") notes.fail(part.error);
	}
}
