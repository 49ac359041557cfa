import { vendorErrorOf } from "../core/vendor-error.ts";
import type { JsonSpan, Replacement } from "../wire/json-strings.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import { type Fields, indexOf, isPosition, NAME } from "./field-table.ts";
import { channelName, isParted, parseChannelName, readAnswerFields } from "./gemini-fields.ts";
import { endedArguments, memberSteps, partWith } from "./gemini-partial-args.ts";
import { readGenerateRequest } from "./gemini-request.ts";
import { isObject, type JsonObject, objectsOf, parseObject } from "./json-object.ts";
import { placesWithin } from "./places-within.ts";
import type { Amendment, BodyReading, CutCause, EventReading, Place, Provider, StreamFormat, StreamMemory } from "./provider.ts";
import { recounted, usageCounts } from "./reported-usage.ts";
import { wordAmendments } from "./spoken-words.ts";

/** Gemini generateContent, streamGenerateContent and countTokens (ai.google.dev/api/generate-content). */
export const geminiGenerate: Provider = {
	stream: createStreamFormat(),
	readBody,
	cutBody,
	readRequest: readGenerateRequest,
};

interface GeminiNote {
	readonly head: JsonObject;
	/** Candidates with something in the event, and those of them that end with it. */
	readonly seen: readonly number[];
	readonly finished: readonly number[];
	readonly isRefused: boolean;
	/** The usage so far, when the event carries it. */
	readonly usage: JsonObject | undefined;
}

interface GeminiMemory extends StreamMemory {
	/** responseId and modelVersion, to make events of the same shape. */
	head: JsonObject;
	open: number[];
	closed: number[];
	/** The prompt was refused: there is no candidate. */
	isRefused: boolean;
	/** Said with events of our own: the one that had it may have held nothing else that goes out. */
	usage: JsonObject | undefined;
}

const FINISH_REASONS = { personal: "SPII", other: "SAFETY" } as const;

function createStreamFormat(): StreamFormat {
	const memoryOf = (memory: StreamMemory): GeminiMemory => memory as GeminiMemory;
	return {
		newMemory: (): GeminiMemory => ({ head: {}, open: [], closed: [], isRefused: false, usage: undefined }),
		read: (data, _eventName, memory) => readEvent(data, memoryOf(memory)),
		repeats: {
			counters: {
				names: ["promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"],
				sayUsage: true,
				renote: (note, counters) => Object.assign({}, note, { usage: recounted((note as GeminiNote).usage, counters) }),
				areShifted: () => false,
			},
		},
		note(memory, note) {
			const state = memoryOf(memory);
			const { head, seen, finished, isRefused, usage } = note as GeminiNote;
			state.usage = usage ?? state.usage;
			state.head = { ...state.head, ...head };
			state.isRefused ||= isRefused;
			state.closed = [...new Set([...state.closed, ...finished])];
			state.open = [...new Set([...state.open, ...seen])].filter((index) => !state.closed.includes(index));
		},
		continuationOf: (channel) => (isParted(channel) ? channel : undefined),
		choiceOf: (channel) => Number.parseInt(channel, 10),
		textEvent(channel, text, memory) {
			const { index, isThought, steps } = parseChannelName(channel);
			const part = { ...partWith(steps, text), ...(isThought && { thought: true }) };
			return event(memoryOf(memory), [{ content: { parts: [part], role: "model" }, index }]);
		},
		cut(memory, unsent, _transcript, cause) {
			const { open, closed } = memoryOf(memory);
			const unfinished = [...new Set([...open, ...((unsent as GeminiNote | undefined)?.finished ?? [])])];
			const candidates = unfinished.length > 0 ? unfinished : closed.length > 0 ? closed : [0];
			const end = { content: { parts: [], role: "model" }, finishReason: FINISH_REASONS[cause] };
			return event(
				memoryOf(memory),
				candidates.map((index) => ({ ...end, index })),
			);
		},
		isComplete: (memory) => memoryOf(memory).isRefused || (memoryOf(memory).open.length === 0 && memoryOf(memory).closed.length > 0),
		done: () => "",
	};
}

