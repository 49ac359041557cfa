import { isObject } from "../providers/json-object.ts";
import type { Place } from "../providers/provider.ts";
import type { JsonPath } from "../wire/json-strings.ts";

/** Members that hold a conversation, of any vendor, and those of a message that hold its text. */
const CONVERSATIONS = ["messages", "input", "contents"];
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
	const turns = new Map(CONVERSATIONS.flatMap((name) => [...turnsIn(isObject(request) ? request[name] : undefined, name)]));
	return ({ channel, path }) => {
		const [name, i, member, ...more]: JsonPath = channel === "" ? (path ?? []) : (JSON.parse(channel) as JsonPath);
		const isText = TEXTS.has(member) && more.length === 0;
		return (isText ? turns.get(`${name} ${i}`) : undefined) ?? (channel === "" ? undefined : channel);
	};
}

/** By conversation and index of a message. */
function* turnsIn(messages: unknown, name: string): Generator<readonly [message: string, turn: string]> {
	let last: string | undefined;
	let turn = "";
	for (const [i, message] of (Array.isArray(messages) ? messages : []).entries()) {
		const role = isObject(message) ? TURNS.get(message["role"]) : undefined;
		if (role !== last) turn = role === "system" ? role : `${name} ${i}`;
		last = role;
		if (role !== undefined) yield [`${name} ${i}`, turn];
	}
}
