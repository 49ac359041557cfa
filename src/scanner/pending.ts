import type { Rule } from "../policy/policy.ts";
import type { Finding } from "../verdict/finding.ts";
import type { TailState } from "./tail.ts";

/** A confirmed finding whose first byte was not passed yet. Absolute offsets. */
export interface Pending extends Finding {
	score: number;
	readonly tail: TailState | undefined;
	readonly triggerEnd: number;
}

/**
 * Adds what was found once more at another end. Of all ends of one start the longest counts, with the highest score:
 * which of them is confirmed first depends on how the text arrives. False when the start is not known yet.
 */
export function mergePending(list: readonly Pending[], rule: number, from: number, to: number, score: number): boolean {
	const known = list.find((finding) => finding.rule === rule && finding.from === from);
	if (known === undefined) return false;
	if (known.tail === undefined) known.to = Math.max(known.to, to);
	known.score = Math.max(known.score, score);
	return true;
}

export function newPending(rule: Rule, index: number, from: number, to: number, score: number, tail: TailState | undefined): Pending {
	const { type, action, category } = rule;
	return { type, rule: index, from, to, score, action, category, triggerEnd: to, tail };
}

/** The order in which findings take effect. It needs nothing that is still to come: a tail's end does not count. */
export function byPosition(a: Pending, b: Pending): number {
	if (a.from !== b.from) return a.from - b.from;
	if ((a.tail === undefined) !== (b.tail === undefined)) return a.tail === undefined ? 1 : -1;
	if (a.tail === undefined && a.to !== b.to) return b.to - a.to;
	return a.rule - b.rule;
}
