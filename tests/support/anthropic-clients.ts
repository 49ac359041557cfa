import { execFile } from "node:child_process";
import { createAnthropic } from "@ai-sdk/anthropic";
import Anthropic from "@anthropic-ai/sdk";
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";
import { ChatAnthropic } from "@langchain/anthropic";
import { jsonSchema, Output, streamText, type TextStreamPart, type ToolSet, tool } from "ai";
import type { Question } from "./openai-clients.ts";
import type { PythonProgram } from "./python-client.ts";
import { dataOf, stringAt } from "./stream-channel.ts";

/** What an application sees of one answer. */
export interface SeenMessage {
	readonly text: string;
	readonly thinking: string;
	/** Calls the application would make. */
	readonly calls: readonly { readonly name: string; readonly input: unknown }[];
	readonly finish: string | undefined;
	/** HTTP requests that the client made. */
	readonly requests: number;
	/** What was thrown, as text, and its HTTP status. */
	readonly error?: { readonly message: string; readonly status?: number };
}

export interface MessagesClient {
	readonly name: string;
	/** The client's word for a cut. */
	readonly cut: string;
	/** A structured answer is in `text`, where the client parses answers, as the JSON of what it parsed. A tool is always offered. */
	ask(baseURL: string, question: Omit<Question, "withTool">): Promise<SeenMessage>;
}

const MODEL = "claude-x";
const SCHEMA = { type: "object", properties: { to: { type: "string" } } } as const;

/** What an answer must look like, by `Question.schema`. */
export const STRUCTURE = {
	type: "object",
	properties: { to: { type: "string" }, note: { type: "string" } },
	required: ["to", "note"],
	additionalProperties: false,
} as const;

const FORMAT = { type: "json_schema", schema: STRUCTURE } as const;

type Draft = { -readonly [Member in keyof SeenMessage]: SeenMessage[Member] };

async function noted(run: (seen: Draft, countingFetch: typeof fetch) => Promise<void>): Promise<SeenMessage> {
	const seen: Draft = { text: "", thinking: "", calls: [], finish: undefined, requests: 0 };
	try {
		await run(seen, (input, init) => {
			seen.requests++;
			return fetch(input, init);
		});
	} catch (error) {
		seen.error = detailOf(error);
	}
	return seen;
}

function detailOf(error: unknown): NonNullable<SeenMessage["error"]> {
	const { lastError, statusCode, status, message } = error as Record<string, unknown>;
	if (lastError !== undefined) return detailOf(lastError);
	const code = statusCode ?? status;
	return { message: String(message ?? JSON.stringify(error)), ...(typeof code === "number" && { status: code }) };
}

const paramsOf = (prompt: string, schema: object | undefined) => ({
	model: MODEL,
	max_tokens: 99,
	messages: [{ role: "user" as const, content: prompt }],
	...(schema ? { output_config: { format: FORMAT } } : { tools: [{ name: "mail", description: "sends", input_schema: SCHEMA }] }),
});

const sdk = (baseURL: string, fetch: typeof globalThis.fetch) => new Anthropic({ apiKey: "unused", baseURL, maxRetries: 1, fetch });

const SDK_STREAM: MessagesClient = {
	name: "@anthropic-ai/sdk, messages.stream()",
	cut: "refusal",
	ask: (baseURL, { prompt, schema }) =>
		noted(async (seen, fetch) => {
			const stream = sdk(baseURL, fetch).messages.stream(paramsOf(prompt, schema));
			stream.on("text", (delta) => {
				seen.text += delta;
			});
			stream.on("thinking", (delta) => {
				seen.thinking += delta;
			});
			noteCalls(seen, await stream.finalMessage());
		}),
};

const SDK_WHOLE: MessagesClient = {
	name: "@anthropic-ai/sdk, not streamed",
	cut: "refusal",
	ask: (baseURL, { prompt, schema }) =>
		noted(async (seen, fetch) => {
			const { messages } = sdk(baseURL, fetch);
			if (schema !== undefined) {
				const output_config = { format: jsonSchemaOutputFormat(STRUCTURE) };
				seen.text = JSON.stringify((await messages.parse({ ...paramsOf(prompt, schema), output_config })).parsed_output);
				return;
			}
			const message = await messages.create(paramsOf(prompt, schema));
			note(seen, message.content);
			noteCalls(seen, message);
		}),
};

/** A caller makes calls only where the answer stopped for them. */
function noteCalls(seen: Draft, { content, stop_reason: stop }: Anthropic.Message): void {
	seen.finish = stop ?? undefined;
	if (stop === "tool_use")
		seen.calls = content.flatMap((block) => (block.type === "tool_use" ? [{ name: block.name, input: block.input }] : []));
}

