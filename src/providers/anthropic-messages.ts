import { vendorErrorOf } from "../core/vendor-error.ts";
import type { JsonSpan, Replacement } from "../wire/json-strings.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import {
	hasContent,
	parseBlockChannel,
	readDeltaEvent,
	readMessageFields,
	readOtherEvent,
	signatureAmendments,
	TEXT_CHANNEL,
} from "./anthropic-fields.ts";
import { readMessagesRequest } from "./anthropic-request.ts";
import { isPosition } from "./field-table.ts";
import { JSON_BREAK } from "./json-break.ts";
import { isObject, type JsonObject, nest, objectsOf, parseObject } from "./json-object.ts";
import type { BodyReading, EventReading, Place, Provider, StreamFormat, StreamMemory } from "./provider.ts";

/** Anthropic messages (docs.anthropic.com/en/api/messages, .../streaming). */
export const anthropicMessages: Provider = {
	settings: { maxTokens: ["max_tokens"], needsMaxTokens: true, temperature: "temperature" },
	stream: createStreamFormat(),
	readBody,
	cutBody,
	readRequest: (json) => readMessagesRequest(json, true),
};

/** `/v1/messages/count_tokens`: the same request without a budget, a number for an answer. */
export const anthropicCountTokens: Provider = {
	readBody,
	cutBody: () => [],
	readRequest: (json) => readMessagesRequest(json, false),
};

/** What the end of a cut answer needs to know about an event that was written. */
type Note =
	| { readonly kind: "begin" | "finish"; readonly outputTokens: number | undefined }
	| { readonly kind: "open" | "sign"; readonly index: number; readonly isSigned: boolean; readonly isText: boolean }
	| { readonly kind: "close"; readonly index: number };

interface MessageMemory extends StreamMemory {
	begun: boolean;
	/** `message_delta` with the stop reason has passed. */
	finished: boolean;
	/** Blocks that have no `content_block_stop` yet. */
	open: number[];
	/** Open blocks whose signature has passed: their text can no longer grow. */
	signed: number[];
	outputTokens: number;
	/** The last block of the answer's text, and those of its blocks that are open. */
	text: number | undefined;
	openTexts: number[];
}

function createStreamFormat(): StreamFormat {
	const memoryOf = (memory: StreamMemory): MessageMemory => memory as MessageMemory;
	return {
		newMemory: (): MessageMemory => ({
			begun: false,
			finished: false,
			open: [],
			signed: [],
			outputTokens: 0,
			text: undefined,
			openTexts: [],
		}),
		read: (data, eventName, memory) => readEvent(data, eventName, memoryOf(memory)),
		repeats: {},
		continuationOf: textOf,
		note: (memory, note) => noteEvent(memoryOf(memory), note as Note),
		textEvent(channel, text, memory, unsent) {
			const { deltaType, steps, ...block } = parseBlockChannel(channel);
			const index = channel === TEXT_CHANNEL ? (memoryOf(memory).text ?? 0) : block.index;
			const delta = event({ type: "content_block_delta", index, delta: { type: deltaType, ...nest(steps, text) } });
			if ((unsent as Note | undefined)?.kind !== "open") return delta;
			// The text stood in the block's first event, which does not go out.
			const member = String(steps[0]);
			const start = { type: "content_block_start", index, content_block: { type: member, [member]: "" } };
			return event(start) + delta + event({ type: "content_block_stop", index });
		},
		cut(memory, unsent) {
			const { begun, finished, open, outputTokens } = memoryOf(memory);
			const note = unsent as Note | undefined;
			const stillOpen =
				note?.kind === "close" ? [...open, note.index] : open.filter((index) => note?.kind !== "open" || index !== note.index);
			const end = { type: "message_delta", delta: { stop_reason: "refusal", stop_sequence: null }, usage: { output_tokens: outputTokens } };
			return [
				begun && note?.kind !== "begin" ? "" : event(EMPTY_START),
				...stillOpen.map((index) => event({ type: "content_block_stop", index })),
				finished && note?.kind !== "finish" ? "" : event(end),
			].join("");
		},
		jsonBreak: JSON_BREAK,
		// Only `message_stop` says so.
		isComplete: () => false,
		done: () => event({ type: "message_stop" }),
	};
}

