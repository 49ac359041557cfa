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

/** Members of a tool's result that hold its text. */
const RESULT_TEXTS: ReadonlySet<unknown> = new Set(["content", "output"]);
const RESULT_ROLES: ReadonlySet<unknown> = new Set(["tool", "function", "ipython"]);
const RESULT_ITEM = /_call_output$/;

/**
 * The results of tools that a text of a request is one of; undefined: of none. A model is given all that its calls of one turn
 * have brought side by side.
 */
export function resultsOf(request: unknown): (place: Place) => string | undefined {
	const results = new Map(CONVERSATIONS.flatMap((at) => [...resultsIn(valueAt(request, at), at)]));
	return ({ channel, path = [] }) => {
		if (channel === "" && !RESULT_TEXTS.has(path.at(-1))) return undefined;
		return results.get(JSON.stringify(path.slice(0, 2))) ?? results.get(JSON.stringify(path.slice(0, 4)));
	};
}

/** By the path of a message, or of a block in one of the user's. */
function* resultsIn(messages: unknown, at: JsonPath): Generator<readonly [result: string, turn: string]> {
	let turn: string | undefined;
	for (const [i, message] of (Array.isArray(messages) ? messages : []).entries()) {
		const results = isObject(message) ? [...resultPaths(message, [...at, i])] : [];
		turn = results.length === 0 ? undefined : (turn ?? results[0]);
		if (turn !== undefined) for (const result of results) yield [result, turn];
	}
}

function* resultPaths({ role, type, content }: Readonly<Record<string, unknown>>, path: JsonPath): Generator<string> {
	if (RESULT_ROLES.has(role) || RESULT_ITEM.test(String(type))) yield JSON.stringify(path);
	else if (role === "user" && Array.isArray(content))
		for (const [i, block] of content.entries())
			if (isObject(block) && block["type"] === "tool_result") yield JSON.stringify([...path, "content", i]);
}

/** Gemini's contents without a role are the user's. */
function roleOf({ role, parts }: Readonly<Record<string, unknown>>): string | undefined {
	return role == null && Array.isArray(parts) ? "user" : TURNS.get(String(role).toLowerCase());
}
