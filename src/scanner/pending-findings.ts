import type { Rule } from "../policy/policy.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Detection } from "./detector.ts";
import type { TailRun } from "./tail-run.ts";

/** A finding whose first byte has not been passed yet. */
export interface Pending extends Finding {
	/** End of the match that begins the tail. */
	triggerEnd: number;
	/** One for each text in which the tail runs; empty for rules without a tail. */
	readonly tails: TailRun[];
	/** What the view reads that says it; absent when the original does. */
	text: string | undefined;
	/** Says the token model. Where it begins at the same byte as a pattern's finding, that one names the region. */
	readonly isLearned: boolean;
	/** The text that says it: 0 is the original, others are views. */
	view: number;
}

/** A confirmed match in the offsets of the original. */
export interface Candidate extends Detection {
	readonly view: number;
	readonly text: string | undefined;
	/** Absent for rules without a tail. */
	readonly beginTail: (() => TailRun) | undefined;
}

/**
 * Findings by `(from, tail first, patterns first, longest, highest score, rule)`. What several views say about one rule and one start is one finding,
 * and which of them spoke first makes no difference: all of them are known when the release point passes the start.
 */
export class PendingFindings {
	#list: Pending[] = [];
	#isSorted = true;
	readonly #rules: readonly Rule[];

	constructor(rules: readonly Rule[]) {
		this.#rules = rules;
	}

	get isEmpty(): boolean {
		return this.#list.length === 0;
	}

	get hasTails(): boolean {
		return this.#list.some(({ tails }) => tails.length > 0);
	}

	/** Offset of the first finding, Infinity when there is none. */
	get first(): number {
		return this.#list.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
	}

	/** The next finding that begins before `limit`, removed. */
	next(limit: number): Pending | undefined {
		if (!this.#isSorted) this.#list.sort(byPosition);
		this.#isSorted = true;
		const [first] = this.#list;
		return first !== undefined && first.from < limit ? this.#list.shift() : undefined;
	}

	add({ rule: index, from, to, score, isUnfinished, view, text, beginTail }: Candidate): void {
		const known = this.#list.find((finding) => finding.rule === index && finding.from === from);
		this.#isSorted = false;
		if (known === undefined) {
			const { type, action: whole, category, learned } = this.#rules[index] as Rule;
			// The beginning of a secret is a suspicion, which is no reason to end an answer.
			const action = isUnfinished && whole === "cut" ? "redact" : whole;
			const tails = beginTail === undefined ? [] : [beginTail()];
			const isLearned = learned !== undefined;
			this.#list.push({ type, rule: index, from, to, score, action, category, triggerEnd: to, tails, isLearned, text, view });
			return;
		}
		// What is confirmed is no surer for being a beginning too.
		if (!isUnfinished) known.score = Math.max(known.score, score);
		known.triggerEnd = Math.min(known.triggerEnd, to);
		if (beginTail !== undefined) {
			if (!known.tails.some((run) => run.view === view)) known.tails.push(beginTail());
		} else if (to > known.to || (to === known.to && view < known.view)) {
			known.to = to;
			known.text = text;
			known.view = view;
		}
	}

	advanceTails(): void {
		for (const finding of this.#list) {
			for (const run of finding.tails) {
				run.advance();
				finding.to = Math.max(finding.to, run.to);
			}
		}
	}
}

function byPosition(a: Pending, b: Pending): number {
	if (a.from !== b.from) return a.from - b.from;
	const hasTail = a.tails.length > 0;
	if (hasTail !== b.tails.length > 0) return hasTail ? -1 : 1;
	if (a.isLearned !== b.isLearned) return a.isLearned ? 1 : -1;
	if (!hasTail && a.to !== b.to) return b.to - a.to;
	return a.score === b.score ? a.rule - b.rule : b.score - a.score;
}
