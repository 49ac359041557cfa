import { readGuardedBody } from "../providers/guarded-body.ts";
import { type JsonObject, valueAt } from "../providers/json-object.ts";
import type { Place } from "../providers/provider.ts";
import { unreadable } from "../providers/unreadable.ts";
import type { PromptTraits } from "../verdict/prompt-traits.ts";
import { parseExact, writeExact } from "../wire/exact-json.ts";
import { replaceValues } from "../wire/json-strings.ts";
import { MAX_TEXTS } from "./answered-texts.ts";
import type { Direction } from "./loaded-policy.ts";
import { editsOf } from "./whole-texts.ts";

/** What other gateways send to an external guardrail, and want to hear. */

/** Why a text has its score. */
export interface Explanation {
	/** What its score is made of, 0…1: an attack, harm, and the data in it. */
	readonly risks: { readonly attack: number; readonly harm: number; readonly data: number };
	readonly traits: PromptTraits;
}

/** What was found in one text, as `/v1/inspect` says it. */
export interface InspectResult {
	readonly action: "allow" | "flag" | "redact" | "block";
	readonly score: number;
	readonly findings: readonly { readonly type: string; readonly start: number; readonly end: number; readonly score: number }[];
	readonly redacted_text: string;
	/** Where the request asks for it. */
	readonly explanation?: Explanation;
}

export interface InspectRequest {
	readonly texts: readonly string[];
	readonly direction: Direction;
	/** The member that holds them, for messages. */
	readonly param: string;
	/** Results say why. */
	readonly explain?: boolean;
	/** `results` in the order of the texts. */
	readonly answer: (results: readonly InspectResult[]) => unknown;
}

export interface InspectFault {
	readonly message: string;
	readonly param: string | null;
}

export type ReadInspectRequest = (value: Readonly<Record<string, unknown>>) => InspectRequest | InspectFault;

/** By the path that the gateway posts to. */
export const GUARDRAIL_DIALECTS: Readonly<Record<string, ReadInspectRequest>> = {
	"/beta/litellm_basic_guardrail_api": readLitellm,
	"/v1/guardrails/portkey": readPortkey,
};

/** LiteLLM's generic guardrail API (docs.litellm.ai, "Generic Guardrail API"). It takes back texts and tools, but no calls: what is found in those blocks. */
function readLitellm({ texts, input_type, tools, tool_calls }: Readonly<Record<string, unknown>>): InspectRequest | InspectFault {
	if (!Array.isArray(texts) || texts.length > MAX_TEXTS || !texts.every((text) => typeof text === "string"))
		return { message: `'texts' must be a list of at most ${MAX_TEXTS} strings.`, param: "texts" };
	if (input_type !== "request" && input_type !== "response")
		return { message: '\'input_type\' must be "request" or "response".', param: "input_type" };
	const calls = { tools: tools ?? null, tool_calls: tool_calls ?? null };
	const beside = readBody(calls);
	if (beside === undefined) return { ...unreadable(writeExact(calls)), param: "tools" };
	const all = [...texts, ...beside.texts];
	if (all.length > MAX_TEXTS) return { message: `There are more than ${MAX_TEXTS} texts.`, param: "texts" };
	return {
		texts: all,
		direction: input_type === "request" ? "prompt" : "response",
		param: "texts",
		answer(results) {
			const others = results.slice(texts.length);
			const isKept = ({ action }: InspectResult, i: number): boolean => action === "redact" && beside.places[i]?.path?.[0] === "tool_calls";
			if (results.some(({ action }) => action === "block") || others.some(isKept))
				return { action: "BLOCKED", blocked_reason: reasonOf(results) };
			if (!results.some(({ action }) => action === "redact")) return { action: "NONE" };
			const redacted = results.slice(0, texts.length).map(({ redacted_text }) => redacted_text);
			const isChanged = others.some(({ action }) => action === "redact");
			return { action: "GUARDRAIL_INTERVENED", texts: redacted, ...(isChanged && { tools: beside.redacted(others)["tools"] }) };
		},
	};
}

/** Portkey's webhook guardrail, before a request and after it. */
function readPortkey({ eventType, request, response }: Readonly<Record<string, unknown>>): InspectRequest | InspectFault {
	if (eventType !== "beforeRequestHook" && eventType !== "afterRequestHook")
		return { message: '\'eventType\' must be "beforeRequestHook" or "afterRequestHook".', param: "eventType" };
	const side = eventType === "beforeRequestHook" ? "request" : "response";
	const json = valueAt(side === "request" ? request : response, ["json"]);
	if (typeof json !== "object" || json === null) return { message: `'${side}.json' must be the body of the ${side}.`, param: side };
	const body = readBody(json);
	if (body === undefined) return { ...unreadable(writeExact(json)), param: side };
	if (body.texts.length > MAX_TEXTS) return { message: `'${side}.json' has more than ${MAX_TEXTS} texts.`, param: side };
	return {
		texts: body.texts,
		direction: side === "request" ? "prompt" : "response",
		param: side,
		answer(results) {
			const isBlocked = results.some(({ action }) => action === "block");
			const data = { action: isBlocked ? "block" : "pass", explanation: reasonOf(results) };
			if (isBlocked || !results.some(({ action }) => action === "redact")) return { verdict: !isBlocked, data };
			return { verdict: true, data, transformedData: { [side]: { json: body.redacted(results) } } };
		},
	};
}

interface GuardedBody {
	readonly places: readonly Place[];
	readonly texts: readonly string[];
	/** The same body with what became of each text. */
	redacted(results: readonly InspectResult[]): JsonObject;
}

/** Undefined: it has two readings. */
function readBody(json: object): GuardedBody | undefined {
	const source = writeExact(json);
	const places = readGuardedBody(source, json)?.places;
	return (
		places && {
			places,
			texts: places.map(({ text }) => text),
			redacted: (results) => parseExact(replaceValues(source, editsOf(places, results.map(rewritten(places))))) as JsonObject,
		}
	);
}

/** What stands in the place of a text: a string, also where a number was; undefined: the text stays. */
function rewritten(places: readonly Place[]): (result: InspectResult, i: number) => string | undefined {
	return ({ redacted_text: text }, i) => {
		const place = places[i];
		if (text === place?.text) return undefined;
		return place?.source === "value" ? JSON.stringify(text) : text;
	};
}

/** Types and numbers, never what was found. */
function reasonOf(results: readonly InspectResult[]): string {
	const types = new Set(results.flatMap(({ findings }) => findings.map(({ type }) => type)));
	return types.size === 0 ? "Nothing was found." : `Found by the security policy: ${[...types].sort().join(", ")}.`;
}
