import type { RuleSet } from "../policy/policy.ts";
import { createFollowers, type Possible } from "../recognizers/context.ts";
import { distinctPatterns } from "./compile-rules.ts";
import {
	type Confirm,
	createConfirm,
	followsOf,
	hasRightContext,
	isAlphanumeric,
	leftOf,
	type TextWindow,
	WindowMatch,
} from "./confirm.ts";
import type { Matches } from "./engine.ts";

/** Takes a confirmed finding: rule, window indices, confidence. */
export type Accept = (rule: number, from: number, to: number, score: number) => void;

/** What turns matches into findings, prepared once per rule set. */
export interface CandidateProgram {
	readonly confirm: Confirm;
	/** Engine patterns. */
	readonly patterns: number;
	/** The rules of one engine pattern, in priority order, that look at matches of so many letters and digits. */
	rulesFor(pattern: number, window: TextWindow, from: number, to: number): readonly number[];
	/** Which of them could confirm a match that begins at `from`; undefined: all of them. None for a trigger. */
	rulesAt(pattern: number, window: TextWindow, from: number): Possible | undefined;
}

const NO_RULES: ReadonlySet<number> = new Set();
const NONE: Possible = { rules: NO_RULES, spaced: NO_RULES };
const BLANK = 0x20;

export function createCandidateProgram(ruleSet: RuleSet): CandidateProgram {
	const sources = distinctPatterns(ruleSet.rules);
	const patterns = sources.map(({ rules }) => {
		const lengths = rules.map((rule) => ruleSet.rules[rule]?.lengths);
		if (lengths.every((list) => list === undefined)) return { rules, byLength: undefined };
		const longest = Math.max(...lengths.flatMap((list) => list ?? [0]));
		const byLength = Array.from({ length: longest + 1 }, (_, length) => rules.filter((_rule, i) => lengths[i]?.includes(length) ?? true));
		return { rules, byLength };
	});
	const follows = followsOf(ruleSet);
	const followers = patterns.map(({ rules }) =>
		rules.some((rule) => follows[rule] !== undefined) ? createFollowers(new Map(rules.map((rule) => [rule, follows[rule]]))) : undefined,
	);
	return {
		confirm: createConfirm(ruleSet),
		patterns: patterns.length,
		rulesFor(pattern, window, from, to) {
			const { rules = [], byLength } = patterns[pattern] ?? {};
			return byLength === undefined ? rules : (byLength[countAlphanumerics(window.bytes, from, to)] ?? []);
		},
		rulesAt(pattern, window, from) {
			if (sources[pattern]?.source.core !== undefined) return NONE;
			return followers[pattern]?.(leftOf(window, from));
		},
	};
}

/** Where matches of one pattern begin, an absolute offset, and the rules that could confirm one of them; undefined: all. */
class Start {
	readonly from: number;
	readonly #possible: Possible | undefined;
	/** Absolute offset up to which no blank is known behind it. */
	#blank: number;

	constructor(from: number, possible: Possible | undefined) {
		this.from = from;
		this.#possible = possible;
		this.#blank = from;
	}