/** Its text and its thoughts, each in blocks that others stand between. */
function textOf(channel: string): string | undefined {
	if (channel === TEXT_CHANNEL) return TEXT_CHANNEL;
	return parseBlockChannel(channel).deltaType === "thinking_delta" ? "thinking" : undefined;
}

/** For an answer that is cut before its first event went out: clients must see a message before it can end. */
const EMPTY_START = {
	type: "message_start",
	message: {
		id: "msg_secure-llm-proxy",
		type: "message",
		role: "assistant",
		model: "",
		content: [],
		stop_reason: null,
		stop_sequence: null,
		usage: { input_tokens: 0, output_tokens: 0 },
	},
};

function event(object: JsonObject & { readonly type: string }): string {
	return sseEvent(JSON.stringify(object), object.type);
}

function noteEvent(memory: MessageMemory, note: Note): void {
	switch (note.kind) {
		case "begin":
		case "finish":
			memory[note.kind === "begin" ? "begun" : "finished"] = true;
			memory.outputTokens = note.outputTokens ?? memory.outputTokens;
			return;
		case "open":
		case "sign":
			if (note.kind === "open" && !memory.open.includes(note.index)) memory.open = [...memory.open, note.index];
			if (note.isText) {
				memory.text = note.index;
				memory.openTexts = [...memory.openTexts, note.index];
			}
			if (note.isSigned) memory.signed = [...memory.signed, note.index];
			return;
		case "close":
			memory.open = memory.open.filter((index) => index !== note.index);
			memory.openTexts = memory.openTexts.filter((index) => index !== note.index);
			memory.signed = memory.signed.filter((index) => index !== note.index);
			return;
		default:
			note satisfies never;
	}
}

const INVALID: EventReading = { kind: "fault", code: "upstream_invalid_event" };
const NOT_INSPECTED: EventReading = { kind: "fault", code: "channel_not_inspected" };

function readEvent(data: string, eventName: string | undefined, memory: MessageMemory): EventReading {
	const object = parseObject(data);
	const type = object?.["type"];
	if (object === undefined || typeof type !== "string" || (eventName !== undefined && eventName !== type)) return INVALID;
	if (type === "error") {
		const from = vendorErrorOf(object["error"]);
		return from.type === "overloaded_error"
			? { kind: "fault", code: "upstream_overloaded" }
			: { kind: "fault", code: "upstream_error", from };
	}
	if (type === "content_block_delta") return readDelta(data, object, memory);
	const fields = readOtherEvent(data, object);
	if (fields === undefined || fields.isOpaque) return NOT_INSPECTED;
	const index = blockIndex(object);
	const reading = { kind: "data", places: fields.places, companions: [], finished: [] as string[], isOnlyText: false } as const;
	switch (type) {
		case "message_start":
			// Text that a message begins with would go on in the deltas, and of two beginnings readers take one.
			if (memory.begun || hasContent(object["message"])) return INVALID;
			return { note: { kind: "begin", outputTokens: outputTokensOf(object["message"]) } satisfies Note, ...reading };
		case "content_block_start":
			return index === undefined
				? INVALID
				: Object.assign({}, reading, openBlock(data, index, fields.spans, object["content_block"], memory));
		case "content_block_stop":
			if (index === undefined) return INVALID;
			return { pauses: TEXT_CHANNEL, note: { kind: "close", index } satisfies Note, ...reading, finished: [`${index}:`] };
		case "message_delta":
			return { note: { kind: "finish", outputTokens: outputTokensOf(object) } satisfies Note, ...reading, finished: [""] };
		case "message_stop":
			return { isEnd: true, note: undefined, ...reading, finished: [""] };
		default:
			return { note: undefined, ...reading };
	}
}

