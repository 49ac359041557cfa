import type { IndexStore } from "./index-store.ts";
import { HEAD } from "./log-end.ts";

/**
 * What an index that is up to date lacks of a log, as far as this can be told without reading it all again. Empty: nothing.
 * `signed`: records that its newest checkpoint covered before the index was brought up to date.
 */
export async function missingRecords(index: IndexStore, log: string, signed: number): Promise<string[]> {
	const { first, last, count } = await index.extent(log);
	const [retention] = await index.find({ log, type: "retention", limit: 1 });
	const removedBefore = Number(retention?.["removedBefore"] ?? 0);
	const gaps = last - first + 1 - count;
	return [
		...(first > removedBefore ? [`records ${removedBefore} to ${first - 1} are gone, and no retention record says so`] : []),
		...(gaps > 0 && count > 0 ? [`${gaps} of the records ${first} to ${last} are gone or cannot be read`] : []),
		...(signed > last + 1 ? [`records ${last + 1} to ${signed - 1} were signed and are gone`] : []),
		...(signed === 0 && count > 0 ? [`${HEAD} is missing or damaged, so that nobody could tell whether records are gone at the end`] : []),
	];
}
