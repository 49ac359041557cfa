import { createFieldReader } from "./field-table.ts";
import { readModelRequest } from "./model-request.ts";
import type { Provider } from "./provider.ts";

/** A text that is spoken (platform.openai.com/docs/api-reference/audio/createSpeech). It is in the request; the answer is sound, which says it. */
export const openaiSpeech: Provider = {
	readBody: () => ({ kind: "fault", code: "channel_not_inspected" }),
	cutBody: () => [],
	readRequest: (json, path) =>
		readModelRequest(json, path, readFields, ({ input, stream_format: format }, invalid) => {
			if (typeof input !== "string") return invalid("input", "'input' must be a string: what is to be said.");
			return format == null || format === "audio"
				? undefined
				: invalid("stream_format", "'stream_format' must be \"audio\" or absent: events cannot be told from text.");
		}),
};

const readFields = createFieldReader(
	[
		["model", "name"],
		["voice", "name"],
		["response_format", "name"],
		["stream_format", "name"],
	],
	{ names: ["input", "instructions", "speed", "stream"] },
);
