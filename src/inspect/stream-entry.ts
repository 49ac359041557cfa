import type { EventData, Place } from "../providers/provider.ts";
import type { Finding } from "../verdict/finding.ts";
import { type Replacement, replaceValues } from "../wire/json-strings.ts";
import type { SseBlock } from "../wire/sse-decoder.ts";
import { withData } from "../wire/sse-encoder.ts";
import { NOTHING, type RepeatedEvent, type RepeatedEvents } from "./event-reader.ts";
import { editsOf, type WholeText } from "./whole-texts.ts";

/** One event on its way: what was read of it, and the text decided for each place. */
export interface Entry {
	readonly block: SseBlock;
	readonly reading: EventData;
	/** Text for each place, `undefined` where it goes out as it came. */
	readonly texts: (string | undefined)[];
	/** What the text that pauses with this event held. */
	held: string;
	/** A cut took effect in this event. */
	isCut: boolean;
	/** What copies in it hold. */
	readonly copied?: readonly (readonly [channel: string, findings: readonly Finding[]])[];
	/** The single events, where this is several of them in one: only those whose text changes are looked at one by one. */
	readonly repeated?: RepeatedEvents;
	/** Of several, the event in which the cut took effect. */
	cutAt?: number;
}

/** An end marker alone in its block. */
const END_MARKER = /^data: ?\[DONE\](?:\r\n|\n|\r){2}$/;

/** An entry whose complete texts are already decided. */
export function createEntry(block: SseBlock, reading: EventData, inspect: (place: Place) => WholeText): Entry {
	let isCut = false;
	const copied: [string, readonly Finding[]][] = [];
	const texts = reading.places.map((place) => {
		if (place.kind === "delta") return undefined;
		const whole = inspect(place);
		if (place.kind === "copy" && whole.findings.length > 0) copied.push([place.channel, whole.findings]);
		isCut ||= whole.isCut && place.kind !== "echo";
		return whole.text;
	});
	return { block, reading, texts, held: "", isCut, copied };
}

/** Of a block without an event: a comment is text as well, and no client needs an upstream's. */
export function silentEntry(block: SseBlock): Entry {
	return { block: { ...block, raw: "" }, reading: NOTHING, texts: [], held: "", isCut: false };
}

/** The end marker, as it came where it stands alone, else `marker`. */
export function endEntry(block: SseBlock, marker: string): Entry {
	const raw = END_MARKER.test(block.raw) ? block.raw : marker;
	return { block: { ...block, raw }, reading: { ...NOTHING, finished: [""] }, texts: [], held: "", isCut: false };
}

/** Several events as one entry. */
export function repeatedEntry(repeated: RepeatedEvents): Entry {
	const places = repeated.events.map(({ place }) => place);
	const block = { raw: repeated.raw, byteLength: 0, event: undefined };
	const { note } = repeated.events.at(-1) as RepeatedEvent;
	return { block, reading: { ...repeated.reading, places, note }, texts: [], held: "", isCut: false, repeated };
}

/** The entries as they are written: of several events in one those that do not go out as they came stand alone; all of them, where they are numbered anew. */
export function writtenEntries(entry: Entry, isRenumbered: boolean): readonly Entry[] {
	const { repeated, texts } = entry;
	const isAsCame = (i: number): boolean => !isRenumbered && texts[i] === undefined && i !== entry.cutAt;
	if (repeated === undefined || repeated.events.every((_, i) => isAsCame(i))) return [entry];
	const written: Entry[] = [];
	let at = 0;
	for (let i = 0; i < repeated.events.length; ) {
		const first = i;
		const from = at;
		do at += (repeated.events[i++] as RepeatedEvent).length;
		while (isAsCame(first) && i < repeated.events.length && isAsCame(i));
		written.push(partOf(entry, repeated, first, i, repeated.raw.slice(from, at)));
	}
	return written;
}

/** Events `[first, end)` of several in one. */
function partOf(
	{ texts, cutAt }: Entry,
	{ name, head, tail, reading, events }: RepeatedEvents,
	first: number,
	end: number,
	raw: string,
): Entry {
	const event = end - first === 1 ? { data: raw.slice(head, -tail), name, id: undefined } : undefined;
	return {
		block: { raw, byteLength: 0, event },
		reading: { ...reading, places: events.slice(first, end).map(({ place }) => place), note: events[end - 1]?.note },
		texts: texts.slice(first, end),
		held: "",
		isCut: first === cutAt,
	};
}

/** What is written of an entry. */
export interface WrittenEntry {
	/** Empty when nothing is left of it. */
	readonly sse: string;
	readonly data: string;
}

/** `isAltered`: text of such channels is not the original. `more`: edits that only the entry's place in the answer decides. */
export function composeEntry(
	{ block, reading, texts }: Entry,
	isAltered: (channels: string) => boolean,
	more: readonly Replacement[],
): WrittenEntry {
	const original = block.event?.data ?? "";
	if (isUntouched(reading, texts) && more.length === 0) return { sse: block.raw, data: original };
	const moot = reading.companions.filter(({ channels }) => isAltered(channels));
	const edits = [
		...editsOf(reading.places, texts, reading.amendments),
		...moot.map(({ from, to }) => ({ from, to, value: null })),
		...more,
	];
	if (edits.length === 0) return { sse: block.raw, data: original };
	const isVisible = reading.places.some((place, i) => place.kind === "delta" && (texts[i] ?? place.text) !== "");
	if (!isVisible && reading.isOnlyText) return { sse: "", data: "" };
	const data = replaceValues(original, edits);
	return { sse: withData(block, data), data };
}

/** Nothing in it can have become other than it came. */
function isUntouched({ companions, amendments = [] }: EventData, texts: readonly (string | undefined)[]): boolean {
	return companions.length === 0 && amendments.length === 0 && texts.every((text) => text === undefined);
}

/** One delta of an entry, or the end of a block, where the text before it is due. */
interface DeltaSlot {
	readonly entry: Entry;
	/** Index of its place; -1 for the end of a block. */
	readonly i: number;
	readonly text: string;
}

/** Puts in what goes out in its place; undefined: the text itself. */
export function fillSlot({ entry, i }: DeltaSlot, text: string | undefined): void {
	if (i < 0) entry.held = text ?? "";
	else entry.texts[i] = text;
}

/** Deltas of one channel with none of another between them: they can be scanned at once. */
interface DeltaRun {
	readonly channel: string;
	readonly slots: DeltaSlot[];
}

/**
 * The deltas that are not empty, in the order of the answer, up to an entry that is cut. A channel that comes again after
 * another one makes a run of its own: were it scanned ahead, what goes out before a cut of the other one would depend on
 * how much had arrived.
 */
export function deltaRuns(entries: readonly Entry[]): DeltaRun[] {
	const runs: DeltaRun[] = [];
	const add = (channel: string, slot: DeltaSlot): void => {
		const last = runs.at(-1);
		if (last?.channel === channel) last.slots.push(slot);
		else runs.push({ channel, slots: [slot] });
	};
	for (const entry of entries) {
		for (const [i, { kind, channel, text }] of entry.reading.places.entries()) {
			if (kind === "delta" && text !== "") add(channel, { entry, i, text });
		}
		const { pauses } = entry.reading;
		if (pauses !== undefined) add(pauses, { entry, i: -1, text: "" });
		if (entry.isCut) break;
	}
	return runs;
}
