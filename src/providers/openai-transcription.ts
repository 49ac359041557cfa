import { createFieldReader, type Fields } from "./field-table.ts";
import { isObject, type JsonObject, objectsOf, parseObject } from "./json-object.ts";
import { readModelRequest } from "./model-request.ts";
import { partLogprobAmendments } from "./openai-logprobs.ts";
import { TRANSCRIPT_HEAD, transcriptStream } from "./openai-transcript-stream.ts";
import type { Amendment, Provider, RequestReading } from "./provider.ts";
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
		return { kind: "data", places, amendments: [...partLogprobAmendments(ofText, object), ...tokenAmendments(fields, object)] };
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

/** Numbers of tokens say in a code of the model's what the text beside them says; words go out only where it does, as it came. */
function tokenAmendments({ places, spans }: Fields, { text, words }: JsonObject): Amendment[] {
	const beside = places.flatMap(({ path }, i) => (path?.length === 1 && path[0] === "text" ? [i] : []));
	return spans.flatMap(({ path, from, to }): Amendment[] => {
		const isWords = path[0] === "words";
		if (!isWords && path.at(-1) !== "tokens") return [];
		const isSaid = isWords && Array.isArray(words) && typeof text === "string" && areWordsOf(words, text);
		return [{ places: isSaid ? beside : "always", edit: { from, to, source: "[]" } }];
	});
}

const isSkipped = (character: string): boolean => /^[^\p{L}\p{N}]$/u.test(character);

/** Whether the words are those of the text in their order; blanks and marks of the text may be left out. */
function areWordsOf(words: readonly unknown[], text: string): boolean {
	const left = Array.from(text);
	let at = 0;
	for (const word of objectsOf(words)) {
		const { word: said, ...times } = word;
		if (typeof said !== "string" || !Object.values(times).every((value) => typeof value === "number")) return false;
		for (const character of said.replace(/\s/g, "")) {
			while (at < left.length && left[at] !== character && isSkipped(left[at] as string)) at++;
			if (left[at++] !== character) return false;
		}
	}
	return words.every(isObject);
}
