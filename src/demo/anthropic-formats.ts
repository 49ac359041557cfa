import { type DemoAnswer, type DemoFormat, type DemoRequest, lastOf, SSE, sse } from "./format.ts";

const question: DemoFormat["question"] = ({ body }) => lastOf(body["messages"], ({ role }) => role === "user");

function message({ id, inputTokens }: DemoAnswer, { body }: DemoRequest): object {
	return {
		id: `msg_demo-${id}`,
		type: "message",
		role: "assistant",
		model: body["model"],
		content: [],
		stop_reason: null,
		stop_sequence: null,
		usage: { input_tokens: inputTokens, output_tokens: 0 },
	};
}

const MESSAGES: DemoFormat = {
	path: /^\/v1\/messages$/,
	question,
	whole: (answer, request) => ({
		...message(answer, request),
		content: [{ type: "text", text: answer.text }],
		stop_reason: "end_turn",
		usage: { input_tokens: answer.inputTokens, output_tokens: answer.outputTokens },
	}),
	stream(answer, request) {
		if (request.body["stream"] !== true) return undefined;
		const event = (type: string, more: object = {}): string => sse({ type, ...more }, type);
		const pieces = [
			event("message_start", { message: message(answer, request) }),
			event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
			event("ping"),
			...answer.deltas.map((text) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } })),
			event("content_block_stop", { index: 0 }),
			event("message_delta", {
				delta: { stop_reason: "end_turn", stop_sequence: null },
				usage: { output_tokens: answer.outputTokens },
			}),
			event("message_stop"),
		];
		return { contentType: SSE, pieces };
	},
};

const COUNT_TOKENS: DemoFormat = {
	path: /^\/v1\/messages\/count_tokens$/,
	question,
	whole: ({ inputTokens }) => ({ input_tokens: inputTokens }),
};

export const ANTHROPIC_FORMATS: readonly DemoFormat[] = [MESSAGES, COUNT_TOKENS];
