import type { JsonPath } from "../wire/json-strings.ts";
import { indexOf } from "./field-table.ts";
import { valueAt } from "./json-object.ts";
import type { Place } from "./provider.ts";

/** By choice: the call that was named last, and its name so far. */
export type NamedCalls = Readonly<Record<number, readonly [call: number, name: string]>>;

/** A streamed name may come in pieces, which some clients join: a piece is read with those before it. Servers that repeat the name say nothing new. */
export function withNames(
	places: readonly Place[],
	root: unknown,
	known: NamedCalls,
): { readonly places: readonly Place[]; readonly named: NamedCalls } {
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
	return { places: joined, named };
}

/** The number of the element at this depth of the path; 0 where there is no list. */
function numberAt(root: unknown, path: JsonPath, depth: number): number {
	const step = path[depth];
	return typeof step === "number" ? indexOf(valueAt(root, path.slice(0, depth + 1)), step) : 0;
}
