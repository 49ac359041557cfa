import { type AnthropicBlock, anthropicEvents } from "./anthropic-events.ts";
import { type StreamChannel, stringAt } from "./stream-channel.ts";

const BEFORE: AnthropicBlock = { type: "text", deltas: ["α ", "β"] };

/** A channel of the second of three blocks. */
function ofBlock(name: string, block: AnthropicBlock, member: string): StreamChannel {
	return {
		name: `anthropic ${name}`,
		api: "anthropic-messages",
		...(block.type === "tool_use" && { isJson: true }),
		events: (deltas) => anthropicEvents([BEFORE, { ...block, deltas }, BEFORE]),
		read: (event) => (event["index"] === 1 ? stringAt(event, ["delta", member]) : ""),
	};
}

const TEXT: AnthropicBlock = { type: "text", deltas: [] };
const text = ofBlock("text", TEXT, "text");

/** Where Anthropic's answers carry text that grows. */
export const ANTHROPIC_CHANNELS: readonly StreamChannel[] = [
	text,
	ofBlock("thinking", { type: "thinking", deltas: [], signature: "c2lnbmVk" }, "thinking"),
	ofBlock("tool input", { type: "tool_use", deltas: [] }, "partial_json"),
	{
		...text,
		name: "anthropic text that begins in the first event of its block",
		events: ([first = "", ...deltas]) => {
			const start = '"index":1,"content_block":{"type":"text","text":';
			return text.events(deltas).map((event) => event.replace(`${start}""`, () => start + JSON.stringify(first)));
		},
		read: (event) => (event["index"] === 1 ? stringAt(event, ["content_block", "text"]) + stringAt(event, ["delta", "text"]) : ""),
	},
	{
		...text,
		name: "anthropic delta of an unknown kind",
		events: (deltas) => {
			const delta = (piece: string): object => ({
				type: "content_block_delta",
				index: 1,
				delta: { type: "story_delta", story: { text: piece } },
			});
			const events = text.events([]);
			const stop = events.length - 7;
			const grown = deltas.map((piece) => `event: content_block_delta\ndata: ${JSON.stringify(delta(piece))}\n\n`);
			return [...events.slice(0, stop), ...grown, ...events.slice(stop)];
		},
		read: (event) => stringAt(event, ["delta", "story", "text"]),
	},
];
