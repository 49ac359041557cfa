import { isObject, valueAt } from "../providers/json-object.ts";
import type { Place } from "../providers/provider.ts";
import type { JsonPath } from "../wire/json-strings.ts";

/** Where a conversation stands, of any vendor, and the members of a message that hold its text. */
const CONVERSATIONS = [["messages"], ["input"], ["contents"], ["generateContentRequest", "contents"]];
const TEXTS: ReadonlySet<unknown> = new Set(["content", "parts"]);

/** System messages may be brought together from anywhere. */
const TURNS: ReadonlyMap<unknown, string> = new Map([
	["system", "system"],
	["developer", "system"],
	["user", "user"],
	["assistant", "assistant"],
	["model", "assistant"],
]);

/**
 * What a text of a request is a part of; undefined: it stands for itself. Messages of one role that follow one another are
 * one turn, whose texts a model's template, or a translation, puts side by side.
 */
export function turnsOf(request: unknown): (place: Place) => string | undefined {
	const turns = new Map(CONVERSATIONS.flatMap((at) => [...turnsIn(valueAt(request, at), at)]));
	return ({ channel, path = [] }) => {
		const of = channel === "" ? path : (JSON.parse(channel) as JsonPath);
		const turn = TEXTS.has(of.at(-1)) ? turns.get(JSON.stringify(of.slice(0, -1))) : undefined;
		return turn ?? (channel === "" ? undefined : channel);
	};
}

/** By the path of a message. */
function* turnsIn(messages: unknown, at: JsonPath): Generator<readonly [message: string, turn: string]> {
	let last: string | undefined;
	let turn = "";
	for (const [i, message] of (Array.isArray(messages) ? messages : []).entries()) {
		const path = JSON.stringify([...at, i]);
		const role = isObject(message) ? roleOf(message) : undefined;
		if (role !== last) turn = role === "system" ? role : path;
		last = role;
		if (role !== undefined) yield [path, turn];
	}
}

/** Gemini's contents without a role are the user's. */
function roleOf({ role, parts }: Readonly<Record<string, unknown>>): string | undefined {
	return role == null && Array.isArray(parts) ? "user" : TURNS.get(String(role).toLowerCase());
}