	/** The rules that could confirm a match up to window index `to`. */
	rulesTo(to: number, { bytes }: TextWindow, base: number): ReadonlySet<number> | undefined {
		if (this.#possible === undefined) return undefined;
		const { rules, spaced } = this.#possible;
		if (rules === spaced) return rules;
		while (this.#blank < to + base && bytes[this.#blank - base] !== BLANK) this.#blank++;
		return this.#blank < to + base ? spaced : rules;
	}
}

const FEW_STARTS = 256;

/** The places where matches may begin that were looked at, as long as one can. Numbers only: nothing of the text. */
class Starts {
	readonly #program: CandidateProgram;
	/** By absolute offset × patterns + pattern. */
	readonly #known = new Map<number, Start>();
	#last = -1;
	/** How many there may be until those that are over are dropped. */
	#most = FEW_STARTS;

	constructor(program: CandidateProgram) {
		this.#program = program;
	}

	/** `from` is a window index. */
	at(pattern: number, window: TextWindow, from: number, base: number): Start {
		const offset = from + base;
		const key = offset * this.#program.patterns + pattern;
		const known = this.#known.get(key);
		if (known !== undefined) return known;
		const start = new Start(offset, this.#program.rulesAt(pattern, window, from));
		this.#known.set(key, start);
		this.#last = Math.max(this.#last, offset);
		return start;
	}

	forgetBefore(release: number): void {
		if (release > this.#last) this.#known.clear();
		if (this.#known.size < this.#most) return;
		for (const [key, { from }] of this.#known) if (from < release) this.#known.delete(key);
		this.#most = Math.max(FEW_STARTS, 2 * this.#known.size);
	}
}

/** Matches of one rule with one end whose leftmost start could not be decided yet. Absolute offsets. */
interface Waiting {
	readonly rule: number;
	readonly to: number;
	readonly starts: number[];
}

/**
 * Confirms matches. Of all starts of one end the leftmost confirmed one counts. A match whose confirmer wants to see
 * what follows waits here, and nothing from its first byte on may be released.
 */
export class Candidates {
	#waiting: Waiting[] = [];
	readonly #starts: Starts;
	readonly #program: CandidateProgram;
	readonly #accept: Accept;

	constructor(program: CandidateProgram, accept: Accept) {
		this.#program = program;
		this.#starts = new Starts(program);
		this.#accept = accept;
	}

	/** None waits. */
	get isEmpty(): boolean {
		return this.#waiting.length === 0;
	}

	/** Absolute offset of the first byte that must be held. */
	get holdFrom(): number {
		return this.#waiting.reduce((least, { starts }) => Math.min(least, starts[0] as number), Number.POSITIVE_INFINITY);
	}

	/**
	 * `base` is the absolute offset of the window's first byte, `release` that before which no match begins any more. In a row of short
	 * groups (`4 1 1 1 …`) a match begins at every one and ends at every one, so what stands before it is looked at once for all that
	 * begin there, and most are not looked at.
	 */
	offer(matches: Matches, window: TextWindow, base: number, release: number): void {
		const byEnd = new Map<number, Start[]>();
		const width = this.#program.patterns;
		this.#starts.forgetBefore(release);
		matches.forEach((pattern, from, to) => {
			const start = this.#starts.at(pattern, window, from, base);
			if (start.rulesTo(to, window, base)?.size === 0) return;
			const key = to * width + pattern;
			const known = byEnd.get(key);
			if (known === undefined) byEnd.set(key, [start]);
			else known.push(start);
		});
		for (const [key, begun] of byEnd) this.#offerEnd(key % width, begun, Math.floor(key / width), window, base);
	}

	/** Offers one match to one rule. */
	offerRule(rule: number, from: number, to: number, window: TextWindow, base: number): void {
		this.#decide({ rule, to: to + base, starts: [from + base] }, window, base);
	}

	/** Decides what waited for the bytes that are here now. */
	settle(window: TextWindow, base: number): void {
		if (this.#waiting.length === 0) return;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const item of waiting) {
			if (hasRightContext(window, item.to - base)) this.#decide(item, window, base);
			else this.#waiting.push(item);
		}
	}

	#offerEnd(pattern: number, starts: readonly Start[], to: number, window: TextWindow, base: number): void {
		const settled: number[] = [];
		const waiting: Waiting[] = [];
		for (const start of starts) {
			const begin = start.from;
			const from = begin - base;
			const possible = start.rulesTo(to, window, base);
			const match = new WindowMatch(window, from, to);
			for (const rule of this.#program.rulesFor(pattern, window, from, to)) {
				if (possible?.has(rule) === false || settled.includes(rule)) continue;
				const item = waiting.find((other) => other.rule === rule);
				if (item !== undefined) {
					item.starts.push(begin);
					continue;
				}
				const score = this.#program.confirm(rule, match);
				if (score === undefined) waiting.push({ rule, to: to + base, starts: [begin] });
				else if (score > 0) {
					settled.push(rule);
					this.#accept(rule, from, to, score);
				}
			}
		}
		this.#waiting.push(...waiting);
	}

	#decide({ rule, to, starts }: Waiting, window: TextWindow, base: number): void {
		for (const [i, from] of starts.entries()) {
			const score = this.#program.confirm(rule, new WindowMatch(window, from - base, to - base));
			if (score === undefined) {
				this.#waiting.push({ rule, to, starts: starts.slice(i) });
				return;
			}
			if (score > 0) {
				this.#accept(rule, from - base, to - base, score);
				return;
			}
		}
	}
}

function countAlphanumerics(bytes: Uint8Array, from: number, to: number): number {
	let count = 0;
	for (let i = from; i < to; i++) if (isAlphanumeric(bytes[i] as number)) count++;
	return count;
}
