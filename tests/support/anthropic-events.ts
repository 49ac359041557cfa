/** One block of a scripted Anthropic answer; `deltas` are the pieces its text comes in. */
export interface AnthropicBlock {
	readonly type: "text" | "thinking" | "tool_use";
	readonly deltas: readonly string[];
	/** Of a tool_use block. */
	readonly name?: string;
	/** Of a thinking block. */
	readonly signature?: string;
}

const DELTAS = { text: "text_delta", thinking: "thinking_delta", tool_use: "input_json_delta" } as const;
const MEMBERS = { text: "text", thinking: "thinking", tool_use: "partial_json" } as const;

function sse(event: { readonly type: string } & Record<string, unknown>): string {
	return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function startOf({ type, name = "mail" }: AnthropicBlock, index: number): object {
	if (type === "text") return { type, text: "" };
	if (type === "thinking") return { type, thinking: "", signature: "" };
	return { type, id: `toolu_01${index}`, name, input: {} };
}

function blockEvents(block: AnthropicBlock, index: number): string[] {
	const delta = (value: object): string => sse({ type: "content_block_delta", index, delta: value });
	return [
		sse({ type: "content_block_start", index, content_block: startOf(block, index) }),
		...block.deltas.map((text) => delta({ type: DELTAS[block.type], [MEMBERS[block.type]]: text })),
		...(block.signature === undefined ? [] : [delta({ type: "signature_delta", signature: block.signature })]),
		sse({ type: "content_block_stop", index }),
	];
}

/** The SSE events of one Anthropic answer. */
export function anthropicEvents(blocks: readonly AnthropicBlock[], stop_reason = "end_turn"): string[] {
	const usage = { input_tokens: 12, output_tokens: 1 };
	return [
		sse({
			type: "message_start",
			message: {
				id: "msg_01",
				type: "message",
				role: "assistant",
				model: "claude-x",
				content: [],
				stop_reason: null,
				stop_sequence: null,
				usage,
			},
		}),
		sse({ type: "ping" }),
		...blocks.flatMap(blockEvents),
		sse({ type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 34 } }),
		sse({ type: "message_stop" }),
	];
}

/** The same answer whole. */
export function anthropicMessage(blocks: readonly AnthropicBlock[], stop_reason = "end_turn"): object {
	return {
		id: "msg_01",
		type: "message",
		role: "assistant",
		model: "claude-x",
		content: blocks.map((block, index) => {
			const text = block.deltas.join("");
			if (block.type === "text") return { type: "text", text };
			if (block.type === "thinking") return { type: "thinking", thinking: text, signature: block.signature ?? "" };
			return { ...startOf(block, index), input: JSON.parse(text) };
		}),
		stop_reason,
		stop_sequence: null,
		usage: { input_tokens: 12, output_tokens: 34 },
	};
}
