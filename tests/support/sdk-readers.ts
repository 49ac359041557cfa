import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

/** An answer as an application has it from its vendor's SDK. */
export interface SdkReading {
	/** What it shows: the texts of an answer, joined as applications join them. */
	readonly text: string;
	readonly thinking: string;
	readonly calls: readonly { readonly name: string; readonly args: unknown }[];
	/** Why the answer ended; null: nobody says so. */
	readonly finish: string | null;
	readonly usage: readonly [input: number, output: number] | undefined;
}

/** The SDK's own reading of a response with this body. Rejects as the SDK does. */
export interface SdkReader {
	stream(sse: string): Promise<SdkReading>;
	body(json: string): Promise<SdkReading>;
}

function answering(text: string, type: string): typeof fetch {
	return () => Promise.resolve(new Response(text, { headers: { "content-type": type } }));
}

const STREAM = "text/event-stream";
const JSON_TYPE = "application/json";
const MESSAGES = [{ role: "user" as const, content: "q" }];

/** `openai`: the message that `chat.completions.stream()` puts together, and the one of `create()`. */
export const OPENAI_READER: SdkReader = {
	async stream(sse) {
		const client = new OpenAI({ apiKey: "k", baseURL: "http://x.invalid", maxRetries: 0, fetch: answering(sse, STREAM) });
		const stream = client.chat.completions.stream({ model: "m", messages: MESSAGES, stream_options: { include_usage: true } });
		let thinking = "";
		stream.on("chunk", ({ choices: [choice] }) => {
			thinking += (choice?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? "";
		});
		return chatReading(await stream.finalChatCompletion(), thinking);
	},
	async body(json) {
		const client = new OpenAI({ apiKey: "k", baseURL: "http://x.invalid", maxRetries: 0, fetch: answering(json, JSON_TYPE) });
		const completion = await client.chat.completions.create({ model: "m", messages: MESSAGES });
		const message = completion.choices[0]?.message as { reasoning_content?: string } | undefined;
		return chatReading(completion, message?.reasoning_content ?? "");
	},
};

function chatReading({ choices: [choice], usage }: OpenAI.ChatCompletion, thinking: string): SdkReading {
	const calls = choice?.message.tool_calls ?? [];
	return {
		text: choice?.message.content ?? "",
		thinking,
		calls: calls.flatMap((call) => (call.type === "function" ? [{ name: call.function.name, args: parsed(call.function.arguments) }] : [])),
		finish: choice?.finish_reason ?? null,
		usage: usage && [usage.prompt_tokens, usage.completion_tokens],
	};
}

/** Arguments that do not parse make no call. */
function parsed(source: string): unknown {
	try {
		return JSON.parse(source);
	} catch {
		return "broken";
	}
}

/** `@anthropic-ai/sdk`: the message that `messages.stream()` puts together, and the one of `create()`. */
export const ANTHROPIC_READER: SdkReader = {
	async stream(sse) {
		const client = new Anthropic({ apiKey: "k", baseURL: "http://x.invalid", maxRetries: 0, fetch: answering(sse, STREAM) });
		return messageReading(await client.messages.stream({ model: "m", max_tokens: 9, messages: MESSAGES }).finalMessage());
	},
	async body(json) {
		const client = new Anthropic({ apiKey: "k", baseURL: "http://x.invalid", maxRetries: 0, fetch: answering(json, JSON_TYPE) });
		return messageReading(await client.messages.create({ model: "m", max_tokens: 9, messages: MESSAGES }));
	},
};

function messageReading({ content, stop_reason: finish, usage }: Anthropic.Message): SdkReading {
	return {
		text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
		thinking: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
		calls: content.flatMap((block) => (block.type === "tool_use" ? [{ name: block.name, args: block.input }] : [])),
		finish: finish ?? null,
		usage: [usage.input_tokens + (usage.cache_read_input_tokens ?? 0), usage.output_tokens],
	};
}
