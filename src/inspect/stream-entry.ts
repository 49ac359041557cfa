import type { Companion, EventData, Place } from "../providers/provider.ts";
import { type Replacement, replaceValues } from "../wire/json-strings.ts";
import type { SseBlock } from "../wire/sse-decoder.ts";
import { withData } from "../wire/sse-encoder.ts";
import type { WholeText } from "./whole-texts.ts";

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

/** The entry as SSE; empty when nothing is left of it. */
export function composeEntry({ block, reading, texts }: Entry): string {
	if (texts.every((text) => text === undefined)) return block.raw;
	const isVisible = reading.places.some((place, i) => place.kind === "delta" && (texts[i] ?? place.text) !== "");
	if (!isVisible && reading.isOnlyText) return "";
	const replacements: Replacement[] = reading.places.flatMap(({ from, to }, i) => {
		const value = texts[i];
		return value === undefined ? [] : [{ from, to, value }];
	});
	const moot = reading.companions.filter((companion) => isTouched(companion, reading.places, texts));
	for (const { from, to } of moot) replacements.push({ from, to, value: null });
	return withData(block, replaceValues(block.event?.data ?? "", replacements));
}

function isTouched({ channels }: Companion, places: readonly Place[], texts: readonly (string | undefined)[]): boolean {
	return places.some(({ kind, channel }, i) => kind === "delta" && channel.startsWith(channels) && texts[i] !== undefined);
}
