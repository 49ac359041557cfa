import { createFieldReader, type Fields } from "./field-table.ts";
import { parseObject } from "./json-object.ts";
import { readModelRequest } from "./model-request.ts";
import { partLogprobAmendments } from "./openai-logprobs.ts";
import { TRANSCRIPT_HEAD, transcriptStream } from "./openai-transcript-stream.ts";
import type { Amendment, Provider, RequestReading } from "./provider.ts";
import { wordAmendments } from "./spoken-words.ts";
import { isTranscriptFormat } from "./transcript-text.ts";

/**
 * What is said in a sound, in its language or translated (platform.openai.com/docs/api-reference/audio/createTranscription).
 * The request is a form, read here as the JSON that `readFormBody` makes of it. Nobody reads the sound; the transcript is an answer.
 */
export const openaiTranscription: Provider = {
	stream: transcriptStream,
	readBody(json) {
		const object = parseObject(json);
		if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
		const fields = readAnswer(json, object);
		if (fields === undefined || fields.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
		const { places, spans } = fields;
		const ofText = { ...fields, spans: spans.filter(({ path: [first] }) => first === "text" || first === "logprobs") };
		const amendments = [...partLogprobAmendments(ofText, object), ...wordAmendments(fields, object), ...tokenAmendments(fields)];
		return { kind: "data", places, amendments };
	},
	cutBody: () => [],
	readRequest(json, path): RequestReading {
		const read = readModelRequest(json, path, readFields, ({ stream, response_format: format }, invalid) =>
			stream === true && isTranscriptFormat(format)
				? invalid("response_format", "'response_format' must be \"json\" or \"diarized_json\" where 'stream' is true.")
				: undefined,
		);
		return read.kind === "data" ? { ...read, media: "file" } : read;
	},
};

const readFields = createFieldReader(
	[
		["model", "name"],
		["file", "name"],
		["language", "name"],
		["response_format", "name"],
		["include[].#", "name"],
		["timestamp_granularities[].#", "name"],
		["known_speaker_references[].#", "media"],
	],
	{ names: ["prompt", "temperature", "stream", "chunking_strategy", "known_speaker_names[].#"] },
);

const readAnswer = createFieldReader(
	[
		...TRANSCRIPT_HEAD,
		["text", "whole"],
		["segments.#.type", "name"],
		["segments.#.id", "name"],
		["segments.#.text", "delta"],
		["segments.#.tokens.**", "name"],
		["words.**", "copy"],
	],
	{ channelOf: () => "segments", spans: ["text", "logprobs", "words", "segments.#.tokens"] },
);

/** Numbers of tokens say in a code of the model's what the text beside them says. */
function tokenAmendments({ spans }: Fields): Amendment[] {
	return spans
		.filter(({ path }) => path.at(-1) === "tokens")
		.map(({ from, to }) => ({ places: "always", edit: { from, to, source: "[]" } }));
}
