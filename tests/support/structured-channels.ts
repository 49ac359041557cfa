import { ANTHROPIC_CHANNELS } from "./anthropic-channels.ts";
import { GEMINI_CHANNELS } from "./gemini-channels.ts";
import { OPENAI_CHANNELS } from "./openai-channels.ts";
import type { StreamChannel } from "./stream-channel.ts";
import { TRANSLATED_CHANNELS } from "./translated-channels.ts";

const NAMES: readonly string[] = [
	"chat content",
	"chat content now as a string, now as parts",
	"completions text",
	"responses output text",
	"responses reasoning text",
	"anthropic text",
	"anthropic text that begins in the first event of its block",
	"gemini text",
	"gemini text of the second candidate",
	"chat content for anthropic-messages clients",
];

/** Answers to requests for structured output: JSON where else there is prose. */
export const STRUCTURED_CHANNELS: readonly StreamChannel[] = [
	...OPENAI_CHANNELS,
	...ANTHROPIC_CHANNELS,
	...GEMINI_CHANNELS,
	...TRANSLATED_CHANNELS,
]
	.filter(({ name }) => NAMES.includes(name))
	.map((channel) => ({ ...channel, name: `${channel.name}, structured`, isJson: true, isStructured: true }));
