import type { JsonPath } from "../wire/json-strings.ts";
import { indexOf } from "./field-table.ts";
import { parseObject, valueAt } from "./json-object.ts";
import type { Place } from "./provider.ts";

/** By choice: the call that was named last, and its name so far. */
export type NamedCalls = Readonly<Record<number, readonly [call: number, name: string]>>;

/** UTF-16 units of a joined name, and choices whose last call is remembered. Vendors allow names of 64 to 128 and 128 choices. */
const MAX_NAME_UNITS = 1024;
const MAX_CHOICES = 128;

/**
 * A streamed name may come in pieces, which some clients join: a piece is read with those before it. Servers that repeat the
 * name say nothing new. Undefined: more than any vendor sends.
 */
export function withNames(
	places: readonly Place[],
	root: unknown,
	known: NamedCalls,
): { readonly places: readonly Place[]; readonly named: NamedCalls } | undefined {
	let named = known;
	const joined = places.map((place) => {
		const { isTool, path = [], text } = place;
		if (isTool !== true || text === "") return place;
		const [choice, call] = [numberAt(root, path, 1), numberAt(root, path, 4)];
		const [lastCall, before] = named[choice] ?? [];
		const name = lastCall === call && before !== undefined && before !== text ? before + text : text;
		named = { ...named, [choice]: [call, name] };
		return name === text ? place : { ...place, text: name };
	});
	const names = Object.values(named);
	if (names.length > MAX_CHOICES || names.some(([, name]) => name.length > MAX_NAME_UNITS)) return undefined;
	return { places: joined, named };
}

/** Behind the name of a channel. */
const APART = /@\d+$/;

/** Whole calls of one event that have the same number: all but the last of them are texts of their own. */
export function callsApart(places: readonly Place[]): readonly Place[] {
	const sources = places.filter(({ kind, source, path }) => kind === "delta" && source === "json" && path?.at(-1) === "arguments");
	if (sources.length < 2) return places;
	const last = new Map(sources.map((place) => [place.channel, place]));
	return places.map((place, i) => {
		const isApart = sources.includes(place) && last.get(place.channel) !== place && parseObject(place.text) !== undefined;
		return isApart ? { ...place, channel: `${place.channel}@${i}` } : place;
	});
}

export function isCallApart(channel: string): boolean {
	return APART.test(channel);
}

/** The number of the element at this depth of the path; 0 where there is no list. */
function numberAt(root: unknown, path: JsonPath, depth: number): number {
	const step = path[depth];
	return typeof step === "number" ? indexOf(valueAt(root, path.slice(0, depth + 1)), step) : 0;
}
