import { vendorErrorOf } from "../core/vendor-error.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import { membersAt } from "./channel-path.ts";
import { isPosition, NAME } from "./field-table.ts";
import { JSON_BREAK } from "./json-break.ts";
import { isObject, type JsonObject, objectsOf, parseObject } from "./json-object.ts";
import { partLogprobAmendments } from "./openai-logprobs.ts";
import { type Channel, closingChannels, POSITIONS, readerOf, textOf } from "./openai-response-channels.ts";
import { closeResponse, keptParts } from "./openai-response-close.ts";
import { isOtherWay, noteWay, type TextWay, type TextWays, textWayOf } from "./openai-response-texts.ts";
import type { Counter, EventReading, StreamFormat, StreamMemory } from "./provider.ts";

/**
 * OpenAI Responses (platform.openai.com/docs/api-reference/responses-streaming). Texts come piece by piece, then again
 * whole when a text, its part, its item and the response end.
 */
export const responseStream: StreamFormat = {
	newMemory: (): ResponseMemory => ({ next: undefined, shift: 0, itemIds: {}, ways: {} }),
	read: readEvent,
	repeats: {
		padding: "obfuscation",
		counters: {
			names: ["sequence_number"],
			sayUsage: false,
			renote: (note, [sequence]) => Object.assign({}, note, { sequence: sequence && numbered(sequence) }),
			areShifted: (memory) => (memory as ResponseMemory).shift > 0,
		},
	},
	note(memory, note) {
		const state = memory as ResponseMemory;
		const { sequence, itemId, type, way } = note as ResponseNote;
		noteWay(type, way, state.ways);
		if (sequence !== undefined) state.next = sequence.number + state.shift;
		if (itemId !== undefined) state.itemIds[itemId.output] = itemId.id;
	},
	renumber(memory, note) {
		const state = memory as ResponseMemory;
		const { sequence } = note as ResponseNote;
		if (sequence === undefined || state.next === undefined) return [];
		const number = state.next++;
		return number === sequence.number ? [] : [{ from: sequence.from, to: sequence.to, source: String(number) }];
	},
	textEvent(channel, text, memory) {
		const state = memory as ResponseMemory;
		const [output, list, position, base, ...path] = JSON.parse(channel) as Channel;
		state.shift++;
		return responseEvent(state, {
			type: `${base}.delta`,
			...(typeof output === "number" && { item_id: state.itemIds[output] ?? "", output_index: output }),
			...(typeof output === "string" && { item_id: output }),
			...(list !== null && { [`${list}_index`]: position }),
			...membersAt(["delta", ...path], text),
			...(base === "response.output_text" && { logprobs: [] }),
		});
	},
	continuationOf: textOf,
	keep: keptParts,
	jsonBreak: JSON_BREAK,
	cut: (memory, _unsent, transcript) => closeResponse(transcript, (event) => responseEvent(memory as ResponseMemory, event)),
	isComplete: () => false,
	done: () => "",
};

interface Sequence {
	readonly number: number;
	readonly from: number;
	readonly to: number;
}

function numbered({ value, from, to }: Counter): Sequence {
	return { number: value, from, to };
}

interface ResponseNote {
	/** The event's number, and where it stands. */
	readonly sequence: Sequence | undefined;
	readonly itemId: { readonly output: number; readonly id: string } | undefined;
	readonly type: string;
	readonly way: TextWay | undefined;
}

interface ResponseMemory extends StreamMemory {
	/** Number of the next event; undefined while the upstream does not number its events. */
	next: number | undefined;
	/** Events that went out and that the upstream did not send. */
	shift: number;
	/** By output index: the last one seen. */
	itemIds: Record<number, string>;
	ways: TextWays;
}

function responseEvent(memory: ResponseMemory, event: JsonObject & { readonly type: string }): string {
	const numbered = memory.next === undefined ? event : { ...event, sequence_number: memory.next++ };
	return sseEvent(JSON.stringify(numbered), event.type);
}

const TERMINAL: ReadonlySet<string> = new Set(["response.completed", "response.incomplete", "response.failed", "error"]);

const KEPT: ReadonlySet<string> = new Set([
	"response.created",
	"response.output_item.added",
	"response.output_item.done",
	"response.content_part.added",
	"response.content_part.done",
	"response.reasoning_summary_part.added",
	"response.reasoning_summary_part.done",
]);

const BEGINNINGS: ReadonlySet<string> = new Set(["response.created", "response.queued", "response.in_progress"]);
const INVALID: EventReading = { kind: "fault", code: "upstream_invalid_event" };

function readEvent(data: string, eventName: string | undefined, memory: StreamMemory): EventReading {
	// Some servers end with chat's marker.
	if (data === "[DONE]") return { kind: "done" };
	const said = parseObject(data);
	if (said === undefined) return INVALID;
	const type = typeof said["type"] === "string" ? said["type"] : (eventName ?? "");
	// Some servers say it in the event's name alone.
	const object = said["type"] === type ? said : Object.assign({}, said, { type });
	if (type === "" && object["error"] != null) return { kind: "fault", code: "upstream_error", from: vendorErrorOf(object["error"]) };
	if (eventName !== undefined && eventName !== type) return INVALID;
	const way = textWayOf(type, object);
	if (isJoinedOtherwise(type, object) || (way !== undefined && isOtherWay(way, (memory as ResponseMemory).ways))) return INVALID;
	const fields = readerOf(type)(data, object);
	if (fields === undefined || fields.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
	const number = object["sequence_number"];
	const at = fields.spans.find(({ path }) => path[0] === "sequence_number");
	const note: ResponseNote = {
		sequence: at !== undefined && Number.isSafeInteger(number) ? { number: number as number, from: at.from, to: at.to } : undefined,
		itemId: itemIdOf(object),
		type,
		way,
	};
	return {
		kind: "data",
		places: fields.places,
		companions: [],
		amendments: partLogprobAmendments(fields, object),
		finished: closingChannels(type, object),
		// Never dropped, not even without text: the numbers of the events must have no gap.
		isOnlyText: false,
		...(TERMINAL.has(type) && { isEnd: true }),
		...(KEPT.has(type) && { isKept: true }),
		note,
	};
}

/** Whether readers would join texts that are not joined here. */
function isJoinedOtherwise(type: string, object: JsonObject): boolean {
	if (!POSITIONS.every((name) => object[name] == null || isPosition(object[name]))) return true;
	// Text that a response begins with would go on in the deltas.
	return BEGINNINGS.has(type) && isObject(object["response"]) && objectsOf(object["response"]["output"]).length > 0;
}

function itemIdOf({ item, item_id: itemId, output_index: output }: JsonObject): ResponseNote["itemId"] {
	const id = isObject(item) ? item["id"] : itemId;
	return typeof output === "number" && typeof id === "string" && NAME.test(id) ? { output, id } : undefined;
}
