import { isUtf8 } from "node:buffer";
import type { EventData, EventReading, Place, StreamFormat, StreamMemory } from "../providers/provider.ts";
import type { SseBlock, SseDecoder } from "../wire/sse-decoder.ts";
import { ESCAPE, type Fit, fitBytes, fitText, type Template, templateOf, WIDE } from "./event-template.ts";
import { decodeUtf8 } from "./pieces.ts";

/** Events one behind the other, alike but for the text of their one delta, padding and counts. */
export interface RepeatedEvents {
	/** All of them as they came. */
	readonly raw: string;
	readonly name: string | undefined;
	/** UTF-16 units of an event before its data and behind it. */
	readonly head: number;
	readonly tail: number;
	/** What is true of each, but for its place and note. */
	readonly reading: EventData;
	readonly events: readonly RepeatedEvent[];
	/** The data of the last, where its counters say what was used so far. */
	readonly used: string | undefined;
}

export interface RepeatedEvent {
	/** Its delta; its text is not empty. */
	readonly place: Place;
	readonly note: unknown;
	/** UTF-16 units of its block. */
	readonly length: number;
}

/** What a block without an event says. */
export const NOTHING = { kind: "data", places: [], companions: [], finished: [], isOnlyText: true, note: undefined } as const;

/** A text that begins like a data URL may be read in another way. */
const DATA_BYTES = [0x64, 0x61, 0x74, 0x61, 0x3a];

/** An event as `EventReader.plainRepeat` reads it. */
export interface PlainRepeat {
	/** What is true of it, but for its place and note. */
	readonly reading: EventData;
	readonly note: unknown;
	readonly channel: string;
	/** What it says. */
	readonly text: Uint8Array;
	/** UTF-16 units of the text. */
	readonly units: number;
	readonly chunk: Uint8Array;
	/** Where in the chunk its text begins and ends. */
	readonly from: number;
	readonly to: number;
	/** As in `RepeatedEvents`. */
	readonly used: string | undefined;
}

/** The event with other text, as `composeEntry` writes it. */
export function composeRepeat({ reading, chunk, from, to }: PlainRepeat, text: string): string {
	if (text === "" && reading.isOnlyText) return "";
	return decodeUtf8(chunk.subarray(0, from)) + JSON.stringify(text).slice(1, -1) + decodeUtf8(chunk.subarray(to));
}

/**
 * Reads the events of one answer. Most differ from the one before in a single string literal, the delta, and in numbers that
 * count; the same bytes around these are the same structure, so only they are read and the rest of the reading stays.
 * Anything else goes to the provider's full reader.
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
		this.#template = templateOf(block, reading, this.#format.repeats);
		return reading;
	}

	/** The whole chunk as one event that repeats the one read last, its text without escaped numbers; undefined: it may be anything else. */
	plainRepeat(chunk: Uint8Array): PlainRepeat | undefined {
		const template = this.#template;
		if (template === undefined || template.place.wrap !== undefined || template.place.source === "value") return;
		const fit = fitBytes(template, chunk);
		if (fit === undefined || fit.from === fit.to || isDataUrl(chunk, fit.from)) return;
		const { from, to, kinds } = fit;
		const text = textOf(chunk.subarray(from, to), kinds);
		if (text === undefined) return;
		const units = (kinds & (1 << WIDE)) === 0 ? text.length : decodeUtf8(text).length;
		const { reading, place, head } = template;
		const used = this.#saysUsage(fit) ? decodeUtf8(chunk.subarray(head)) : undefined;
		return { reading, note: this.#noteOf(template, fit), channel: place.channel, text, units, chunk, from, to, used };
	}

	/**
	 * Takes the next events if they repeat the one read last, and `mayTake` does not object to it. Its other texts stand in
	 * each of them as well, so it must object where anything was found in one.
	 */
	takeRepeated(decoder: SseDecoder, mayTake: (reading: EventData) => boolean): RepeatedEvents | undefined {
		const template = this.#template;
		if (template === undefined || !mayTake(template.reading)) return;
		const events: RepeatedEvent[] = [];
		let used: string | undefined;
		const raw = decoder.takeWhile((text, at) => {
			const fit = fitText(template, text, at);
			const place = fit && placeOf(template, fit, text, at);
			if (fit === undefined || place === undefined) return -1;
			events.push({ place, note: this.#noteOf(template, fit), length: fit.end - at });
			if (this.#saysUsage(fit)) used = text.slice(at + template.head, fit.end);
			return fit.end;
		});
		const { reading, name, head, tail } = template;
		return events.length === 0 ? undefined : { raw, name, head, tail, reading, events, used };
	}

	#saysUsage({ counters }: Fit): boolean {
		return counters.length > 0 && this.#format.repeats?.counters?.sayUsage === true;
	}

	#noteOf({ reading }: Template, { counters }: Fit): unknown {
		return counters.length === 0 ? reading.note : this.#format.repeats?.counters?.renote(reading.note, counters);
	}
}

/** The delta of the event at `at`. Undefined where its text is not valid, or may be read in another way: an empty one and a data URL. */
function placeOf({ place, head }: Template, { from, to }: Fit, text: string, at: number): Place | undefined {
	const delta = decode(text, from, to);
	if (delta === undefined || delta === "" || /^data:/i.test(delta)) return undefined;
	return { ...place, from: from - 1 - at - head, to: to + 1 - at - head, text: delta };
}

/** What a literal says, without escaped numbers; undefined when it is no UTF-8. */
function textOf(literal: Uint8Array, kinds: number): Uint8Array | undefined {
	if ((kinds & (1 << WIDE)) !== 0 && !isUtf8(literal)) return undefined;
	return (kinds & (1 << ESCAPE)) === 0 ? literal : Buffer.from(JSON.parse(`"${decodeUtf8(literal)}"`) as string);
}

function isDataUrl(chunk: Uint8Array, at: number): boolean {
	return DATA_BYTES.every((byte, i) => ((chunk[at + i] as number) | 0x20) === (byte | 0x20));
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
