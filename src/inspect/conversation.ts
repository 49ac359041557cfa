import type { IsOwn } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";
import type { RedactionStyle } from "../verdict/redaction.ts";
import { SurrogateTable, type SurrogateTableState } from "../verdict/surrogate-table.ts";
import { createSurrogateMatcher, type SurrogateMatcher } from "./surrogate-matcher.ts";

/** How the texts of one answer are written. */
export interface TextStyle extends RedactionStyle {
	/** The answer was to be JSON. */
	readonly isStructured?: boolean;
	/** Finds the surrogates that become originals again. */
	readonly restores?: SurrogateMatcher;
	/** Whether a finding is but a surrogate of the answer's own prompt. */
	readonly isOwn?: IsOwn;
	/** What is found in the name of a tool that the client is to call; undefined: it may. */
	readonly judgeTool?: (name: string) => Finding | undefined;
	/** What the proxy has put into the request, and no client must see. */
	readonly canary?: string;
	/** Called between the slices of a whole text: other work may be done. */
	readonly pause?: () => void;
}

/** What an answer must know of its prompt. Plain data. */
export interface PromptMemory extends SurrogateTableState {
	/** The application's own words, where the policy keeps them from being repeated. */
	readonly hidden?: string;
	/** What stands behind them for the same purpose. */
	readonly canary?: string;
	/** Tools that it offers the model, where the policy looks at calls. */
	readonly tools?: readonly string[];
}

/** Shorter texts stand inside a surrogate, or on both sides of a seam of two, by chance. */
const MIN_INSIDE_UNITS = 8;
const MIN_ACROSS_UNITS = 7;

/** The style of an answer whose prompt gave out surrogates. */
export function answerStyle(style: TextStyle, prompt: SurrogateTableState): TextStyle {
	const known = new SurrogateTable({ key: style.key, state: prompt });
	const restorables = prompt.surrogates.flatMap(({ text, original }) => (original === undefined ? [] : [{ surrogate: text, original }]));
	if (restorables.length === 0) return Object.assign({}, style, { known });
	const isOwn = ownTexts(restorables.map(({ surrogate }) => surrogate));
	return Object.assign({}, style, { known, restores: createSurrogateMatcher(restorables), isOwn });
}

/** Whether a text is but what an earlier policy has put into the request. */
export function ownSurrogates({ surrogates }: SurrogateTableState): (text: string) => boolean {
	return ownTexts(surrogates.map(({ text }) => text));
}

/**
 * Recognises the surrogates, and whatever stands inside one (the host in an e-mail address, a run of digits in a card) or on
 * both sides of where one follows another, in any letter case and spacing.
 */
function ownTexts(surrogates: readonly string[]): (text: string) => boolean {
	const own = new Set(surrogates.map(compact));
	const all = `\n${[...own].join("\n")}\n`;
	return (text) => {
		const compacted = compact(text);
		if (own.has(compacted)) return true;
		const isInside = compacted.length >= MIN_INSIDE_UNITS && all.includes(compacted);
		return isInside || (compacted.length >= MIN_ACROSS_UNITS && isAcross(compacted, all));
	};
}

/** Whether a text is the end of a line and the beginning of one. */
function isAcross(text: string, lines: string): boolean {
	for (let at = 1; at < text.length && lines.includes(text.slice(0, at)); at++)
		if (lines.includes(`${text.slice(0, at)}\n`) && lines.includes(`\n${text.slice(at)}`)) return true;
	return false;
}

function compact(text: string): string {
	return text.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
}
