import type { JsonSpan } from "../wire/json-strings.ts";
import type { Fields } from "./field-table.ts";
import { isObject, type JsonObject, objectsOf, valueAt } from "./json-object.ts";
import { placesWithin } from "./places-within.ts";
import type { Amendment } from "./provider.ts";

/**
 * Values that tell what a choice's text was (log probabilities, token ids) go when it is changed, and at once where no
 * text beside them vouches for them. The fields must have the spans `choices.#` and `choices.#.…` of these values.
 */
export function companionsOf(json: string, { places, spans }: Fields, areLogprobsOwn: (position: number) => boolean): Amendment[] {
	const amendments: Amendment[] = [];
	const choices = new Map(spans.filter(({ path }) => path.length === 2).map((span) => [span.path[1], span]));
	for (const { path, from, to } of spans) {
		if (path[0] !== "choices" || path.length !== 3 || json.slice(from, to) === "null") continue;
		const position = path[1] as number;
		const choice = choices.get(position);
		const beside = choice === undefined ? [] : placesWithin(places, choice).filter((i) => places[i]?.text !== "");
		const isVouchedFor = path[2] === "logprobs" ? areLogprobsOwn(position) : beside.length > 0;
		amendments.push({ places: isVouchedFor ? beside : "always", edit: { from, to, value: null } });
	}
	return amendments;
}

/**
 * True when the log probabilities of a chat choice spell exactly the texts beside them, each the one of its name, so that
 * what holds for the texts holds for them.
 */
export function doLogprobsSpell(logprobs: unknown, texts: unknown): boolean {
	if (!isObject(logprobs)) return logprobs == null;
	return Object.entries(logprobs).every(([name, tokens]) => {
		const text = isObject(texts) ? texts[name] : undefined;
		return tokens === null || (Array.isArray(tokens) && spelled(tokens) === (typeof text === "string" ? text : ""));
	});
}

/** The text of a list of tokens; by `bytes` where all have them, because a token may be a part of a character. */
function spelled(logprobs: unknown): string {
	const tokens: readonly JsonObject[] = objectsOf(logprobs);
	if (tokens.length > 0 && tokens.every(({ bytes }) => Array.isArray(bytes))) {
		return Buffer.from(tokens.flatMap(({ bytes }) => bytes as number[])).toString("utf8");
	}
	return tokens.map(({ token }) => (typeof token === "string" ? token : "")).join("");
}

/**
 * The same for the parts of a response, each with the list `logprobs` beside its `text` or `delta`. The fields must have
 * the spans of all three.
 */
export function partLogprobAmendments({ places, spans }: Fields, root: unknown): Amendment[] {
	const lists = spans.filter(({ path }) => path.at(-1) === "logprobs");
	if (lists.length === 0) return [];
	const parentOf = ({ path }: JsonSpan): string => JSON.stringify(path.slice(0, -1));
	const besides = new Map<string, number[]>();
	for (const span of spans)
		if (span.path.at(-1) !== "logprobs")
			besides.set(parentOf(span), [...(besides.get(parentOf(span)) ?? []), ...placesWithin(places, span)]);
	return lists.flatMap((list): Amendment[] => {
		const { path, from, to } = list;
		const logprobs = valueAt(root, path);
		if (!Array.isArray(logprobs) || logprobs.length === 0) return [];
		const texts = besides.get(parentOf(list)) ?? [];
		const isOwn = texts.map((i) => places[i]?.text).join("") === spelled(logprobs);
		return [{ places: isOwn ? texts : "always", edit: { from, to, source: "[]" } }];
	});
}
