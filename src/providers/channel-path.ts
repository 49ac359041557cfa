import type { JsonPath } from "../wire/json-strings.ts";
import { indexOf } from "./field-table.ts";
import { isObject, type JsonObject } from "./json-object.ts";

/** The path below `root` with every array position replaced by the element's own `index`, where it has one. */
export function stepsByIndex(path: JsonPath, root: JsonObject): JsonPath {
	let node: unknown = root;
	return path.map((step) => {
		node = typeof node === "object" && node !== null ? (node as Record<string | number, unknown>)[step] : undefined;
		return typeof step === "number" ? indexOf(node, step) : step;
	});
}

/** `type` of an element that is made anew, by the list it stands in and the member that has the text. */
const ELEMENT_TYPES: Readonly<Record<string, string>> = {
	"reasoning_details.text": "reasoning.text",
	"reasoning_details.summary": "reasoning.summary",
	"content.thinking": "thinking",
	"thinking.text": "text",
	"thinking_blocks.thinking": "thinking",
};

/** Lists whose elements have no `index` of their own. */
const UNNUMBERED: ReadonlySet<string> = new Set(["content", "thinking", "thinking_blocks"]);

/** A member's name that can be said again without being inspected. */
const PLAIN = /^[A-Za-z_-]{1,60}\d{0,3}$/;

/** The members that say `text` at the steps; a number becomes the only element of an array, with that `index`. */
export function membersAt(steps: JsonPath, text: string): JsonObject {
	const inner = nest(steps, text, "");
	return isObject(inner) ? inner : {};
}

function nest(steps: JsonPath, text: string, list: string): unknown {
	const [step, ...rest] = steps;
	if (step === undefined) return text;
	const inner = nest(rest, text, typeof step === "string" ? step : "");
	if (typeof step === "string") return { [PLAIN.test(step) ? step : "_"]: inner };
	const type = ELEMENT_TYPES[`${list}.${rest[0]}`];
	const index = UNNUMBERED.has(list) ? {} : { index: step };
	return [isObject(inner) ? { ...index, ...(type && { type }), ...inner } : inner];
}
