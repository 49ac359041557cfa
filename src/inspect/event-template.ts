import type { EventData, EventReading, Place, StreamFormat, StreamMemory } from "../providers/provider.ts";
import type { SseBlock, SseDecoder } from "../wire/sse-decoder.ts";

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
}

/** What a block without an event says. */
export const NOTHING = { kind: "data", places: [], companions: [], finished: [], isOnlyText: true, note: undefined } as const;

/** Of an event with its data on one line, behind a name at most. */
const HEAD = /^(?:event: ?[\w.]{1,64}\n)?data: ?$/;
const PADDING = /[A-Za-z0-9]{0,64}/y;
const [QUOTE, BACKSLASH, SPACE] = [0x22, 0x5c, 0x20];

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
	const common = { before: raw.slice(0, head + place.from + 1), name: event.name, head, reading, place };
	const after = raw.slice(head + place.to - 1);
	// A quote inside a string is escaped, so this can only be the member itself.
	const [tail = "", rest, extra] = padding === undefined ? [after] : after.split(`"${padding}":"`);
	if (rest === undefined || extra !== undefined) return { ...common, after, last: undefined };
	return { ...common, after: `${tail}"${padding}":"`, last: rest.slice(rest.indexOf('"')) };
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
