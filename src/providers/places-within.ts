import { firstIndex } from "../core/first-index.ts";
import type { JsonSpan } from "../wire/json-strings.ts";
import type { Place } from "./provider.ts";

/** Indices of the places, which are in order, in `[from, to)`. */
export function placesWithin(places: readonly Place[], { from, to }: Pick<JsonSpan, "from" | "to">): number[] {
	const found: number[] = [];
	let i = firstIndex(places.length, (at) => (places[at] as Place).from >= from);
	for (; (places[i]?.to ?? Number.POSITIVE_INFINITY) <= to; i++) found.push(i);
	return found;
}
