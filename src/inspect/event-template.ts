import { isUtf8 } from "node:buffer";
import type { EventData, EventReading, Place, StreamFormat, StreamMemory } from "../providers/provider.ts";
import type { SseBlock, SseDecoder } from "../wire/sse-decoder.ts";
import { decodeUtf8 } from "./pieces.ts";

/** Events one behind the other, alike but for the text of their one delta. */
export interface RepeatedEvents {
	/** All of them as they came. */
	readonly raw: string;
	readonly name: string | undefined;
	/** UTF-16 units of an event before its data. */
	readonly head: number;
	/** What is true of each, but for its place. */
	readonly reading: EventData;
	readonly events: readonly RepeatedEvent[];
}

export interface RepeatedEvent {
	/** Its delta; its text is not empty. */
	readonly place: Place;
	/** UTF-16 units of its block. */
	readonly length: number;
}

/** An event with one growing text, taken apart around what that text's literal says. */
interface Template {
	/** Of the whole block, up to the quote that opens the literal, inclusive. */
	readonly before: string;
	/** From the closing quote to the padding, or to the end of the block where there is none. */
	readonly after: string;
	/** From the padding's end; undefined: there is none. */
	readonly last: string | undefined;
	readonly name: string | undefined;
	readonly head: number;
	readonly reading: EventData;
	readonly place: Place;
	/** `before`, `after` and `last` as bytes. */
	readonly bytes: { readonly before: Uint8Array; readonly after: Uint8Array; readonly last: Uint8Array | undefined };
}

/** What a block without an event says. */
export const NOTHING = { kind: "data", places: [], companions: [], finished: [], isOnlyText: true, note: undefined } as const;

/** Of an event with its data on one line, behind a name at most. */
const HEAD = /^(?:event: ?[\w.]{1,64}\n)?data: ?$/;
const PADDING = /[A-Za-z0-9]{0,64}/y;
const MAX_PADDING = 64;
const IS_PADDING = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[A-Za-z0-9]/.test(String.fromCharCode(byte))));
const [QUOTE, BACKSLASH, SPACE] = [0x22, 0x5c, 0x20];

/** What a byte is in a literal: its end or none of it, a character that stands for itself, a part of a longer one, the beginning of an escape. */
const [END, PLAIN, WIDE, ESCAPE] = [0, 1, 2, 3];
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) =>
	byte === BACKSLASH ? ESCAPE : byte >= 0x80 ? WIDE : byte < SPACE || byte === QUOTE ? END : PLAIN,
);
/** Escapes of one letter. An escaped number may be half a character. */
const SHORT_ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
/** A text that begins like a data URL may be read in another way. */
const DATA_BYTES = [0x64, 0x61, 0x74, 0x61, 0x3a];

/** An event as `EventReader.plainRepeat` reads it. */
export interface PlainRepeat {
	readonly reading: EventData;
	readonly channel: string;
	/** What it says. */
	readonly text: Uint8Array;
	/** UTF-16 units of the text. */
	readonly units: number;
	/** The event before its text, all of it, and where in it the text ends. */
	readonly before: string;
	readonly chunk: Uint8Array;
	readonly to: number;
}

/** The event with other text, as `composeEntry` writes it. */
export function composeRepeat({ reading, before, chunk, to }: PlainRepeat, text: string): string {
	if (text === "" && reading.isOnlyText) return "";
	return before + JSON.stringify(text).slice(1, -1) + decodeUtf8(chunk.subarray(to));
}

/**
 * Reads the events of one answer. Most differ from the one before in a single string literal, the delta; the same bytes
 * around one literal are the same structure, so only that literal is decoded and the rest of the reading stays. Anything
 * else goes to the provider's full reader.
 */
export class EventReader {
	readonly #format: StreamFormat;
	#template: Template | undefined;

	constructor(format: StreamFormat) {
		this.#format = format;
	}

	/** The full reading of an event, which is what the next ones may repeat. */
	read(block: SseBlock, memory: StreamMemory): EventReading {
		if (block.event === undefined) return NOTHING;
		const reading = this.#format.read(block.event.data, block.event.name, memory);
		this.#template = this.#format.repeats === undefined ? undefined : templateOf(block, reading, this.#format.repeats.padding);
		return reading;
	}

	/** The whole chunk as one event that repeats the one read last, its text without escaped numbers; undefined: it may be anything else. */
	plainRepeat(chunk: Uint8Array): PlainRepeat | undefined {
		const template = this.#template;
		if (template === undefined || template.place.wrap !== undefined || template.place.source === "value") return;
		const { before, after, last } = template.bytes;
		const from = before.length;
		if (!standsAt(before, chunk, 0)) return;
		const { to, kinds } = literalAt(chunk, from);
		if (to === from || !standsAt(after, chunk, to) || isDataUrl(chunk, from)) return;
		const end = last === undefined ? to + after.length : paddedEndOf(chunk, to + after.length, last);
		if (end !== chunk.length) return;
		const text = textOf(chunk.subarray(from, to), kinds);
		if (text === undefined) return;
		const units = (kinds & (1 << WIDE)) === 0 ? text.length : decodeUtf8(text).length;
		const { reading, place } = template;
		return { reading, channel: place.channel, text, units, before: template.before, chunk, to };
	}