/** A block of another kind must not wait for the answer's text to go on, so what that holds is let go, unless it goes on beside the block. */
function openBlock(data: string, index: number, spans: readonly JsonSpan[], block: unknown, { openTexts }: MessageMemory) {
	const isText = isObject(block) && (block["type"] === "text" || typeof block["text"] === "string");
	const { note, finished, ...signed } = signing(data, index, spans, "open");
	return { ...signed, finished: isText || openTexts.length > 0 ? finished : [...finished, TEXT_CHANNEL], note: { ...note, isText } };
}

/** Member names of deltas go out again with text that was held, so they must be plain words. */
const WORD = /^[A-Za-z_]{1,64}$/;

function readDelta(data: string, object: JsonObject, memory: MessageMemory): EventReading {
	const index = blockIndex(object);
	const delta = object["delta"];
	if (index === undefined || !isObject(delta) || !WORD.test(String(delta["type"]))) return INVALID;
	const fields = readDeltaEvent(data, object);
	if (fields === undefined || fields.isOpaque) return NOT_INSPECTED;
	const growing = fields.places.filter(({ kind, text }) => kind === "delta" && text !== "");
	const isWord = ({ channel }: Place): boolean =>
		parseBlockChannel(channel).steps.every((step) => typeof step === "number" || WORD.test(step));
	if (!growing.every(isWord)) return NOT_INSPECTED;
	// Blocks of text that grow in turns would be joined in another way than they are read.
	if (growing.some(({ channel }) => channel === TEXT_CHANNEL) && index !== (memory.text ?? index)) return INVALID;
	const signed = signing(data, index, fields.spans, "sign");
	if ((growing.length > 0 || signed.note.isSigned) && memory.signed.includes(index)) return INVALID;
	return {
		kind: "data",
		places: fields.places,
		...signed,
		isOnlyText: Object.values(delta).every((value) => typeof value === "string" || value === null),
	};
}

/** A signature speaks about all of its block's text, so all of that must be decided before it goes out. */
function signing(data: string, index: number, spans: readonly JsonSpan[], kind: "open" | "sign") {
	const signatures = spans.filter(({ from }) => data[from] === '"' && data[from + 1] !== '"');
	const isSigned = signatures.length > 0;
	const channels = `${index}:`;
	const companions = signatures.map(({ from, to }) => ({ channels, from, to }));
	const note = { kind, index, isSigned, isText: false } satisfies Note;
	return { companions, finished: isSigned ? [channels] : [], note };
}

function blockIndex({ index }: JsonObject): number | undefined {
	return isPosition(index) ? index : undefined;
}

function outputTokensOf(message: unknown): number | undefined {
	const usage = isObject(message) ? message["usage"] : undefined;
	const tokens = isObject(usage) ? usage["output_tokens"] : undefined;
	return typeof tokens === "number" ? tokens : undefined;
}

function readBody(json: string): BodyReading {
	const object = parseObject(json);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	if (object["type"] === "error") return { kind: "fault", code: "upstream_error" };
	const fields = readMessageFields(json, object);
	if (fields === undefined || fields.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
	return { kind: "data", places: fields.places, amendments: signatureAmendments(object, fields.places, fields.spans) };
}

/** A cut text ends its answer: the blocks after it go, and so does one that is no text, because half of it means something else. */
function cutBody(json: string, [first]: readonly Place[]): Replacement[] {
	const object = parseObject(json);
	const spans = (object && readMessageFields(json, object)?.spans) ?? [];
	const blocks = spans.filter(({ path }) => path.length === 2);
	const texts = objectsOf(object?.["content"]).map(({ type }) => type === "text" || type === "thinking");
	const after = first === undefined ? 0 : first.from;
	const gone = blocks.filter(({ from, to, path }) => from > after || (to > after && texts[path[1] as number] !== true));
	const stop = spans.filter(({ path }) => path[0] === "stop_reason");
	return [
		...gone.map(({ from, to }) => ({ from, to, isRemoved: true as const })),
		...stop.map(({ from, to }) => ({ from, to, value: "refusal" })),
	];
}
