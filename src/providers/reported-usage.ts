import { longNumber } from "../wire/json-numbers.ts";
import { NAME } from "./field-table.ts";
import { isObject, type JsonObject, parseObject } from "./json-object.ts";
import type { Counter } from "./provider.ts";

/** Tokens that an answer says it used, as far as this piece of it says. */
export interface ReportedUsage {
	readonly input?: number;
	readonly output?: number;
}

/** Members of a usage object that add up to the tokens of the prompt, and of the answer; cached and hidden ones count. */
const INPUT = [
	["prompt_tokens"],
	["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"],
	["promptTokenCount", "toolUsePromptTokenCount"],
] as const;
const OUTPUT = [["completion_tokens"], ["output_tokens"], ["candidatesTokenCount", "thoughtsTokenCount"]] as const;

/** The usage in an event or a whole answer of any vendor; undefined: it holds none. */
export function reportedUsage(json: string): ReportedUsage | undefined {
	// Most events say nothing, and looking is cheaper than parsing.
	if (!json.includes('"usage')) return undefined;
	const root = parseObject(json);
	const holders = [root, root?.["message"], root?.["response"]].filter(isObject);
	const usage = holders.flatMap((holder) => [holder["usage"], holder["usageMetadata"]]).find(isObject);
	if (usage === undefined) return undefined;
	const [input, output] = [sumOf(usage, INPUT), sumOf(usage, OUTPUT)];
	return { ...(input !== undefined && { input }), ...(output !== undefined && { output }) };
}

/** Of the first group whose first member is there: OpenAI counts cached tokens among those of the prompt, Anthropic beside them. */
function sumOf(usage: Readonly<Record<string, unknown>>, groups: readonly (readonly string[])[]): number | undefined {
	const group = groups.find(([first]) => first !== undefined && isCount(usage[first]));
	return group?.reduce((sum, name) => sum + (isCount(usage[name]) ? usage[name] : 0), 0);
}

function isCount(value: unknown): value is number {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** A usage object with other numbers for those of its own members that are named. */
export function recounted(usage: JsonObject | undefined, counters: readonly Counter[]): JsonObject | undefined {
	if (usage === undefined) return undefined;
	const own = counters.filter(({ name }) => Object.hasOwn(usage, name));
	return Object.assign({}, usage, Object.fromEntries(own.map(({ name, value }) => [name, value])));
}

/** The numbers of a usage object that are no longer than counts, at any depth: what may be said again without being inspected. */
export function usageCounts(value: unknown): JsonObject | undefined {
	if (!isObject(value)) return undefined;
	const entries = Object.entries(value).flatMap(([name, count]): [string, unknown][] => {
		const inner = typeof count === "number" && longNumber(String(count)) === "" ? count : usageCounts(count);
		return NAME.test(name) && inner !== undefined ? [[name, inner]] : [];
	});
	return Object.fromEntries(entries);
}
