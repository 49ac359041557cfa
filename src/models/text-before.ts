import { isContact } from "./setting.ts";
import { hashWord } from "./token-features.ts";
import type { Token } from "./token-text.ts";

/** What the segments in front of one say of the text: how it began, and whether it is about somebody. Plain data. */
export interface TextBefore {
	/** Hash of the first word, 0 in the first segment. */
	readonly opening: number;
	/** Segments with data of a person, 3 at most. */
	readonly contact: number;
	/** Segments in all, 3 at most. */
	readonly segments: number;
}

export const NOTHING_BEFORE: TextBefore = { opening: 0, contact: 0, segments: 0 };
const MANY = 3;

/** The same for the segment behind this one. */
export function textAfter({ opening, contact, segments }: TextBefore, tokens: readonly Token[]): TextBefore {
	const [first] = tokens;
	if (first === undefined) return { opening, contact, segments };
	return {
		opening: opening === 0 ? hashWord(first.text.toLowerCase()) || 1 : opening,
		contact: Math.min(MANY, contact + (tokens.some(isContact) ? 1 : 0)),
		segments: Math.min(MANY, segments + 1),
	};
}
