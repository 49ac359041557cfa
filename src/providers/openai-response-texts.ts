import { NAME } from "./field-table.ts";
import type { JsonObject } from "./json-object.ts";
import { POSITIONS } from "./openai-response-channels.ts";

/**
 * How a server says which text a delta goes on with: by numbers as its vendor does, or by the item's id alone. It
 * must keep to one of them, and to one item until that ends: a reader who joins by the other, or in the order of the events,
 * would join others than are joined here.
 */
export interface TextWay {
	readonly base: string;
	/** The numbers that the delta has. */
	readonly numbers: string;
	/** Of the item, where it has no number. */
	readonly id: string | undefined;
}

/** By the name of the events. Plain data. */
export type TextWays = Record<string, { readonly numbers: string; readonly id: string | undefined }>;

/** Kinds of text in one answer; the vendor has fifteen. */
const MAX_WAYS = 64;

/** Undefined: the event has no delta. */
export function textWayOf(type: string, event: JsonObject): TextWay | undefined {
	if (!type.endsWith(".delta")) return undefined;
	const numbers = POSITIONS.filter((name) => event[name] != null).join();
	const { item_id: id, output_index: output } = event;
	return { base: type.slice(0, -".delta".length), numbers, id: output == null && typeof id === "string" && NAME.test(id) ? id : undefined };
}

export function isOtherWay({ base, numbers, id }: TextWay, ways: TextWays): boolean {
	const way = Object.hasOwn(ways, base) ? ways[base] : undefined;
	if (way === undefined) return Object.keys(ways).length >= MAX_WAYS;
	return way.numbers !== numbers || (way.id !== undefined && way.id !== id);
}

/** Ends of texts, behind which another item may follow. */
const END = /\.done$|^response\.output_item\./;

export function noteWay(type: string, way: TextWay | undefined, ways: TextWays): void {
	if (way !== undefined) ways[way.base] = { numbers: way.numbers, id: way.id };
	else if (END.test(type)) for (const [base, { numbers }] of Object.entries(ways)) ways[base] = { numbers, id: undefined };
}
