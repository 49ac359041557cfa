import type { JsonPath } from "../wire/json-strings.ts";
import type { JsonObject } from "./json-object.ts";
import { parameterOf } from "./parameter-of.ts";

/** A model that a request names elsewhere than where its own model stands. */
export interface NamedModel {
	readonly model: string;
	/** As our errors name a parameter: `models[1]`. */
	readonly param: string;
}

/**
 * Members whose values name models, and presets of them: OpenRouter's, Perplexity's and the gateways' `models`, `fallbacks`
 * and `preset`, models of tools and plugins, `compound_custom.models.answering_model`, Azure's `deployment_name`.
 */
const NAMES = /^(?:\w*models?(?:_?(?:id|name)s?)?|\w*fallbacks?|deployment(?:_?(?:id|name))?|preset)$/i;

/** Members below which people and schemas say what they like. */
const FREE = new Set(
	[
		...[
			"messages",
			"input",
			"inputs",
			"contents",
			"content",
			"system",
			"systemInstruction",
			"system_instruction",
			"instructions",
			"prompt",
		],
		...["prediction", "documents", "metadata", "labels", "arguments", "variables", "logit_bias", "stop"],
		...["properties", "patternProperties", "$defs", "definitions", "default", "const", "enum", "examples", "example", "required"],
	].map((name) => name.toLowerCase()),
);

/** Each is looked up in lists of globs. */
export const MOST_MODELS = 64;

/**
 * In any letter case: some servers do not tell it apart. `own`: the request's own model, wherever it is named again. One more
 * than `MOST_MODELS` at most.
 */
export function namedModels(request: JsonObject, own: string): readonly NamedModel[] {
	const named = new Map<string, NamedModel>();
	visit(request, [], false, (name, path) => {
		const model = name.replace(/^models\//, "");
		const key = model.toLowerCase();
		if (named.size <= MOST_MODELS && key !== own.toLowerCase() && !named.has(key)) named.set(key, { model, param: parameterOf(path) });
	});
	return [...named.values()];
}

type Note = (name: string, path: JsonPath) => void;

/** `path`: one list for all, as it is where a name is noted. `isName`: strings here are names. */
function visit(value: unknown, path: (string | number)[], isName: boolean, note: Note): void {
	if (typeof value === "string" && isName) return note(value, path);
	if (typeof value !== "object" || value === null) return;
	if (!Array.isArray(value)) return visitMembers(value, path, isName, note);
	for (const [i, element] of value.entries()) {
		path.push(i);
		visit(element, path, isName, note);
		path.pop();
	}
}

/** LiteLLM also takes `{"for this model": ["these"]}`; an object that says where its model stands (Anthropic's fallbacks) has settings beside it. */
function visitMembers(object: object, path: (string | number)[], isWithinName: boolean, note: Note): void {
	const members = Object.entries(object);
	const isName = isWithinName && !members.some(([name]) => NAMES.test(name));
	for (const [name, member] of members) {
		if (FREE.has(name.toLowerCase())) continue;
		path.push(name);
		if (isName && Array.isArray(member)) note(name, path);
		visit(member, path, isName || NAMES.test(name), note);
		path.pop();
	}
}
