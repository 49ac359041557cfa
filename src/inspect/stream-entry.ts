import type { Companion, EventData, Place } from "../providers/provider.ts";
import { replaceValues } from "../wire/json-strings.ts";
import type { SseBlock } from "../wire/sse-decoder.ts";
import { withData } from "../wire/sse-encoder.ts";
import { editsOf, type WholeText } from "./whole-texts.ts";

/** One event on its way: what was read of it, and the text decided for each place. */
export interface Entry {
	readonly block: SseBlock;
	readonly reading: EventData;
	/** Text for each place, `undefined` where it goes out as it came. */
	readonly texts: (string | undefined)[];
	/** A cut took effect in this event. */
	isCut: boolean;
}

/** An entry whose complete texts are already decided. */
export function createEntry(block: SseBlock, reading: EventData, inspect: (place: Place) => WholeText): Entry {
	let isCut = false;
	const texts = reading.places.map((place) => {
		if (place.kind === "delta") return undefined;
		const whole = inspect(place);
		isCut ||= whole.isCut;
		return whole.text;
	});
	return { block, reading, texts, isCut };
}

/** The entry as SSE; empty when nothing is left of it. `isAltered`: text of such channels is not the original. */
export function composeEntry({ block, reading, texts }: Entry, isAltered: (channels: string) => boolean): string {
	const moot = reading.companions.filter((companion) =>
		companion.isOfWhole ? isAltered(companion.channels) : isTouched(companion, reading.places, texts),
	);
	const edits = [...editsOf(reading.places, texts, reading.amendments), ...moot.map(({ from, to }) => ({ from, to, value: null }))];
	if (edits.length === 0) return block.raw;
	const isVisible = reading.places.some((place, i) => place.kind === "delta" && (texts[i] ?? place.text) !== "");
	if (!isVisible && reading.isOnlyText) return "";
	return withData(block, replaceValues(block.event?.data ?? "", edits));
}

function isTouched({ channels }: Companion, places: readonly Place[], texts: readonly (string | undefined)[]): boolean {
	return places.some(({ kind, channel }, i) => kind === "delta" && channel.startsWith(channels) && texts[i] !== undefined);
}

/** One delta of an entry: place `i`. */
interface DeltaSlot {
	readonly entry: Entry;
	readonly i: number;
	readonly text: string;
}

/** The deltas that are not empty, in the order of the answer. */
export function deltasByChannel(entries: readonly Entry[]): Map<string, DeltaSlot[]> {
	const slots = new Map<string, DeltaSlot[]>();
	for (const entry of entries) {
		for (const [i, { kind, channel, text }] of entry.reading.places.entries()) {
			if (kind !== "delta" || text === "") continue;
			const list = slots.get(channel);
			if (list === undefined) slots.set(channel, [{ entry, i, text }]);
			else list.push({ entry, i, text });
		}
	}
	return slots;
}