const AI: MessagesClient = {
	name: "ai with @ai-sdk/anthropic",
	cut: "content-filter",
	ask: (baseURL, { prompt, schema }) =>
		noted(async (seen, fetch) => {
			const anthropic = createAnthropic({ apiKey: "unused", baseURL: `${baseURL}/v1`, fetch });
			const tools: ToolSet = { mail: tool({ inputSchema: jsonSchema(SCHEMA) }) };
			const { fullStream } = streamText({
				model: anthropic(MODEL),
				prompt,
				maxRetries: 1,
				maxOutputTokens: 99,
				onError: () => {},
				...(schema ? { experimental_output: Output.object({ schema: jsonSchema(schema) }) } : { tools }),
			});
			for await (const part of fullStream) notePart(seen, part);
		}),
};

function notePart(seen: Draft, part: TextStreamPart<ToolSet>): void {
	if (part.type === "text-delta") seen.text += part.text;
	if (part.type === "reasoning-delta") seen.thinking += part.text;
	if (part.type === "tool-call" && part.invalid !== true) seen.calls = [...seen.calls, { name: part.toolName, input: part.input }];
	if (part.type === "finish") seen.finish = part.finishReason;
	if (part.type === "error") throw part.error;
}

const LANGCHAIN: MessagesClient = {
	name: "@langchain/anthropic",
	cut: "refusal",
	ask: (baseURL, { prompt, schema }) =>
		noted(async (seen, fetch) => {
			const model = new ChatAnthropic({
				apiKey: "unused",
				anthropicApiUrl: baseURL,
				model: MODEL,
				maxRetries: 1,
				maxTokens: 99,
				clientOptions: { fetch },
			});
			if (schema !== undefined) {
				const structured = model.withStructuredOutput(schema as Record<string, unknown>, { method: "jsonSchema" });
				seen.text = JSON.stringify(await structured.invoke(prompt));
				return;
			}
			const bound = model.bindTools([{ name: "mail", description: "sends", input_schema: SCHEMA }]);
			let whole: Awaited<ReturnType<typeof bound.invoke>> | undefined;
			for await (const chunk of await bound.stream(prompt)) {
				note(seen, chunk.content);
				seen.finish = (chunk.additional_kwargs["stop_reason"] as string | undefined) ?? seen.finish;
				whole = whole === undefined ? chunk : whole.concat(chunk);
			}
			seen.calls = (whole?.tool_calls ?? []).map(({ name, args }) => ({ name, input: args }));
		}),
};

/** The content of a whole message, or of a LangChain chunk. */
function note(seen: Draft, content: unknown): void {
	if (typeof content === "string") seen.text += content;
	else
		for (const { text = "", thinking = "" } of content as { text?: string; thinking?: string }[]) {
			seen.text += text;
			seen.thinking += thinking;
		}
}

const CURL: MessagesClient = {
	name: "curl",
	cut: "refusal",
	ask: (baseURL, { prompt, schema }) =>
		noted(async (seen) => {
			const body = JSON.stringify({ ...paramsOf(prompt, schema), stream: true });
			seen.requests = 1;
			const args = ["-sSN", "-w", "\n%{http_code}", "-H", "content-type: application/json", "-d", body, `${baseURL}/v1/messages`];
			const raw = await new Promise<string>((resolve) => execFile("curl", args, (_error, stdout) => resolve(stdout)));
			const status = Number(raw.slice(raw.lastIndexOf("\n") + 1));
			if (status !== 200) throw { status, message: raw };
			const events = dataOf(raw);
			const join = (...path: string[]): string => events.map((event) => stringAt(event, path)).join("");
			Object.assign(seen, { text: join("delta", "text"), thinking: join("delta", "thinking"), finish: join("delta", "stop_reason") });
			seen.calls = callOf(join("content_block", "name"), join("delta", "partial_json"));
			const error = events.find(({ type }) => type === "error");
			if (error !== undefined) throw { message: JSON.stringify(error) };
		}),
};

/** Input that does not parse makes no call. */
function callOf(name: string, json: string): SeenMessage["calls"] {
	try {
		return [{ name, input: JSON.parse(json) }];
	} catch {
		return [];
	}
}

/** The Python SDK, through a program that speaks for it. */
export function pythonClients(program: PythonProgram): MessagesClient[] {
	return ["messages", "messages.stream()", "not streamed"].map((kind) => pythonClient(program, kind));
}

function pythonClient(program: PythonProgram, kind: string): MessagesClient {
	const client = program.client(`Python anthropic, ${kind}`, kind);
	return {
		name: client.name,
		cut: "refusal",
		async ask(baseURL, question) {
			const { text, reasoning, calls, finish, requests, error } = await client.ask(baseURL, question);
			return {
				text,
				thinking: reasoning,
				calls: calls.map(({ name, args }) => ({ name, input: args })),
				finish,
				requests,
				...(error && { error: { message: error.code ?? "", ...(error.status !== undefined && { status: error.status }) } }),
			};
		},
	};
}

export const MESSAGES_CLIENTS: readonly MessagesClient[] = [SDK_STREAM, SDK_WHOLE, AI, LANGCHAIN, CURL];
