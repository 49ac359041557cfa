import type { ApiName } from "../../src/core/api.ts";
import { ANTHROPIC_CHANNELS } from "./anthropic-channels.ts";
import { OPENAI_CHANNELS } from "./openai-channels.ts";
import { type StreamChannel, stringAt } from "./stream-channel.ts";

function named(channels: readonly StreamChannel[], name: string): StreamChannel {
	const channel = channels.find((candidate) => candidate.name === name);
	if (channel === undefined) throw new Error(`no channel '${name}'`);
	return channel;
}

/** A channel of one vendor as a client of the other reads it. */
function translated(channel: StreamChannel, client: ApiName, read: StreamChannel["read"]): StreamChannel {
	return { ...channel, name: `${channel.name} for ${client} clients`, client, read };
}

const toChat = (name: string, path: readonly (string | number)[]): StreamChannel =>
	translated(named(ANTHROPIC_CHANNELS, name), "openai-chat", (event) => stringAt(event, ["choices", 0, "delta", ...path]));

const toMessage = (name: string, member: string): StreamChannel =>
	translated(named(OPENAI_CHANNELS, name), "anthropic-messages", (event) => stringAt(event, ["delta", member]));

export const TRANSLATED_CHANNELS: readonly StreamChannel[] = [
	toChat("anthropic thinking", ["reasoning_content"]),
	toChat("anthropic tool input", ["tool_calls", 0, "function", "arguments"]),
	toMessage("chat content", "text"),
	toMessage("chat reasoning_content", "thinking"),
	toMessage("chat tool call arguments", "partial_json"),
];
