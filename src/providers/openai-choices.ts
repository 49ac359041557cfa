import { vendorErrorOf } from "../core/vendor-error.ts";
import type { JsonPath } from "../wire/json-strings.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import { membersAt } from "./channel-path.ts";
import { createFieldReader, type Fields, type FieldTable, indexOf, isPosition, NAME } from "./field-table.ts";
import { JSON_BREAK } from "./json-break.ts";
import { isObject, type JsonObject, parseObject } from "./json-object.ts";
import { callsApart, isCallApart, type NamedCalls, withNames } from "./named-calls.ts";
import { companionsOf } from "./openai-logprobs.ts";
import type { Companion, EventData, Place, StreamFormat, StreamMemory } from "./provider.ts";
import { isSignedText, SIGNATURES, signatureCompanions } from "./reasoning-signatures.ts";
import { withoutMessages } from "./repeated-message.ts";
import { recounted, usageCounts } from "./reported-usage.ts";

/** What differs between the streams of OpenAI's two completion APIs. */
export interface ChoicesShape {
	/** `object` of every event. */
	readonly object: string;
	readonly idPrefix: string;
	/** Beside `COMPLETION_HEAD`. Any other text of a choice may be one that grows, whatever its vendor calls it. */
	readonly fields: FieldTable;
	/** Members of a choice that says nothing. */
	readonly silent: JsonObject;
	/** The members of a choice with what its first event must say; absent: nothing. */
	opening?(members: JsonObject): JsonObject;
	/** Where the channel of a path below a choice stands: member names and element indices. */
	steps(path: JsonPath, choice: JsonObject): JsonPath;
	/** Channels, without the choice's number, whose text the choice must not overtake; undefined: it may. */
	follows?(choice: JsonObject): readonly string[] | undefined;
	/** True when the choice has growing text and nothing else worth an event of its own. */
	isOnlyText(choice: JsonObject): boolean;
	/** False when log probabilities speak of other text than this event's, so that nothing vouches for them. */
	areLogprobsOwn(choice: JsonObject): boolean;
}

/** Members of every event and every body. */
export const COMPLETION_HEAD: FieldTable = [
	["id", "name"],
	["object", "name"],
	["model", "name"],
	["system_fingerprint", "name"],
	["service_tier", "name"],
	["provider", "name"],
	["obfuscation", "name"],
	["created", "number"],
	["usage", "whole"],
	["choices.#.index", "whole"],
	["choices.#.finish_reason", "name"],
	["choices.#.native_finish_reason", "name"],
	["choices.#.stop_reason", "name"],
	["choices.#.matched_stop", "name"],
	["choices.#.content_filter_results.**", "whole"],
	["choices.#.content_filter_result.**", "whole"],
	["choices.#.logprobs.**", "whole"],
];

interface ChoicesNote {
	readonly named: NamedCalls;
	readonly head: JsonObject;
	readonly choices: readonly number[];
	readonly finished: readonly number[];
	/** Choices that the event opens, or may. */
	readonly opened: readonly number[];
	/** The usage so far, when the event carries it. */
	readonly usage: JsonObject | undefined;
}

interface ChoicesMemory extends StreamMemory {
	named: NamedCalls;
	/** id, model, created, … of the stream, to make events of the same shape. */
	head: Record<string, unknown>;
	/** Choices seen and not yet finished. */
	open: number[];
	closed: number[];
	/** Choices that clients have seen begin. */
	begun: number[];
	usage: JsonObject | undefined;
}

const HEAD_MEMBERS = ["id", "created", "model", "system_fingerprint", "service_tier"];

/** Streams whose events have `choices`: chat completions and completions. */
export function createChoicesStream(shape: ChoicesShape): StreamFormat {
	const memoryOf = (memory: StreamMemory): ChoicesMemory => memory as ChoicesMemory;
	const read = createReader(shape);
	const event = ({ head }: ChoicesMemory, more: object): string =>
		sseEvent(JSON.stringify({ id: `${shape.idPrefix}-secure-llm-proxy`, object: shape.object, created: 0, model: "", ...head, ...more }));
	const choice = (memory: ChoicesMemory, members: JsonObject & { readonly index: number }): string => {
		const isFirst = !memory.begun.includes(members.index);
		if (isFirst) memory.begun.push(members.index);
		const whole = { ...shape.silent, ...members };
		return event(memory, { choices: [isFirst && shape.opening !== undefined ? shape.opening(whole) : whole] });
	};
	return {
		newMemory: (): ChoicesMemory => ({ named: {}, head: {}, open: [], closed: [], begun: [], usage: undefined }),
		read,
		repeats: {
			padding: "obfuscation",
			// Some servers say with every event what was used so far.
			counters: {
				names: ["prompt_tokens", "completion_tokens", "total_tokens"],
				sayUsage: true,
				renote: (note, counters) => Object.assign({}, note, { usage: recounted((note as ChoicesNote).usage, counters) }),
				areShifted: () => false,
			},
		},
		continuationOf: (channel) => (isSignedText(channel) ? channel : undefined),
		note(memory, note) {
			const { named, head, choices, finished, usage } = note as ChoicesNote;
			const state = memoryOf(memory);
			state.named = named;
			Object.assign(state.head, head);
			const known = new Set([...state.open, ...state.closed]);
			state.open = [...state.open, ...choices.filter((index) => !known.has(index))].filter((index) => !finished.includes(index));
			state.closed = [...new Set([...state.closed, ...finished])];
			state.usage = usage ?? state.usage;
		},
		renumber(memory, note) {
			const { begun } = memoryOf(memory);
			for (const index of (note as ChoicesNote).opened) if (!begun.includes(index)) begun.push(index);
			return [];
		},
		choiceOf,
		textEvent(channel, text, memory) {
			const steps = JSON.parse(channel.slice(channel.indexOf(":") + 1, channel.lastIndexOf("]") + 1)) as JsonPath;
			return choice(memoryOf(memory), { index: choiceOf(channel), ...membersAt(steps, text), finish_reason: null });
		},
		cut(memory, unsent) {
			const state = memoryOf(memory);
			const { open, closed, usage } = state;
			const unfinished = [...open, ...((unsent as ChoicesNote | undefined)?.finished ?? [])];
			const indices = unfinished.length > 0 ? unfinished : closed.length > 0 ? [] : [0];
			const ends = indices.map((index) => choice(state, { index, finish_reason: "content_filter" }));
			return ends.join("") + (usage === undefined ? "" : event(state, { choices: [], usage }));
		},
		jsonBreak: JSON_BREAK,
		isComplete: (memory) => memoryOf(memory).open.length === 0 && memoryOf(memory).closed.length > 0,
		done: () => "data: [DONE]\n\n",
	};
}

