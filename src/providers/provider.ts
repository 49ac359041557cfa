import type { VendorError } from "../core/vendor-error.ts";
import type { JsonPath, Replacement } from "../wire/json-strings.ts";
import type { Wrap } from "./embedded-data.ts";
import type { NamedModel } from "./named-models.ts";

/**
 * Where the text stands in one vendor's format. Pure functions over decoded JSON text; no I/O, no state but the plain
 * `memory` of one answer.
 */

/**
 * What a text is made of: the text itself; JSON source in a string (tool-call arguments), whose strings are the text;
 * a JSON value as it stands, its source seen the same way; or the answer proper, which is text, and where the request
 * asked for structured output JSON source with perhaps text around it.
 */
export type SourceKind = "text" | "json" | "value" | "answer";

/** One JSON string, or a whole value. `from`/`to` are UTF-16 indices in the JSON text, quotes included. */
export interface Place {
	/**
	 * delta: the next piece of a text that grows, named by `channel`. whole: a complete text. copy: a complete text that
	 * was already given out piece by piece, so its findings are not counted again. echo: text of the request that the answer
	 * repeats; it is shortened where another text would be cut, and its findings are not counted.
	 */
	readonly kind: "delta" | "whole" | "copy" | "echo";
	/**
	 * Deltas with the same channel are pieces of one text; a copy may have the channel that it repeats. Whole texts of a
	 * request with the same channel stand in one message. Empty for all others.
	 */
	readonly channel: string;
	readonly source: SourceKind;
	readonly from: number;
	readonly to: number;
	/** Decoded value (may hold lone surrogates); of a `value`: its source. */
	readonly text: string;
	/** It is the name of a tool that the client is to call. */
	readonly isTool?: true;
	/** The text stands encoded in the string. */
	readonly wrap?: Wrap;
	/** Of the value in the JSON; always there in a request. */
	readonly path?: JsonPath;
}

/** A value that speaks about the whole text of a channel so far (a signature): it goes when that is not the original. */
export interface Companion {
	/** Channels it speaks about begin with this. */
	readonly channels: string;
	readonly from: number;
	readonly to: number;
}

/** Per-answer knowledge that survives a move to another lane. Plain data. */
export type StreamMemory = Record<string, unknown>;

export interface EventData {
	readonly kind: "data";
	readonly places: readonly Place[];
	readonly companions: readonly Companion[];
	readonly amendments?: readonly Amendment[];
	/** Channels that begin with one of these came before this event, and what they hold must go out before it. */
	readonly follows?: readonly string[];
	/**
	 * The channel's text pauses here, for its block ends, and may go on in the next one: clients join the two. What it holds
	 * belongs before this event and is decided by what follows.
	 */
	readonly pauses?: string;
	/**
	 * Arguments of calls that begin with this event. Servers that number all calls alike, or none, say the next one's under the same name: where
	 * what came before is whole, it goes out before this event, and what is whole with this event goes out in it.
	 */
	readonly calls?: readonly string[];
	/** Channels that begin with one of these end with this event: what they hold is flushed before it goes out. */
	readonly finished: readonly string[];
	/** True when nothing but channel text, or what is said about it, is in the event, so it may be dropped when none is left. */
	readonly isOnlyText: boolean;
	/** The vendor's end marker: what follows is not part of the answer. */
	readonly isEnd?: true;
	/** The end of a cut answer repeats something of this event: `keep` says what. */
	readonly isKept?: true;
	/** What `note` keeps of this event once it is written. */
	readonly note: unknown;
}

export type EventReading =
	| EventData
	/** An end marker without text (`[DONE]`). */
	| { readonly kind: "done" }
	| EventFault;

/** Must not pass: invalid JSON, a place that cannot be inspected, an error of the upstream, … */
export interface EventFault {
	readonly kind: "fault";
	/** Of the catalogue. */
	readonly code: string;
	/** What the upstream's own error said. */
	readonly from?: VendorError;
}

/** What went out of an answer. */
export interface Transcript {
	get(key: string): string | undefined;
	keys(): Iterable<string>;
}

/** Why an answer was cut: personal data, or anything else. Some formats have a word for it. */
export type CutCause = "personal" | "other";

/** A whole number in the `data` of an event, at `[from, to)` in UTF-16 units. */
export interface Counter {
	readonly name: string;
	readonly value: number;
	readonly from: number;
	readonly to: number;
}

/** Numbers that may differ between events that repeat one another. They say something of the event, so its note. */
export interface EventCounters {
	readonly names: readonly string[];
	/** They are those of the usage so far. */
	readonly sayUsage: boolean;
	/** The note of an event with these numbers, by that of one that it repeats. */
	renote(note: unknown, counters: readonly Counter[]): unknown;
	/** Whether `renumber` would change one of them. */
	areShifted(memory: StreamMemory): boolean;
}

