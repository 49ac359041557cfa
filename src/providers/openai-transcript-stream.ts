import { vendorErrorOf } from "../core/vendor-error.ts";
import type { JsonPath } from "../wire/json-strings.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import { membersAt, stepsByIndex } from "./channel-path.ts";
import { createFieldReader, type FieldTable, NAME } from "./field-table.ts";
import { isObject, type JsonObject, parseObject } from "./json-object.ts";
import { partLogprobAmendments } from "./openai-logprobs.ts";
import type { EventReading, StreamFormat, StreamMemory, Transcript } from "./provider.ts";

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
export const TRANSCRIPT_HEAD: FieldTable = [
	["type", "name"],
	["id", "name"],
	["segment_id", "name"],
	["object", "name"],
	["model", "name"],
	["obfuscation", "name"],
	["task", "name"],
	["language", "name"],
	["created", "number"],
	["usage.type", "name"],
	["usage", "whole"],
	["logprobs.**", "whole"],
];

/** A transcript as it is heard (developers.openai.com/api/reference/resources/audio/subresources/transcriptions/streaming-events). */
export const transcriptStream: StreamFormat = {
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
	cut: (_memory, _unsent, transcript) => sseEvent(JSON.stringify({ type: DONE, text: transcript.get(TEXT) ?? textOfSegments(transcript) })),
	isComplete: (memory) => (memory as TranscriptMemory).isDone,
	done: () => "",
};

/** What speakers have said, of a stream without deltas. */
function textOfSegments(transcript: Transcript): string {
	const segments = Array.from(transcript.keys()).filter((channel) => channel.startsWith(`["${SEGMENT}"`));
	return segments.map((channel) => transcript.get(channel) ?? "").join("");
}

/** Texts of other events may grow, too. */
const eventTable = (own: FieldTable): FieldTable => [...TRANSCRIPT_HEAD, ["choices.#.finish_reason", "name"], ...own, ["**", "delta"]];
const spans = ["text", "delta", "logprobs"];
const channelOf = (root: unknown, path: JsonPath): string => JSON.stringify(stepsByIndex(path, isObject(root) ? root : {}));
const readDone = createFieldReader(eventTable([["text", "copy"]]), {
	channelOf: (root, path) => (path[0] === "text" ? TEXT : channelOf(root, path)),
	spans,
});
/** What is said is plain text, whatever it looks like; vLLM's is that of a chat. */
const GROWING: FieldTable = [
	["delta", "delta"],
	["text", "delta"],
	["choices.#.delta.content", "delta"],
];
const readOther = createFieldReader(eventTable([["speaker", "whole"], ...GROWING]), { channelOf, spans });

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
