import type { JsonSpan } from "../wire/json-strings.ts";
import type { Fields } from "./field-table.ts";
import { isObject, valueAt } from "./json-object.ts";
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

/** The text of a list of tokens; undefined where one says anything else than a token does, or two things. */
function spelled(logprobs: readonly unknown[]): string | undefined {
	const tokens = logprobs.map(bytesOf);
	return tokens.every((bytes) => bytes !== undefined) ? Buffer.concat(tokens).toString("utf8") : undefined;
}

/** A token may be a part of a character, so its `bytes` count; but its `token` says the same. */
function bytesOf(logprob: unknown): Buffer | undefined {
	if (!isObject(logprob)) return undefined;
	const { token, bytes, top_logprobs: others, ...rest } = logprob;
	if (typeof token !== "string" || Object.values(rest).some((value) => typeof value === "string" || isFilled(value))) return undefined;
	if (others != null && !(Array.isArray(others) && others.every((other) => bytesOf(other) !== undefined))) return undefined;
	const said = Buffer.from(token);
	if (bytes == null) return said;
	if (!Array.isArray(bytes) || !bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)) return undefined;
	const own = Buffer.from(bytes as number[]);
	return own.toString("utf8") === token || own.equals(unescaped(token)) ? own : undefined;
}

/** Null and empty lists are as good as nothing. */
function isFilled(value: unknown): boolean {
	return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/** OpenAI writes what is no character by itself as `bytes:\xe2\x82`. */
function unescaped(token: string): Buffer {
	const parts = token.replace(/^bytes:/, "").split(/((?:\\x[\da-f]{2})+)/i);
	return Buffer.concat(parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.from(part.replaceAll("\\x", ""), "hex"))));
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
