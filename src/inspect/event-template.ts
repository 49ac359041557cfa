import type { EventData, EventReading, Place, StreamFormat, StreamMemory } from "../providers/provider.ts";
import type { SseBlock } from "../wire/sse-decoder.ts";

/** An event with one growing text, taken apart around that text's literal. */
interface Template {
	readonly name: string | undefined;
	readonly before: string;
	/** From the literal's end to the padding, or to the end where there is none. */
	readonly after: string;
	/** From the padding's end; undefined: there is none. */
	readonly last: string | undefined;
	readonly reading: EventData;
	readonly place: Place;
}

/** What a block without an event says. */
export const NOTHING = { kind: "data", places: [], companions: [], finished: [], isOnlyText: true, note: undefined } as const;

/** A control character. JSON wants these escaped. */
const CONTROL = /[^ -\uffff]/;
const PADDING = /[A-Za-z0-9]{0,64}/y;

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

	read({ event }: SseBlock, memory: StreamMemory): EventReading {
		if (event === undefined) return NOTHING;
		const { data, name } = event;
		const template = this.#template;
		const repeated = template !== undefined && template.name === name ? fill(template, data) : undefined;
		if (repeated !== undefined) return repeated;
		const reading = this.#format.read(data, name, memory);
		this.#template = this.#format.repeats === undefined ? undefined : templateOf(data, name, reading, this.#format.repeats.padding);
		return reading;
	}
}

function templateOf(data: string, name: string | undefined, reading: EventReading, padding: string | undefined): Template | undefined {
	if (reading.kind !== "data" || reading.finished.length > 0 || reading.companions.length > 0 || (reading.amendments ?? []).length > 0)
		return;
	const [place, more] = reading.places;
	if (place === undefined || more !== undefined || place.kind !== "delta" || place.text === "") return;
	const after = data.slice(place.to);
	const common = { name, before: data.slice(0, place.from), reading, place };
	// A quote inside a string is escaped, so this can only be the member itself.
	const [head = "", rest, extra] = padding === undefined ? [after] : after.split(`"${padding}":"`);
	if (rest === undefined || extra !== undefined) return { ...common, after, last: undefined };
	return { ...common, after: `${head}"${padding}":"`, last: rest.slice(rest.indexOf('"')) };
}

/** The reading of an event that differs from the template's only in its text (and padding); undefined: it does not. */
function fill({ before, after, last, reading, place }: Template, data: string): EventData | undefined {
	if (!data.startsWith(before)) return;
	const to = literalEnd(data, before.length);
	if (to < 0 || !endsAs(data, to, after, last)) return;
	const text = decode(data.slice(before.length, to));
	// An empty text and a data URL may be read in another way.
	if (text === undefined || text === "" || text.startsWith("data:")) return;
	return { ...reading, places: [{ ...place, to, text }] };
}

function endsAs(data: string, at: number, after: string, last: string | undefined): boolean {
	if (!data.startsWith(after, at)) return false;
	if (last === undefined) return data.length === at + after.length;
	PADDING.lastIndex = at + after.length;
	PADDING.test(data);
	return data.length === PADDING.lastIndex + last.length && data.endsWith(last);
}

/** Index behind the string literal at `from`; -1 when there is none. */
function literalEnd(data: string, from: number): number {
	if (data[from] !== '"') return -1;
	for (let at = data.indexOf('"', from + 1); at > 0; at = data.indexOf('"', at + 1)) {
		let escapes = 0;
		while (data[at - 1 - escapes] === "\\") escapes++;
		if (escapes % 2 === 0) return at + 1;
	}
	return -1;
}

/** What a literal says; undefined when it is not valid JSON. */
function decode(literal: string): string | undefined {
	if (!literal.includes("\\")) return CONTROL.test(literal) ? undefined : literal.slice(1, -1);
	try {
		return JSON.parse(literal) as string;
	} catch {
		return undefined;
	}
}
