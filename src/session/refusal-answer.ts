import { type ApiName, answerMode } from "../core/api.ts";
import { ERRORS } from "../core/errors.ts";

export interface RefusalAnswer {
	readonly contentType: string;
	readonly body: string;
}

const TEXT = ERRORS.prompt_blocked.message;

/** A blocked prompt's answer as if the model had refused, to a request with this query (without `?`). Undefined for APIs in which no model speaks. */
export function refusalAnswer(
	api: ApiName,
	id: string,
	query: string,
	{ model, wantsStream }: { readonly model: string; readonly wantsStream: boolean },
): RefusalAnswer | undefined {
	const create = CREATORS[api];
	if (create === undefined) return undefined;
	const { body, events } = create(id, model.replace(/[^\w.:/+@-]/g, "?"), Math.floor(Date.now() / 1000));
	const mode = answerMode(api, wantsStream, query);
	if (mode !== "stream") return { contentType: "application/json", body: JSON.stringify(mode === "array" ? events : body) };
	return { contentType: "text/event-stream; charset=utf-8", body: events.map(sse).join("") + (api in DONE ? "data: [DONE]\n\n" : "") };
}

interface ModelRefusal {
	readonly body: object;
	readonly events: readonly object[];
}

type Create = (id: string, model: string, created: number) => ModelRefusal;

const CREATORS: Partial<Record<ApiName, Create>> = {
	"openai-chat": chat,
	"openai-completions": completion,
	"openai-responses": response,
	"anthropic-messages": message,
	"gemini-generate": generated,
};

/** APIs whose streams end with a marker. */
const DONE: Partial<Record<ApiName, true>> = { "openai-chat": true, "openai-completions": true };

/** Events with a `type` have it as their name, too. */
function sse(event: object & { readonly type?: string }): string {
	return `${event.type === undefined ? "" : `event: ${event.type}\n`}data: ${JSON.stringify(event)}\n\n`;
}

const NO_USAGE = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

function chat(id: string, model: string, created: number): ModelRefusal {
	const head = { id: `chatcmpl-${id}`, created, model };
	const message = { role: "assistant", content: null, refusal: TEXT };
	const chunk = (delta: object, finish: string | null): object =>
		Object.assign({}, head, { object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] });
	return {
		body: Object.assign({}, head, {
			object: "chat.completion",
			choices: [{ index: 0, message, logprobs: null, finish_reason: "content_filter" }],
			usage: NO_USAGE,
		}),
		events: [chunk(message, null), chunk({}, "content_filter")],
	};
}

function completion(id: string, model: string, created: number): ModelRefusal {
	const choice = { index: 0, text: "", logprobs: null, finish_reason: "content_filter" };
	const body = { id: `cmpl-${id}`, object: "text_completion", created, model, choices: [choice] };
	return { body: Object.assign({}, body, { usage: NO_USAGE }), events: [body] };
}

function response(id: string, model: string, created: number): ModelRefusal {
	const usage = {
		input_tokens: 0,
		input_tokens_details: { cached_tokens: 0 },
		output_tokens: 0,
		output_tokens_details: { reasoning_tokens: 0 },
		total_tokens: 0,
	};
	const head = { id: `resp_${id}`, object: "response", created_at: created, model, error: null };
	const begun = Object.assign({}, head, { status: "in_progress", incomplete_details: null, output: [] });
	const part = { type: "refusal", refusal: TEXT };
	const item = { id: `msg_${id}`, type: "message", role: "assistant", status: "completed", content: [part] };
	const place = { item_id: item.id, output_index: 0, content_index: 0 };
	const body = Object.assign({}, head, { status: "completed", incomplete_details: null, output: [item], usage });
	const events = [
		{ type: "response.created", response: begun },
		{ type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", content: [] } },
		{ type: "response.content_part.added", ...place, part: { type: "refusal", refusal: "" } },
		{ type: "response.refusal.delta", ...place, delta: TEXT },
		{ type: "response.refusal.done", ...place, refusal: TEXT },
		{ type: "response.content_part.done", ...place, part },
		{ type: "response.output_item.done", output_index: 0, item },
		{ type: "response.completed", response: body },
	];
	return { body, events: events.map((event, i) => Object.assign(event, { sequence_number: i })) };
}

function message(id: string, model: string): ModelRefusal {
	const usage = { input_tokens: 0, output_tokens: 0 };
	const body = {
		id: `msg_${id}`,
		type: "message",
		role: "assistant",
		model,
		content: [{ type: "text", text: TEXT }],
		stop_sequence: null,
		usage,
	};
	return {
		body: Object.assign({}, body, { stop_reason: "refusal" }),
		events: [
			{ type: "message_start", message: Object.assign({}, body, { content: [], stop_reason: null }) },
			{ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
			{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: TEXT } },
			{ type: "content_block_stop", index: 0 },
			{ type: "message_delta", delta: { stop_reason: "refusal", stop_sequence: null }, usage: { output_tokens: 0 } },
			{ type: "message_stop" },
		],
	};
}

/** A prompt that Google blocks has no candidates. */
function generated(id: string, model: string): ModelRefusal {
	const body = {
		promptFeedback: { blockReason: "PROHIBITED_CONTENT", blockReasonMessage: TEXT },
		usageMetadata: { promptTokenCount: 0, totalTokenCount: 0 },
		modelVersion: model,
		responseId: id,
	};
	return { body, events: [body] };
}
