import type { ByteOffset } from "../core/units.ts";
import type { Action } from "../policy/policy.ts";

/** Where a finding was and what was done about it. Carries no text. */
export interface FindingNote {
	readonly type: string;
	/** The text it stands in: a channel of an answer, `text:3` for the fourth text of a request, `whole` for a complete text of an answer. */
	readonly channel: string;
	readonly from: ByteOffset;
	/** Of a secret without a known end: how far it had come when this was noted. */
	readonly to: ByteOffset;
	/** Confidence, 0…1. */
	readonly score: number;
	readonly action: Action;
}

/** A score as it is reported: a learned one has sixteen digits, of which three say something. */
export function reportedScore(score: number): number {
	return Math.round(score * 1000) / 1000;
}

/** Findings by recognizer type. */
export interface FindingCounts {
	readonly [type: string]: number;
}

/** What was found in a prompt or an answer. */
export interface FindingReport {
	readonly counts: FindingCounts;
	/** The first `MAX_NOTES` findings; the counts know them all. */
	readonly notes: readonly FindingNote[];
}

/** Keeps a record, and the state that a replacement lane gets, small whatever an answer holds. */
export const MAX_NOTES = 32;

export const NOTHING_FOUND: FindingReport = { counts: {}, notes: [] };
