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

/** In any letter case: some servers do not tell it apart. `own`: the request's own model, wherever it is named again. */
export function namedModels(request: JsonObject, own: string): readonly NamedModel[] {
	const named = new Map<string, NamedModel>();
	for (const [name, path] of namesIn(request, [], false)) {
		const model = name.replace(/^models\//, "");
		const key = model.toLowerCase();
		if (key !== own.toLowerCase() && !named.has(key)) named.set(key, { model, param: parameterOf(path) });
	}
	return [...named.values()];
}

/** `isName`: strings here are names. LiteLLM also takes `{"for this model": ["these"]}`. */
function* namesIn(value: unknown, path: JsonPath, isName: boolean): Generator<readonly [name: string, path: JsonPath]> {
	if (typeof value === "string" && isName) yield [value, path];
	if (typeof value !== "object" || value === null) return;
	if (Array.isArray(value)) for (const [i, element] of value.entries()) yield* namesIn(element, [...path, i], isName);
	else for (const [name, member] of Object.entries(value)) yield* namesInMember(name, member, [...path, name], isName);
}

function* namesInMember(name: string, member: unknown, path: JsonPath, isName: boolean): ReturnType<typeof namesIn> {
	if (FREE.has(name.toLowerCase())) return;
	if (isName && Array.isArray(member)) yield [name, path];
	yield* namesIn(member, path, isName || NAMES.test(name));
}