function createReader(shape: ChoicesShape): StreamFormat["read"] {
	const channelOf = (root: unknown, path: JsonPath): string => {
		const position = path[1] as number;
		const choice = (root as { choices: unknown[] }).choices[position];
		return `${indexOf(choice, position)}:${JSON.stringify(shape.steps(path.slice(2), isObject(choice) ? choice : {}))}`;
	};
	const table: FieldTable = [...COMPLETION_HEAD, ...shape.fields, ["choices.#.**.type", "whole"], ["choices.#.**", "delta"]];
	const spans = [
		...["choices.#", "choices.#.logprobs", "choices.#.token_ids", "choices.#.message"],
		...SIGNATURES.map((path) => `choices.#.delta.${path}`),
	];
	const readFields = createFieldReader(table, { channelOf, spans });
	return (data, _eventName, memory) => {
		if (data === "[DONE]") return { kind: "done" };
		const object = parseObject(data);
		if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
		if (object["error"] != null) return { kind: "fault", code: "upstream_error", from: vendorErrorOf(object["error"]) };
		const read = readFields(data, object);
		if (read === undefined || read.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
		const choices = Array.isArray(object["choices"]) ? object["choices"].map((choice) => (isObject(choice) ? choice : {})) : [];
		const numbers = choices.map(indexOf);
		if (!numbers.every(isPosition)) return { kind: "fault", code: "upstream_invalid_event" };
		const finished = numbers.filter((_, i) => hasFinished(choices[i] ?? {}));
		const { fields, gone } = withoutMessages(read, choices);
		const calls = withNames(fields.places, object, (memory as ChoicesMemory).named);
		if (calls === undefined) return { kind: "fault", code: "upstream_invalid_event" };
		const { named } = calls;
		const places = callsApart(calls.places);
		const signatures = signatureCompanions(data, fields, (path) => channelOf(object, path));
		const note: ChoicesNote = {
			named,
			head: Object.fromEntries(HEAD_MEMBERS.filter((name) => isName(object[name])).map((name) => [name, object[name]])),
			choices: numbers,
			finished,
			opened: numbers,
			usage: usageCounts(object["usage"]),
		};
		return {
			kind: "data",
			places,
			companions: [...offsetsOf(choices, numbers, fields), ...signatures],
			amendments: [...companionsOf(data, fields, (i) => shape.areLogprobsOwn(choices[i] ?? {})), ...gone],
			...followsOf(shape, choices, numbers),
			...callsOf(places, (path) => channelOf(object, path)),
			finished: [...finished.map((index) => `${index}:`), ...signatures.map(({ channels }) => channels)],
			isOnlyText: finished.length === 0 && choices.length > 0 && object["usage"] == null && choices.every(shape.isOnlyText),
			note,
		};
	};
}

function choiceOf(channel: string): number {
	return Number.parseInt(channel, 10);
}

/** Some servers say an empty reason until there is one. */
export function hasFinished({ finish_reason: reason }: JsonObject): boolean {
	return reason != null && reason !== "";
}

/** Offsets into the whole text so far do not survive a change of it; the log probabilities they stand in go with them. */
function offsetsOf(choices: readonly JsonObject[], numbers: readonly number[], { spans }: Fields): Companion[] {
	return spans.flatMap(({ path, from, to }) => {
		const position = path[1] as number;
		const logprobs = choices[position]?.["logprobs"];
		const hasOffsets = path[2] === "logprobs" && isObject(logprobs) && logprobs["text_offset"] != null;
		return hasOffsets ? [{ channels: `${numbers[position]}:`, from, to }] : [];
	});
}

function followsOf(shape: ChoicesShape, choices: readonly JsonObject[], numbers: readonly number[]): Pick<EventData, "follows"> {
	const follows = choices.flatMap((choice, i) => (shape.follows?.(choice) ?? []).map((channel) => `${numbers[i]}:${channel}`));
	return follows.length > 0 ? { follows } : {};
}

/** Calls begin where they are named. */
function callsOf(places: readonly Place[], channelOf: (path: JsonPath) => string): Pick<EventData, "calls"> {
	const named = places.filter(({ isTool, text }) => isTool === true && text !== "");
	if (named.length === 0) return {};
	const channels = named.map(({ path = [] }) => channelOf([...path.slice(0, -1), "arguments"]));
	return { calls: [...channels, ...places.map(({ channel }) => channel).filter(isCallApart)] };
}

/** What our own events repeat of the upstream's must be its words alone: they are not inspected again. */
function isName(value: unknown): boolean {
	return typeof value === "number" || (typeof value === "string" && NAME.test(value));
}
