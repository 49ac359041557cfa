import type { Graph } from "../../native/index.js";
import type { Rule } from "../policy/policy.ts";
import { buildTables } from "./automaton-tables.ts";
import { type Beginning, beginningsOf } from "./beginnings.ts";
import { type Edge, MAX_PATTERN_WIDTH } from "./byte-regex.ts";
import { hasByte } from "./byte-set.ts";

/** The first part of a secret with which a text ends. Window indices; it goes to the end. */
export interface Unfinished {
	readonly rule: number;
	readonly from: number;
}

/** Words, names of members and numbers: what a text may end with. */
const NAME = /[A-Z]?[a-z]+(?:[A-Z][a-z]{2,})*|[A-Z]+|\d+/.source;
const PLAIN = new RegExp(`^(?:${NAME})(?:[-_./:]+(?:${NAME}))*[-_./:!?]*$`);
const WORD = /^[A-Z]?[a-z]+$/;
const LETTERS = /^[A-Za-z]+$/;

/**
 * Secrets in which a text ends. Half a secret is one: the other half may come in another part of the answer, or in
 * another answer. It is one where the text goes on, behind a beginning that says which secret it is (`sk-`), with bytes that only the
 * secret has, and could go on to be a match. A word may be one too, if it begins as some secrets do (`path`, `api-docs`).
 */
export class UnfinishedSecrets {
	readonly #rules: readonly Rule[];
	readonly #beginnings: ReadonlyMap<number, readonly Beginning[]>;
	readonly #graphs = new Map<number, ForwardGraph>();

	constructor(rules: readonly Rule[]) {
		this.#rules = rules;
		this.#beginnings = beginningsOf(rules);
	}

	/** The first one that begins in `[from, end)`; `applies`: rules that count. */
	find(window: Uint8Array, from: number, end: number, applies: (rule: number) => boolean): Unfinished | undefined {
		// Most texts end with nothing that is held.
		if (from === end) return undefined;
		const first = Math.max(from, end - MAX_PATTERN_WIDTH);
		const text = Buffer.from(window.buffer, window.byteOffset + first, end - first).toString("latin1");
		for (let at = first; at < end; at++) {
			const here = this.#beginnings.get(window[at] as number);
			if (here === undefined) continue;
			const rest = text.slice(at - first);
			// What is the beginning of a beginning is public.
			if (here.some(({ text: head, rule }) => head.startsWith(rest) && applies(rule))) continue;
			const [found] = here
				.filter(({ text: head, rule, regex }) => rest.startsWith(head) && applies(rule) && holds(regex.left, window, at))
				.sort((a, b) => b.text.length - a.text.length)
				.filter((beginning) => this.#isAlive(beginning, window, at, end));
			if (found !== undefined && !this.#isPlain(found, rest)) return { rule: found.rule, from: at };
		}
		return undefined;
	}

	/** Whether what follows a trigger at the end of a text may be a word, a number or punctuation. */
	isPlainValue(value: string): boolean {
		return PLAIN.test(value) || !/[\p{L}\p{N}]/u.test(value);
	}

	#isPlain({ rule, text }: Beginning, rest: string): boolean {
		if (LETTERS.test(text)) return WORD.test(rest);
		return this.#rules[rule]?.beginsAsWord === true && PLAIN.test(rest);
	}

	/** Whether `window[at, end)` is the beginning of a match and not the whole of it. */
	#isAlive({ rule, regex }: Beginning, window: Uint8Array, at: number, end: number): boolean {
		// The exact one: by the one that counts no bytes a match that is whole could go on.
		const known = this.#graphs.get(rule) ?? forward(buildTables(regex, false).exact);
		this.#graphs.set(rule, known);
		const { classes, first, successors } = known;
		const accepts = (q: number, byte: number): boolean => hasByte(classes.subarray(q * 32, q * 32 + 32), byte);
		let alive = first.filter((q) => accepts(q, window[at] as number));
		for (let i = at + 1; i < end && alive.length > 0; i++) {
			const next = new Set(alive.flatMap((q) => successors[q] ?? []));
			alive = [...next].filter((q) => accepts(q, window[i] as number));
		}
		return alive.some((q) => (successors[q] ?? []).length > 0);
	}
}

/** A graph that is walked forwards. */
interface ForwardGraph {
	readonly classes: Uint8Array;
	readonly first: readonly number[];
	/** By position. */
	readonly successors: readonly (readonly number[])[];
}

function forward({ classes, first, predOffsets, preds }: Graph): ForwardGraph {
	const successors: number[][] = Array.from(first, () => []);
	for (let q = 0; q < first.length; q++)
		for (let e = predOffsets[q] as number; e < (predOffsets[q + 1] as number); e++) successors[preds[e] as number]?.push(q);
	return { classes, first: [...first.keys()].filter((q) => first[q] === 1), successors };
}

function holds(left: Edge, window: Uint8Array, at: number): boolean {
	if (left.kind === "none" || at === 0) return true;
	const before = window[at - 1] as number;
	return left.kind === "notIn" ? !hasByte(left.set, before) : isWord(before) !== isWord(window[at] as number);
}

const isWord = (byte: number): boolean => /^\w$/.test(String.fromCharCode(byte));
