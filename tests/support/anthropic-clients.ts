import { execFile } from "node:child_process";
import { createAnthropic } from "@ai-sdk/anthropic";
import { ChatAnthropic } from "@langchain/anthropic";
import { jsonSchema, streamText, type ToolSet, tool } from "ai";
import type { PythonProgram } from "./python-client.ts";
import { dataOf, stringAt } from "./stream-channel.ts";

/** What an application sees of one answer. */
export interface SeenMessage {
	readonly text: string;
	readonly thinking: string;
	/** Calls the application would make. */
	readonly calls: readonly { readonly name: string; readonly input: unknown }[];
	readonly finish: string | undefined;
	/** What was thrown, as text, and its HTTP status. */
	readonly error?: { readonly message: string; readonly status?: number };
}

export interface MessagesClient {
	readonly name: string;
	/** The client's word for a cut. */
	readonly cut: string;
	ask(baseURL: string, prompt: string): Promise<SeenMessage>;
}

const MODEL = "claude-x";
const SCHEMA = { type: "object", properties: { to: { type: "string" } } } as const;

type Draft = { -readonly [Member in keyof SeenMessage]: SeenMessage[Member] };

async function noted(run: (seen: Draft) => Promise<void>): Promise<SeenMessage> {
	const seen: Draft = { text: "", thinking: "", calls: [], finish: undefined };
	try {
		await run(seen);
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

const AI: MessagesClient = {
	name: "ai with @ai-sdk/anthropic",
	cut: "content-filter",
	ask: (baseURL, prompt) =>
		noted(async (seen) => {
			const anthropic = createAnthropic({ apiKey: "unused", baseURL: `${baseURL}/v1` });
			const tools: ToolSet = { mail: tool({ inputSchema: jsonSchema(SCHEMA) }) };
			const { fullStream } = streamText({ model: anthropic(MODEL), prompt, tools, maxRetries: 0, maxOutputTokens: 99, onError: () => {} });
			for await (const part of fullStream) {
				if (part.type === "text-delta") seen.text += part.text;
				if (part.type === "reasoning-delta") seen.thinking += part.text;
				if (part.type === "tool-call" && part.invalid !== true) seen.calls = [...seen.calls, { name: part.toolName, input: part.input }];
				if (part.type === "finish") seen.finish = part.finishReason;
				if (part.type === "error") throw part.error;
			}
		}),
};

const LANGCHAIN: MessagesClient = {
	name: "@langchain/anthropic",
	cut: "refusal",
	ask: (baseURL, prompt) =>
		noted(async (seen) => {
			const model = new ChatAnthropic({ apiKey: "unused", anthropicApiUrl: baseURL, model: MODEL, maxRetries: 0, maxTokens: 99 });
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

/** The content of a LangChain message. */
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
	ask: (baseURL, prompt) =>
		noted(async (seen) => {
			const body = JSON.stringify({ model: MODEL, max_tokens: 99, stream: true, messages: [{ role: "user", content: prompt }] });
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
export function pythonClient(program: PythonProgram): MessagesClient {
	const client = program.client("Python anthropic", "messages");
	return {
		name: client.name,
		cut: "refusal",
		async ask(baseURL, prompt) {
			const { text, reasoning, calls, finish, error } = await client.ask(baseURL, { prompt });
			return {
				text,
				thinking: reasoning,
				calls: calls.map(({ name, args }) => ({ name, input: args })),
				finish,
				...(error && { error: { message: error.code ?? "", ...(error.status !== undefined && { status: error.status }) } }),
			};
		},
	};
}

export const MESSAGES_CLIENTS: readonly MessagesClient[] = [AI, LANGCHAIN, CURL];