	/**
	 * Takes the next events if they repeat the one read last, and `mayTake` does not object to it. Its other texts stand in
	 * each of them as well, so it must object where anything was found in one.
	 */
	takeRepeated(decoder: SseDecoder, mayTake: (reading: EventData) => boolean): RepeatedEvents | undefined {
		const template = this.#template;
		if (template === undefined || !mayTake(template.reading)) return;
		const events: RepeatedEvent[] = [];
		const raw = decoder.takeWhile((text, at) => {
			const event = repeatedEvent(template, text, at);
			if (event === undefined) return -1;
			events.push(event);
			return at + event.length;
		});
		const { reading, name, head } = template;
		return events.length === 0 ? undefined : { raw, name, head, reading, events };
	}
}

function templateOf({ raw, event }: SseBlock, reading: EventReading, padding: string | undefined): Template | undefined {
	if (event === undefined || reading.kind !== "data" || !isRepeatable(reading)) return;
	// Other texts stand alike in what repeats the event, but for the padding, which does not count as a text where it is plain.
	const [place, more] = reading.places.filter(({ kind, path }) => kind !== "whole" || path?.at(-1) === padding);
	if (place === undefined || more !== undefined || place.kind !== "delta" || place.text === "") return;
	const { data } = event;
	const head = raw.length - data.length - 2;
	if (raw.slice(head) !== `${data}\n\n` || !HEAD.test(raw.slice(0, head)) || data[place.from] !== '"') return;
	const before = raw.slice(0, head + place.from + 1);
	const whole = raw.slice(head + place.to - 1);
	// A quote inside a string is escaped, so this can only be the member itself.
	const [tail = "", rest, extra] = padding === undefined ? [whole] : whole.split(`"${padding}":"`);
	const isPadded = rest !== undefined && extra === undefined;
	const after = isPadded ? `${tail}"${padding}":"` : whole;
	const last = isPadded ? rest.slice(rest.indexOf('"')) : undefined;
	const bytes = { before: Buffer.from(before), after: Buffer.from(after), last: last === undefined ? undefined : Buffer.from(last) };
	return { before, after, last, bytes, name: event.name, head, reading, place };
}

function isRepeatable({ finished, companions, amendments = [], pauses, isEnd, isKept }: EventData): boolean {
	const isPlain = pauses === undefined && isEnd !== true && isKept !== true;
	return isPlain && finished.length === 0 && companions.length === 0 && amendments.length === 0;
}

/** The block at `at` when it differs from the template's only in its text (and padding). */
function repeatedEvent({ before, after, last, head, place }: Template, text: string, at: number): RepeatedEvent | undefined {
	const from = at + before.length;
	if (text.slice(at, from) !== before) return;
	const to = literalEnd(text, from);
	if (to < 0) return;
	const behind = to + after.length;
	if (text.slice(to, behind) !== after) return;
	const end = last === undefined ? behind : paddedEnd(text, behind, last);
	if (end < 0) return;
	const delta = decode(text, from, to);
	// An empty text and a data URL may be read in another way.
	if (delta === undefined || delta === "" || /^data:/i.test(delta)) return;
	return { place: { ...place, to: to + 1 - at - head, text: delta }, length: end - at };
}

/** Where the literal whose first byte is at `from` ends, and a bit for each kind of byte in it. It need not be valid. */
function literalAt(chunk: Uint8Array, from: number): { readonly to: number; readonly kinds: number } {
	let kinds = 0;
	let at = from;
	for (;;) {
		const kind = KINDS[chunk[at] as number] ?? END;
		if (kind === END || (kind === ESCAPE && !SHORT_ESCAPES.has(chunk[at + 1] as number))) return { to: at, kinds };
		kinds |= 1 << kind;
		at += kind === ESCAPE ? 2 : 1;
	}
}

/** What a literal says, without escaped numbers; undefined when it is no UTF-8. */
function textOf(literal: Uint8Array, kinds: number): Uint8Array | undefined {
	if ((kinds & (1 << WIDE)) !== 0 && !isUtf8(literal)) return undefined;
	return (kinds & (1 << ESCAPE)) === 0 ? literal : Buffer.from(JSON.parse(`"${decodeUtf8(literal)}"`) as string);
}

function standsAt(part: Uint8Array, chunk: Uint8Array, at: number): boolean {
	for (let i = 0; i < part.length; i++) if (part[i] !== chunk[at + i]) return false;
	return true;
}

function isDataUrl(chunk: Uint8Array, at: number): boolean {
	return DATA_BYTES.every((byte, i) => ((chunk[at + i] as number) | 0x20) === (byte | 0x20));
}

/** As `paddedEnd`. */
function paddedEndOf(chunk: Uint8Array, at: number, last: Uint8Array): number {
	let end = at;
	while (end - at < MAX_PADDING && IS_PADDING[chunk[end] as number] === 1) end++;
	return standsAt(last, chunk, end) ? end + last.length : -1;
}

function paddedEnd(text: string, at: number, last: string): number {
	PADDING.lastIndex = at;
	PADDING.test(text);
	const end = PADDING.lastIndex + last.length;
	return text.slice(PADDING.lastIndex, end) === last ? end : -1;
}

/** Index of the quote that closes the literal whose first character is at `from`; -1 when there is none that JSON allows. */
function literalEnd(text: string, from: number): number {
	for (let at = from; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit === QUOTE) return at;
		if (unit < SPACE) return -1;
		if (unit === BACKSLASH) at++;
	}
	return -1;
}

/** What a literal says; undefined when it is not valid JSON. */
function decode(text: string, from: number, to: number): string | undefined {
	const source = text.slice(from, to);
	if (!source.includes("\\")) return source;
	try {
		return JSON.parse(`"${source}"`) as string;
	} catch {
		return undefined;
	}
}
