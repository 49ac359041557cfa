import type { JsonSpan } from "../wire/json-strings.ts";
import type { Fields } from "./field-table.ts";
import type { Amendment, Companion } from "./provider.ts";

/**
 * Thinking that chat servers pass on with its vendor's signature (OpenRouter, LiteLLM): with another text the signature is
 * worth nothing, and the vendor refuses it when it comes back.
 */
const LISTS: readonly string[] = ["reasoning_details", "thinking_blocks", "provider_specific_fields.thinking_blocks"];

/** The spans that are wanted for it, below a message or a delta. */
export const SIGNATURES: readonly string[] = LISTS.map((list) => `${list}.#.signature`);

const SIGNED_TEXT = /^\d+:\["delta",(?:"provider_specific_fields",)?"(?:reasoning_details|thinking_blocks)",/;

/** A text that may have ended with its signature, and go on all the same. */
export function isSignedText(channel: string): boolean {
	return SIGNED_TEXT.test(channel);
}

/** The signatures in a streamed event. `channelOf` names a text by the path to it. */
export function signatureCompanions(json: string, { spans }: Fields, channelOf: (path: JsonSpan["path"]) => string): Companion[] {
	return signaturesIn(json, spans).map(({ path, from, to }) => ({ channels: `${channelOf(path.slice(0, -1)).slice(0, -1)},`, from, to }));
}

/** The same in a whole body: a signature goes with the first change of a text beside it. */
export function signatureAmendments(json: string, { places, spans }: Fields): Amendment[] {
	const signatures = signaturesIn(json, spans);
	if (signatures.length === 0) return [];
	const holderOf = (path: JsonSpan["path"]): string => JSON.stringify(path.slice(0, -1));
	const besides = new Map<string, number[]>(signatures.map(({ path }) => [holderOf(path), []]));
	for (const [i, { path = [] }] of places.entries())
		for (let depth = 1; depth <= path.length; depth++) besides.get(holderOf(path.slice(0, depth)))?.push(i);
	return signatures.map(({ path, from, to }) => ({ places: besides.get(holderOf(path)) ?? [], edit: { from, to, value: null } }));
}

function signaturesIn(json: string, spans: readonly JsonSpan[]): JsonSpan[] {
	return spans.filter(({ path, from, to }) => path.at(-1) === "signature" && json[from] === '"' && to - from > 2);
}
