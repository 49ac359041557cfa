import { createRequire } from "node:module";
import { findStrings, type JsonSpan } from "../wire/json-strings.ts";
import type { Amendment, Place } from "./provider.ts";

const require = createRequire(import.meta.url);
let decoder: typeof import("gpt-tokenizer/encoding/cl100k_base") | undefined;

/**
 * The text that a list of numbers is in `cl100k_base`, the encoding of OpenAI's embedding models, which LangChain takes for
 * any other's, too. Undefined where they are none of it. The first time takes a fifth of a second and 40 MB.
 */
function textOf(numbers: readonly number[]): string | undefined {
	decoder ??= require("gpt-tokenizer/encoding/cl100k_base") as NonNullable<typeof decoder>;
	try {
		return decoder.decode(numbers as number[]);
	} catch {
		return undefined;
	}
}

/** A text of a request that stands there as numbers of tokens. */
export interface TokenText extends JsonSpan {
	readonly text: string;
}

/** The texts of a member that is a list of such numbers, or of several such lists. Undefined where it is neither. */
export function tokenTexts(json: string, root: Readonly<Record<string, unknown>>, member: string): readonly TokenText[] | undefined {
	const value = root[member];
	if (!Array.isArray(value) || value.length === 0) return undefined;
	const isOne = areTokens(value);
	if (!isOne && !value.every(areTokens)) return undefined;
	const isList = (path: JsonSpan["path"]): boolean => path[0] === member && path.length === (isOne ? 1 : 2);
	const spans = findStrings(json, (path) => (isList(path) ? "leaf" : undefined))?.spans ?? [];
	const texts = spans.map((span, i) => ({ span, text: textOf(isOne ? value : (value[i] as number[])) }));
	return texts.every(hasText) ? texts.map(({ span, text }) => ({ ...span, text })) : undefined;
}

function areTokens(value: unknown): value is number[] {
	return Array.isArray(value) && value.length > 0 && value.every((number) => Number.isInteger(number) && number >= 0);
}

function hasText(read: { readonly span: JsonSpan; readonly text: string | undefined }): read is { span: JsonSpan; text: string } {
	return read.text !== undefined;
}

/** The places of a request with these texts, which go on as texts: nobody upstream can read the numbers in another way. */
export function withTokenTexts(
	places: readonly Place[],
	texts: readonly TokenText[],
): { readonly places: readonly Place[]; readonly amendments: readonly Amendment[] } {
	const own = texts.map(({ from, to, path, text }): Place => ({ kind: "whole", channel: "", source: "text", from, to, text, path }));
	const member = texts[0]?.path[0];
	const others = places.filter(({ path }) => path?.[0] !== member);
	return {
		places: [...others, ...own].sort((a, b) => a.from - b.from),
		amendments: texts.map(({ from, to, text }) => ({ places: "always", edit: { from, to, value: text } })),
	};
}
