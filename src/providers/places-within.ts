import type { JsonSpan } from "../wire/json-strings.ts";
import type { Place } from "./provider.ts";

/** Indices of the places, which are in order, in `[from, to)`. */
export function placesWithin(places: readonly Place[], { from, to }: Pick<JsonSpan, "from" | "to">): number[] {
	let low = 0;
	for (let high = places.length; low < high; ) {
		const middle = (low + high) >> 1;
		if ((places[middle] as Place).from < from) low = middle + 1;
		else high = middle;
	}
	const found: number[] = [];
	for (let i = low; (places[i]?.to ?? Number.POSITIVE_INFINITY) <= to; i++) found.push(i);
	return found;
}