/** One streamed vendor format. */
export interface StreamFormat {
	newMemory(): StreamMemory;
	/** Reads the `data` of one SSE event; changes nothing. */
	read(data: string, eventName: string | undefined, memory: StreamMemory): EventReading;
	/**
	 * Present when two events that differ only in the literal of their one delta are read alike: same structure, same note,
	 * whatever the memory; and when `note` and `renumber` called once for several of them, with the note of the last, say what
	 * they say of each. `padding`: a member at the root with random letters in every event.
	 */
	readonly repeats?: { readonly padding?: string; readonly counters?: EventCounters };
	/** Called when the event is written, in the order of the answer. */
	note(memory: StreamMemory, note: unknown): void;
	/**
	 * SSE blocks (with blank line) that carry `text` on `channel`. `unsent`: the note of the event the text was taken from,
	 * when that event does not go out.
	 */
	textEvent(channel: string, text: string, memory: StreamMemory, unsent?: unknown): string;
	/**
	 * Called after `note` when the event itself goes out, and all text before it is out: edits that only its place in the
	 * answer decides.
	 */
	renumber?(memory: StreamMemory, note: unknown): readonly Replacement[];
	/** Only of formats whose end repeats what went out: what to keep of the `data` of an event, as it was written. */
	keep?(data: string): readonly (readonly [key: string, value: string])[];
	/** The text that a channel is a part of, where clients join it with parts in other blocks. A part that has ended is let go. */
	continuationOf?(channel: string): string | undefined;
	/** The number of the choice that a channel belongs to, from 0; NaN: to none. Absent: an answer is one. */
	choiceOf?(channel: string): number;
	/**
	 * The protocol-correct end of a cut answer, without the end marker. `unsent`: the note of the event the cut fell into,
	 * which did not go out. `transcript`: what `keep` said, by its keys, and the text that went out, by channel.
	 */
	cut(memory: StreamMemory, unsent: unknown, transcript: Transcript, cause: CutCause): string;
	/** True when the answer is complete although the end marker is missing. */
	isComplete(memory: StreamMemory): boolean;
	/** Goes to the end of open JSON source when the answer is cut; absent: nothing does. */
	readonly jsonBreak?: string;
	/** The end marker; empty where the format has none. */
	done(): string;
}

/** An edit that is due when the text of one of `places` (indices) was changed, or always: a signature must not vouch for other text. */
export interface Amendment {
	readonly places: readonly number[] | "always";
	readonly edit: Replacement;
}

export interface BodyData {
	readonly kind: "data";
	readonly places: readonly Place[];
	readonly amendments?: readonly Amendment[];
}

/** One whole JSON body. */
export type BodyReading = BodyData | { readonly kind: "fault"; readonly code: string };

export interface RequestData {
	readonly kind: "data";
	readonly places: readonly Place[];
	readonly amendments?: readonly Amendment[];
	readonly model: string;
	/** The body names no model, or another one than the path does, which counts. */
	readonly isModelUnsaid?: boolean;
	/** Others that may answer in its place, or beside it. */
	readonly otherModels: readonly NamedModel[];
	readonly stream: boolean;
	/** The first file that may hold text and cannot be inspected, as a parameter's name. */
	readonly document?: string;
	/** The first picture, sound or film that stands in it. */
	readonly media?: string;
	/** The answer is to be JSON. */
	readonly isStructured: boolean;
	/** Choices that the answer may have. */
	readonly choices: number;
}

export type RequestReading =
	| RequestData
	/** Refused with 400: `param` names the field, `message` the remedy. */
	| { readonly kind: "invalid"; readonly message: string; readonly param: string | null };

/** Members of a request for which the configuration of a provider may have defaults. */
export interface SettingNames {
	/** Any of them says it; the first is written where none does. */
	readonly maxTokens: readonly [string, ...string[]];
	readonly needsMaxTokens: boolean;
	readonly temperature: string;
}

/** One API of one vendor. */
export interface Provider {
	/** Absent: the API generates nothing. */
	readonly settings?: SettingNames;
	/** Absent: the API does not stream. */
	readonly stream?: StreamFormat;
	/** Non-streamed answer. */
	readBody(json: string): BodyReading;
	/**
	 * What a non-streamed answer needs besides its redacted texts when it is cut: the vendor's word for why it ended, and
	 * the end of what came after. `cut`: the places in which a cut took effect, in their order.
	 */
	cutBody(json: string, cut: readonly Place[], cause: CutCause): readonly Replacement[];
	/** All text of a request. `path` is the request's path: some APIs carry the model there. */
	readRequest(json: string, path: string): RequestReading;
}