/** Some servers say with every event that the candidate has not ended. */
function isFinish(reason: unknown): boolean {
	return typeof reason === "string" && reason !== "" && reason !== "FINISH_REASON_UNSPECIFIED";
}

function event({ head, usage }: GeminiMemory, candidates: readonly object[]): string {
	return sseEvent(JSON.stringify({ candidates, ...(usage && { usageMetadata: usage }), ...head }));
}

/** Member names of parts go out again with text that was held, so they must be plain words. */
const WORD = /^[A-Za-z_]{1,64}$/;

const HEAD: readonly string[] = ["modelVersion", "responseId"];

function readEvent(data: string, memory: GeminiMemory): EventReading {
	const object = parseObject(data);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	if (object["error"] != null) return { kind: "fault", code: "upstream_error", from: vendorErrorOf(object["error"]) };
	const fields = readAnswerFields(data, object);
	if (fields === undefined || fields.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
	const channels = fields.places
		.filter(({ kind, text }) => kind === "delta" && text !== "")
		.map(({ channel }) => parseChannelName(channel));
	if (!channels.every(({ steps }) => memberSteps(steps).every((step) => typeof step === "number" || WORD.test(step))))
		return { kind: "fault", code: "channel_not_inspected" };
	// What is held goes out with the finish reason, so nothing may follow it.
	if (channels.some(({ index }) => memory.closed.includes(index))) return { kind: "fault", code: "upstream_invalid_event" };
	const candidates = objectsOf(object["candidates"]);
	const seen = candidates.map(indexOf);
	if (!seen.every(isPosition)) return { kind: "fault", code: "upstream_invalid_event" };
	const finished = seen.filter((_, i) => isFinish(candidates[i]?.["finishReason"]));
	const isRefused = isObject(object["promptFeedback"]) && object["promptFeedback"]["blockReason"] != null;
	// Events of our own repeat the head uninspected, so it must be made of the vendor's words.
	const isName = (value: unknown): boolean => typeof value === "string" && NAME.test(value);
	const head = Object.fromEntries(HEAD.filter((member) => isName(object[member])).map((member) => [member, object[member]]));
	return {
		kind: "data",
		places: fields.places,
		companions: fields.spans
			.filter(({ path }) => path[3] === "groundingSupports")
			.map(({ path, from, to }) => ({ channels: `${seen[path[1] as number]}:`, from, to })),
		amendments: [...logprobAmendments(object, fields), ...wordAmendments(fields, object)],
		finished: [
			...finished.map((index) => `${index}:`),
			...endingArguments(candidates, seen),
			...fields.places.map(({ channel }) => channel).filter((channel) => channel !== "" && isParted(channel)),
		],
		isOnlyText: isOnlyText(object, candidates),
		note: { head, seen, finished, isRefused, usage: usageCounts(object["usageMetadata"]) } satisfies GeminiNote,
	};
}

/** Prefixes of the channels of streamed arguments that end with the event. */
function endingArguments(candidates: readonly JsonObject[], numbers: readonly number[]): string[] {
	return candidates.flatMap(({ content }, i) =>
		partsOf(content).flatMap((part) =>
			endedArguments(part).map((steps) =>
				channelName({ index: numbers[i] as number, isThought: part["thought"] === true, steps }).slice(0, -1),
			),
		),
	);
}

function partsOf(content: unknown): JsonObject[] {
	return isObject(content) ? objectsOf(content["parts"]) : [];
}

const ENVELOPE: ReadonlySet<string> = new Set(["candidates", "usageMetadata", "modelVersion", "responseId", "createTime"]);

/** True when the event has growing text and nothing else that another event does not say again. */
function isOnlyText(object: JsonObject, candidates: readonly JsonObject[]): boolean {
	if (candidates.length === 0 || !Object.keys(object).every((member) => ENVELOPE.has(member))) return false;
	return candidates.every(({ content, index: _index, ...rest }) => {
		const parts = partsOf(content);
		const isText = ({ text, thought: _thought, ...more }: JsonObject): boolean =>
			typeof text === "string" && Object.keys(more).length === 0;
		return parts.length > 0 && parts.every(isText) && Object.keys(rest).length === 0;
	});
}

/** Log probabilities go when the text beside them is changed, and at once when they do not spell it. */
function logprobAmendments(object: JsonObject, { places, spans }: Fields): Amendment[] {
	const candidates = objectsOf(object["candidates"]);
	const texts = textsOf(spans, places);
	return spans
		.filter(({ path }) => path[2] === "logprobsResult")
		.map(({ path, from, to }) => {
			const beside = texts.get(path[1]) ?? [];
			const result = candidates[path[1] as number]?.["logprobsResult"];
			const isSpelled = spelledBy(result) === beside.map((i) => places[i]?.text).join("");
			return { places: isSpelled && beside.length > 0 ? beside : "always", edit: { from, to, value: null } };
		});
}

/** What the chosen tokens say; undefined where something else is said beside them. */
function spelledBy(result: unknown): string | undefined {
	const { chosenCandidates: chosen, topCandidates: top, ...rest } = isObject(result) ? result : {};
	const others = objectsOf(top).flatMap(({ candidates, ...more }) => [...objectsOf(candidates), more]);
	const said = [rest, ...[...objectsOf(chosen), ...others].map(({ token: _token, ...numbers }) => numbers)];
	if (said.some((members) => Object.values(members).some((value) => value !== null && typeof value !== "number"))) return undefined;
	return objectsOf(chosen)
		.map(({ token }) => token)
		.join("");
}

function isPart({ path }: JsonSpan): boolean {
	return path[3] === "parts" && path.length === 5;
}

/** Indices of the growing texts in the parts of each candidate, by its position. */
function textsOf(spans: readonly JsonSpan[], places: readonly Place[]): ReadonlyMap<unknown, readonly number[]> {
	const texts = new Map<unknown, number[]>();
	for (const part of spans) {
		if (!isPart(part)) continue;
		const known = texts.get(part.path[1]) ?? [];
		known.push(...placesWithin(places, part).filter((i) => places[i]?.kind === "delta"));
		texts.set(part.path[1], known);
	}
	return texts;
}

function readBody(json: string): BodyReading {
	const object = parseObject(json);
	if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
	if (object["error"] != null) return { kind: "fault", code: "upstream_error" };
	const fields = readAnswerFields(json, object);
	if (fields === undefined || fields.isOpaque) return { kind: "fault", code: "channel_not_inspected" };
	const supports = fields.spans.filter(({ path }) => path[3] === "groundingSupports");
	const texts = textsOf(fields.spans, fields.places);
	const amendments: Amendment[] = supports.flatMap(({ path, from, to }) =>
		(texts.get(path[1]) ?? []).map((place) => ({ places: [place], edit: { from, to, value: null } })),
	);
	return {
		kind: "data",
		places: fields.places,
		amendments: [...amendments, ...logprobAmendments(object, fields), ...wordAmendments(fields, object)],
	};
}

/** A cut text ends its candidate: the parts after it go, and so does one that is no text, because half of it means something else. */
function cutBody(json: string, cut: readonly Place[], cause: CutCause): Replacement[] {
	const spans = readAnswerFields(json, parseObject(json))?.spans ?? [];
	const parts = spans.filter(isPart);
	return cut.flatMap((place) => {
		const own = parts.find(({ from, to }) => from <= place.from && place.to <= to);
		const candidate = own?.path[1];
		const after = parts.filter(({ path, from }) => path[1] === candidate && from > place.from);
		const gone = place.path?.at(-1) === "text" || own === undefined ? after : [own, ...after];
		const reason = spans.filter(({ path }) => path[2] === "finishReason" && (candidate === undefined || path[1] === candidate));
		return [
			...gone.map(({ from, to }) => ({ from, to, isRemoved: true as const })),
			...reason.map(({ from, to }) => ({ from, to, value: FINISH_REASONS[cause] })),
		];
	});
}
