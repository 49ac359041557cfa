import { vendorErrorOf } from "../core/vendor-error.ts";
import type { JsonPath } from "../wire/json-strings.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import { membersAt, stepsByIndex } from "./channel-path.ts";
import { createFieldReader, type Fields, type FieldTable, NAME } from "./field-table.ts";
import { isObject, type JsonObject, objectsOf, parseObject } from "./json-object.ts";
import { readModelRequest } from "./model-request.ts";
import { partLogprobAmendments } from "./openai-logprobs.ts";
import type { Amendment, EventReading, Provider, RequestReading, StreamFormat, StreamMemory } from "./provider.ts";
import { isTranscriptFormat } from "./transcript-text.ts";

/**
 * What is said in a sound, in its language or translated (platform.openai.com/docs/api-reference/audio/createTranscription).
 * The request is a form, read here as the JSON that `readFormBody` makes of it. Nobody reads the sound; the transcript is an answer.
 */
export const openaiTranscription: Provider = {
	stream: {
		newMemory: (): TranscriptMemory => ({ segments: 0, segment: {}, isDone: false }),
		read: readEvent,
		note: (memory, note) => Object.assign(memory, note),
		textEvent(channel, text, memory) {
			const [first, ...rest] = JSON.parse(channel) as JsonPath;
			if (first === SEGMENT) return sseEvent(JSON.stringify({ type: SEGMENT, ...(memory as TranscriptMemory).segment, text }));
			return sseEvent(JSON.stringify({ ...(first === "delta" && { type: DELTA }), ...membersAt([first as string, ...rest], text) }));
		},
		// What a speaker begins, the next one may end.
		continuationOf: (channel) => (channel.startsWith(`["${SEGMENT}"`) ? SEGMENT : undefined),
		keep: () => [],
		cut: (_memory, _unsent, transcript) => sseEvent(JSON.stringify({ type: DONE, text: transcript.get(TEXT) ?? "" })),
		isComplete: (memory) => (memory as TranscriptMemory).isDone,
		done: () => "",
	},
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
} satisfies Provider & { readonly stream: StreamFormat };

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

const DELTA = "transcript.text.delta";
const SEGMENT = "transcript.text.segment";
const DONE = "transcript.text.done";
/** The channel of the text, and what begins those of segments. */
const TEXT = '["delta"]';

interface TranscriptMemory extends StreamMemory {
	/** Segments so far. */
	segments: number;
	/** Members of the last one beside its text. */
	segment: JsonObject;
	isDone: boolean;
}

/** Members of events and of whole answers. */
const HEAD: FieldTable = [
	["type", "name"],
	["id", "name"],
	["segment_id", "name"],
	["object", "name"],
	["model", "name"],
	["task", "name"],
	["language", "name"],
	["created", "number"],
	["usage.type", "name"],
	["usage", "whole"],
	["logprobs.**", "whole"],
];

const readAnswer = createFieldReader(
	[
		...HEAD,
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

/** Texts of other events may grow, too: vLLM's are those of a chat. */
const eventTable = (own: FieldTable): FieldTable => [...HEAD, ["choices.#.finish_reason", "name"], ...own, ["**", "delta"]];
const spans = ["text", "delta", "logprobs"];
const channelOf = (root: unknown, path: JsonPath): string => JSON.stringify(stepsByIndex(path, isObject(root) ? root : {}));
const readDone = createFieldReader(eventTable([["text", "copy"]]), {
	channelOf: (root, path) => (path[0] === "text" ? TEXT : channelOf(root, path)),
	spans,
});
const readOther = createFieldReader(eventTable([["speaker", "whole"]]), { channelOf, spans });

function readEvent(data: string, _name: string | undefined, memory: StreamMemory): EventReading {
	if (data === "[DONE]") return { kind: "done" };
	const object = parseObject(data);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	if (object["error"] != null) return { kind: "fault", code: "upstream_error", from: vendorErrorOf(object["error"]) };
	const { type } = object;
	const read = (type === DONE ? readDone : readOther)(data, object);
	if (read === undefined || read.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
	const number = (memory as TranscriptMemory).segments;
	const own = JSON.stringify([SEGMENT, number]);
	const isSegment = type === SEGMENT;
	const places = isSegment ? read.places.map((place) => (place.path?.[0] === "text" ? { ...place, channel: own } : place)) : read.places;
	return {
		kind: "data",
		places,
		companions: [],
		amendments: partLogprobAmendments({ ...read, places }, object),
		finished: isSegment ? [own] : type === DONE ? [""] : [],
		isOnlyText: type === DELTA && Object.keys(object).every((name) => name === "type" || name === "delta"),
		note: isSegment ? { segments: number + 1, segment: timesOf(object) } : type === DONE ? { isDone: true } : undefined,
	};
}

/** What our own events repeat of the upstream's must be words and numbers alone: they are not inspected again. */
function timesOf({ id, start, end }: JsonObject): JsonObject {
	const isPlain = (value: unknown): boolean => typeof value === "number" || (typeof value === "string" && NAME.test(value));
	return Object.fromEntries(Object.entries({ id, start, end }).filter(([, value]) => isPlain(value)));
}
