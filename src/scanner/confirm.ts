import type { Rule, RuleSet } from "../policy/policy.ts";
import { CONFIRMERS } from "../recognizers/confirmers.ts";
import { contextWords } from "../recognizers/context.ts";
import { hostsIn } from "../recognizers/links.ts";
import type { Candidate, Confirmer } from "../recognizers/recognizer.ts";
import { createIsReplacement } from "./own-replacement.ts";

/** Bytes of context a confirmer may look at. More on the right would hold a doubtful match longer. */
export const LEFT_CONTEXT_BYTES = 64;
const RIGHT_CONTEXT_BYTES = 32;

/** The end of a text, and no byte beyond it; `ended` when nothing follows. */
export interface TextWindow {
	readonly bytes: Buffer;
	readonly ended: boolean;
}

/**
 * Confidence 0…1 of a match, 0 when it is refuted, allowed, a replacement or below the threshold; `undefined` when it depends on right
 * context that is not there yet. The right context is only shown to a confirmer that could not decide without, so the
 * answer does not depend on how much of the text happens to be here.
 */
export type Confirm = (rule: number, match: WindowMatch) => number | undefined;

/** One match in the window, decoded where a confirmer asks for it. */
export class WindowMatch implements Candidate {
	readonly right = undefined;
	readonly #window: TextWindow;
	readonly #from: number;
	readonly #to: number;
	#text: string | undefined;
	#compact: string | undefined;
	#left: string | undefined;

	constructor(window: TextWindow, from: number, to: number) {
		this.#window = window;
		this.#from = from;
		this.#to = to;
	}

	get text(): string {
		this.#text ??= this.#window.bytes.toString("utf8", this.#from, this.#to);
		return this.#text;
	}

	get compact(): string {
		this.#compact ??= compactText(this.#window.bytes, this.#from, this.#to);
		return this.#compact;
	}

	get left(): string {
		this.#left ??= leftOf(this.#window, this.#from);
		return this.#left;
	}

	/** The same match with its right context; undefined when that is not there yet. */
	withRight(): Candidate | undefined {
		const { bytes } = this.#window;
		if (!hasRightContext(this.#window, this.#to)) return undefined;
		const right = bytes.toString("utf8", this.#to, this.#to + RIGHT_CONTEXT_BYTES);
		return { text: this.text, compact: this.compact, left: this.left, right };
	}
}

/** Whether all that a confirmer may see behind a match that ends at `to` is there. */
export function hasRightContext({ bytes, ended }: TextWindow, to: number): boolean {
	return ended || bytes.length - to >= RIGHT_CONTEXT_BYTES;
}

/** Bytes of the left context in which a word that the cut goes through is left out; a longer one is none. */
const CUT_WORD_BYTES = 32;

/** What a confirmer sees before a match that begins at `from`: whole words, for the end of one can be another (`mechanisms`). */
export function leftOf({ bytes }: TextWindow, from: number): string {
	let first = Math.max(0, from - LEFT_CONTEXT_BYTES);
	const last = from - LEFT_CONTEXT_BYTES + CUT_WORD_BYTES;
	let word = first;
	if (from >= LEFT_CONTEXT_BYTES) while (word < last && isLetter(bytes[word] as number)) word++;
	if (word < last) first = word;
	return bytes.toString("utf8", first, from);
}

const isLetter = (byte: number): boolean => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

export const isAlphanumeric = (byte: number): boolean =>
	(byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

/** Room for what nearly every match needs. */
const scratch = Buffer.alloc(1024);

/** The ASCII letters and digits of `bytes[from, to)`, in upper case. */
function compactText(bytes: Uint8Array, from: number, to: number): string {
	const kept = to - from <= scratch.length ? scratch : Buffer.alloc(to - from);
	let length = 0;
	for (let at = from; at < to; at++) {
		const byte = bytes[at] as number;
		if (isAlphanumeric(byte)) kept[length++] = byte >= 0x61 ? byte - 0x20 : byte;
	}
	return kept.toString("latin1", 0, length);
}

/** By rule: what must stand before one of its matches. */
export function followsOf(ruleSet: RuleSet): readonly Confirmer["follows"][] {
	return ruleSet.rules.map(({ confirm = "" }) => CONFIRMERS.get(confirm)?.follows);
}

/** Binds the rules to their confirmers. An unknown confirmer name is a programming error and throws at load. */
export function createConfirm(ruleSet: RuleSet): Confirm {
	const confirmers = ruleSet.rules.map(confirmerOf);
	const allowed = new Set(ruleSet.allowList);
	const isReplacement = createIsReplacement(ruleSet.rules);
	return (index, match) => {
		const rule = ruleSet.rules[index] as Rule;
		const confirmer = confirmers[index];
		let score: number | undefined = rule.score;
		if (confirmer !== undefined) {
			score = confirmer(match);
			if (score === undefined) {
				const candidate = match.withRight();
				if (candidate === undefined) return undefined;
				score = confirmer(candidate) ?? 0;
			}
		}
		if (score < (rule.threshold ?? ruleSet.threshold) || (rule.isCustom !== true && isReplacement(match))) return 0;
		return allowed.size > 0 && isAllowed(allowed, rule, match) ? 0 : score;
	};
}

function isAllowed(allowed: ReadonlySet<string>, { isPart }: Rule, { text, left }: Candidate): boolean {
	if (allowed.has(text)) return true;
	return isPart === true && [...allowed].some((whole) => whole.endsWith(text) && left.endsWith(whole.slice(0, -text.length)));
}

function confirmerOf(rule: Rule): Confirmer | undefined {
	const confirmer = rule.confirm === undefined ? undefined : CONFIRMERS.get(rule.confirm);
	if (rule.confirm !== undefined && confirmer === undefined)
		throw new Error(`Rule ${rule.name} names the confirmer ${rule.confirm}, which does not exist.`);
	const checked = rule.confirm?.startsWith("validator:") === true ? confirmer && asCheck(confirmer, rule.score) : confirmer;
	const elsewhere = rule.allowedHosts === undefined ? checked : outside(rule.allowedHosts, checked ?? (() => rule.score));
	return rule.context === undefined ? elsewhere : nearWords(rule.context, elsewhere ?? (() => rule.score));
}

/** A validator only says yes or no. */
function asCheck(confirmer: Confirmer, score: number): Confirmer {
	return (candidate) => {
		const answer = confirmer(candidate);
		return answer === undefined ? undefined : answer > 0 ? score : 0;
	};
}

function outside(hosts: readonly string[], confirmer: Confirmer): Confirmer {
	const isAllowed = (host: string): boolean => hosts.some((allowed) => host === allowed || host.endsWith(`.${allowed}`));
	return (candidate) => {
		const found = hostsIn(candidate.text);
		return found.length > 0 && found.every(isAllowed) ? 0 : confirmer(candidate);
	};
}

function nearWords(words: readonly string[], confirmer: Confirmer): Confirmer {
	const isNear = contextWords(words);
	return (candidate) => {
		if (isNear(candidate.left)) return confirmer(candidate);
		if (candidate.right === undefined) return confirmer(candidate) === 0 ? 0 : undefined;
		return isNear(candidate.right) ? confirmer(candidate) : 0;
	};
}
