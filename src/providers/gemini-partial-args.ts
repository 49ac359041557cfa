import type { JsonPath } from "../wire/json-strings.ts";
import { type JsonObject, nest, objectsOf, valueAt } from "./json-object.ts";

/**
 * Arguments of a call that Gemini streams (`streamFunctionCallArguments`): a piece says by its `jsonPath` which argument it
 * goes on with, and by `willContinue` whether more of it comes; where it stands in the list says nothing.
 */
const LIST = ["functionCall", "partialArgs"] as const;

/** A path whose names can be said again without being inspected. */
const PLAIN_PATH = /^\$(?:\.[A-Za-z_-]{1,60}\d{0,3}|\[\d{1,4}\])*$/;

function isInList(steps: JsonPath): boolean {
	return LIST.every((step, i) => steps[i] === step);
}

/** The steps from a part to a text, with the argument's own path in the place of its position. */
export function argumentSteps(steps: JsonPath, part: JsonObject): JsonPath {
	if (!isInList(steps)) return steps;
	return [...LIST, pathOf(valueAt(part, steps.slice(0, 3))), ...steps.slice(3)];
}

function pathOf(argument: unknown): string {
	return String(valueAt(argument, ["jsonPath"]));
}

/** The steps that are names of members, which go out again with a text that was held. */
export function memberSteps(steps: JsonPath): JsonPath {
	return isInList(steps) ? steps.slice(3) : steps;
}

/** The least part with `text` at the steps. */
export function partWith(steps: JsonPath, text: string): object {
	if (!isInList(steps)) return nest(steps, text);
	const jsonPath = PLAIN_PATH.test(String(steps[2])) && { jsonPath: steps[2] };
	return { functionCall: { partialArgs: [{ ...jsonPath, ...nest(steps.slice(3), text), willContinue: true }], willContinue: true } };
}

/** The arguments that end with a part, as the beginnings of their steps. */
export function endedArguments({ functionCall: call }: JsonObject): JsonPath[] {
	if (call === undefined) return [];
	if (valueAt(call, ["willContinue"]) !== true) return [LIST];
	const ended = objectsOf(valueAt(call, ["partialArgs"])).filter(({ willContinue }) => willContinue !== true);
	return ended.map((argument) => [...LIST, pathOf(argument)]);
}
